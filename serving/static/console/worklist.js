// The worklist: whom to turn to, in which order, with what, and why.

import { get, questionMark } from "./api.js";
import { h } from "./elements.js";
import { day, days, sentence, shortDay, wholeMoney } from "./format.js";
import { say, word } from "./messages.js";
import { empty } from "./notices.js";
import { gradeMark, runLine, pages } from "./parts.js";
import { href } from "./router.js";
import { table } from "./tables.js";

export const ASKS = ["GET /v1/worklist"];
export const title = () => say("worklist");

const ENTRIES = 50;

export async function show({ query }, { session, signal }) {
  const { collector, cursor } = query;
  const answer = await get("/v1/worklist", { collector, cursor, limit: ENTRIES }, signal);
  const asked = { collector };
  return {
    title: title(),
    content: [
      h(
        "div",
        { class: "heading" },
        h("h1", {}, title()),
        runLine(answer.run),
        h("div", { class: "tools" }, session.role !== "collector" && filter(asked, answer), files(asked, answer)),
      ),
      answer.entries.length ? listed(answer) : nothing(asked),
      pages("worklist", asked, cursor, answer.next_cursor),
    ],
  };
}

function listed(answer) {
  const columns = [
    { title: say("rank"), kind: "number rank", cell: (entry) => String(entry.rank) },
    { title: say("customer"), kind: "main", cell: customerOf },
    { title: say("action"), cell: (entry) => h("span", { class: `action ${entry.action}` }, word("action", entry.action)) },
    { title: say("why"), kind: "why", cell: why },
    { title: say("overdue"), kind: "number", cell: overdue },
    { title: say("priority"), kind: "number", hint: say("priorityHint"), cell: (entry) => wholeMoney(entry.priority) },
    { title: say("lastContact"), cell: (entry) => (entry.last_contact_on ? shortDay(entry.last_contact_on) : say("none")) },
  ];
  const caption = `${title()}, ${say("asOf", { day: day(answer.run.as_of) })}`;
  return table(caption, columns, answer.entries, { hidden: true });
}

function customerOf(entry) {
  return [
    h("a", { href: href("customers", entry.customer_id) }, entry.name || entry.customer_id),
    h("span", { class: "fine" }, gradeMark(entry.grade), " ", entry.customer_id, entry.collector && `, ${entry.collector}`),
  ];
}

/** What comes before the ranking or chose the action, the strongest reason, then the other rules. */
function why(entry) {
  const [first, ...others] = entry.rules;
  const rule = first && !first.startsWith("stage_") && word("rule", first);
  const besides = others.filter((name) => !name.startsWith("stage_")).map((name) => sentence(word("rule", name)));
  const [reason] = entry.reasons;
  return [
    rule && h("strong", {}, sentence(rule)),
    rule && reason && " ",
    reason && h("span", {}, sentence(reason)),
    !rule && !reason && sentence(word("rule", first ?? "")),
    besides.length > 0 && h("span", { class: "fine" }, besides.join(" ")),
  ];
}

function overdue(entry) {
  const late = entry.oldest_days_past_due;
  return [
    wholeMoney(entry.overdue),
    h("span", { class: "fine" }, late > 0 ? say("oldest", { days: days(late) }) : say("notPastDue")),
  ];
}

function filter({ collector }, answer) {
  const names = [...new Set(answer.entries.map((entry) => entry.collector).filter(Boolean))].sort();
  const field = h("input", {
    name: "collector",
    list: "collectors",
    value: collector,
    placeholder: say("allCollectors"),
    autocomplete: "off",
    spellcheck: "false",
  });
  const choose = (event) => {
    event.preventDefault();
    location.hash = href("worklist", "", { collector: field.value.trim() || null });
  };
  return h(
    "form",
    { class: "filter", onsubmit: choose },
    h("label", {}, say("collector"), " ", field),
    h("datalist", { id: "collectors" }, names.map((name) => h("option", { value: name }))),
    h("button", {}, say("show")),
  );
}

function files(asked, answer) {
  const address = (format) => `/v1/worklist${questionMark({ ...asked, run: answer.run.run_id, format })}`;
  return h(
    "p",
    { class: "files", title: say("downloadHint") },
    `${say("download")} `,
    ["csv", "xlsx"].map((format) => h("a", { href: address(format), download: true }, format.toUpperCase())),
  );
}

function nothing({ collector }) {
  if (!collector) return empty(say("worklistEmpty"));
  return empty(say("worklistEmptyOf", { collector }), h("a", { href: href("worklist") }, say("showAll")));
}
