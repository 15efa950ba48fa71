// What a page says beside its content: that it loads, that nothing is there, that something failed.

import { h } from "./elements.js";
import { sentence } from "./format.js";
import { say } from "./messages.js";

const SHOWN_MILLISECONDS = 5000;

export function loading() {
  return h("p", { class: "loading" }, say("loading"));
}

/** That there is nothing, and what to do. */
export function empty(text, ...more) {
  return h("div", { class: "empty" }, h("p", {}, text), ...more);
}

/** A problem as the service told it, with a way to ask again. */
export function problemNotice(problem, again = null) {
  const known = problem.status !== undefined;
  const unreachable = problem.status === 0;
  const title = unreachable ? say("unreachableTitle") : known ? problem.title : String(problem);
  const details = unreachable ? say("unreachable") : known ? problem.message : "";
  const flaws = (problem.errors ?? []).map((flaw) => flaw.detail).filter((text) => text !== details);
  return h(
    "section",
    { class: `notice ${problem.status === 409 ? "wants" : "bad"}`, role: "alert" },
    h("h2", {}, title),
    details && h("p", {}, sentence(details)),
    flaws.length > 0 && h("ul", {}, flaws.map((text) => h("li", {}, sentence(text)))),
    problem.requestId && h("p", { class: "fine" }, say("requestId", { id: problem.requestId })),
    again && h("button", { type: "button", onclick: again }, say("again")),
  );
}

/** Says something to everybody, and what is to be known of it: shown for a while, and read out. */
export function tell(text, more = []) {
  const said = document.getElementById("said");
  said.replaceChildren(h("div", {}, h("p", {}, text), more.map((each) => h("p", { class: "more" }, each))));
  clearTimeout(tell.waiting);
  tell.waiting = setTimeout(() => said.replaceChildren(), SHOWN_MILLISECONDS * (1 + more.length));
}
