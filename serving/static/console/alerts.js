// Alerts: what must be heard of customers and of the portfolio, the most severe first.

import { get } from "./api.js";
import { h } from "./elements.js";
import { day, sentence } from "./format.js";
import { say, word, words } from "./messages.js";
import { empty } from "./notices.js";
import { pages, runLine } from "./parts.js";
import { href } from "./router.js";

export const ASKS = ["GET /v1/alerts"];
export const title = () => say("alerts");

export async function show({ query }, { signal }) {
  const { severity, cursor } = query;
  const answer = await get("/v1/alerts", { severity, cursor }, signal);
  const severities = words("severity").map(([name]) => name);
  const groups = severities
    .map((name) => [name, answer.alerts.filter((alert) => alert.severity === name)])
    .filter(([, alerts]) => alerts.length);
  return {
    title: title(),
    content: [
      h(
        "div",
        { class: "heading" },
        h("h1", {}, title()),
        runLine(answer.run),
        h("p", { class: "fine" }, answer.compared ? say("alertsCompared", { day: day(answer.since) }) : say("alertsAlone")),
        h("div", { class: "tools" }, filter(severity)),
      ),
      groups.length ? groups.map(group) : empty(severity ? say("alertsNoneSo") : say("alertsNone")),
      pages("alerts", { severity }, cursor, answer.next_cursor),
    ].flat(),
  };
}

function group([severity, alerts]) {
  return h("section", {}, h("h2", {}, word("severity", severity)), h("ul", { class: "alerts" }, alerts.map(one)));
}

function one(alert) {
  const who = alert.customer_id
    ? h("a", { href: href("customers", alert.customer_id) }, alert.customer_id)
    : h("span", {}, say("ofPortfolio"));
  return h(
    "li",
    { class: alert.severity },
    h("strong", {}, word("alert", alert.kind), alert.is_new && h("span", { class: "new" }, say("isNew"))),
    h("span", {}, who, ": ", sentence(alert.sentence)),
  );
}

function filter(severity) {
  const choose = (event) => {
    location.hash = href("alerts", "", { severity: event.target.value || null });
  };
  const options = [["", say("allSeverities")], ...words("severity")];
  return h(
    "label",
    { class: "filter" },
    `${say("severity")} `,
    h("select", { onchange: choose }, options.map(([value, text]) => h("option", { value, selected: value === (severity ?? "") }, text))),
  );
}
