// Parts that several pages have: the run they read, grades, reasons, pages of a list.

import { h } from "./elements.js";
import { day, days, sentence, signed } from "./format.js";
import { say } from "./messages.js";
import { href } from "./router.js";

/** Which score run a page shows. */
export function runLine(run) {
  return h(
    "p",
    { class: "run" },
    `${say("asOf", { day: day(run.as_of) })}, ${say("ledgerThrough", { day: day(run.ledger_through) })}`,
    run.notes.map((note) => h("span", { class: "fine" }, sentence(note))),
  );
}

export function gradeMark(grade) {
  return h("span", { class: `grade ${grade}`, title: say("gradeIs", { grade }) }, grade);
}

/** A figure with its name, and what it means. */
export function tile(name, value, hint = null) {
  return h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, value), hint && h("dd", { class: "fine" }, hint));
}

/** Reasons as sentences, with what each adds and to which side. */
export function reasonList(reasons) {
  return h(
    "ul",
    { class: "reasons" },
    reasons.map((reason) => {
      const worse = reason.contribution > 0;
      const inDays = reason.unit === "days";
      const adds = inDays
        ? say(worse ? "later" : "earlier", { days: days(Math.abs(reason.contribution), 1) })
        : say(worse ? "raises" : "lowers", { points: signed(reason.contribution) });
      return h(
        "li",
        { class: worse ? "worse" : "better" },
        h("span", {}, sentence(reason.sentence)),
        h("span", { class: "fine" }, adds),
      );
    }),
  );
}

/** Links to the first page of a list and to the next one. */
export function pages(view, asked, cursor, next) {
  if (!cursor && !next) return "";
  return h(
    "nav",
    { class: "pages", "aria-label": say("nextPage") },
    cursor && h("a", { href: href(view, "", asked) }, say("firstPage")),
    next && h("a", { href: href(view, "", { ...asked, cursor: next }) }, say("nextPage")),
  );
}
