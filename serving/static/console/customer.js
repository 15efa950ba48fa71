// One customer: what to do today, what it owes, when it will pay, how risky it is, what was said.

import { get } from "./api.js";
import { agingBar } from "./charts.js";
import { contactForm } from "./contact_form.js";
import { contactHistory } from "./contact_history.js";
import { h } from "./elements.js";
import { day, days, money, number, percent, sentence, shortDay, wholeMoney } from "./format.js";
import { language, say, word } from "./messages.js";
import { gradeMark, reasonList, runLine, tile } from "./parts.js";
import { href } from "./router.js";
import { table } from "./tables.js";

export const ASKS = ["GET /v1/customers/{id:path}"];
const ITEMS_SHOWN = 20;

/** Ids that a browser takes for a step in an address, however they are written. */
const DOTS = [".", ".."];

export const title = () => say("customer");

export async function show({ id }, { session, signal, refresh }) {
  if (DOTS.includes(id)) return { title: title(), content: unreachable(id) };
  const profile = await get(`/v1/customers/${encodeURIComponent(id)}`, {}, signal);
  const name = profile.account.name || profile.customer_id;
  const mayLog = session.may.includes("POST /v1/contacts");
  const mayCheck = session.may.includes("POST /v1/credit/checks");
  return {
    title: say("customerOf", { name, id: profile.customer_id }),
    content: [
      heading(profile, name, mayCheck),
      h(
        "div",
        { class: "columns" },
        h("div", {}, today(profile), owes(profile), items(profile), profile.contacts && contactHistory(profile.contacts)),
        h(
          "div",
          {},
          profile.alerts.length > 0 && alerts(profile.alerts),
          mayLog && profile.contacts && contactForm(profile, session, refresh),
          risk(profile),
          limit(profile.limit),
        ),
      ),
    ],
  };
}

function unreachable(id) {
  return [h("h1", {}, title()), h("p", { class: "notice wants" }, say("dotsId", { id }))];
}

function heading(profile, name, mayCheck) {
  const { account } = profile;
  const marks = [
    account.status !== "active" && word("status", account.status),
    profile.scores.in_default && say("inDefaultNow"),
  ].filter(Boolean);
  return h(
    "div",
    { class: "heading" },
    h("h1", {}, name),
    h(
      "p",
      { class: "run" },
      profile.customer_id,
      account.collector && `, ${account.collector}`,
      marks.map((mark) => h("span", { class: "mark-bad" }, mark)),
    ),
    runLine(profile.run),
    account.do_not_contact && h("p", { class: "notice bad" }, say("doNotContact")),
    account.natural_person && h("p", { class: "notice wants" }, say("naturalPerson")),
    mayCheck && h("div", { class: "tools" }, h("a", { href: href("orders", "", { customer: profile.customer_id, currency: profile.run.reporting_currency }) }, say("checkOrder"))),
  );
}

function today({ worklist }) {
  if (!worklist) return h("section", { class: "today" }, h("h2", {}, say("today")), h("p", {}, say("nothingToDo")));
  const rules = worklist.rules.filter((rule) => !rule.startsWith("stage_"));
  const callback = worklist.callback_on && say("callbackOn", { day: day(worklist.callback_on) });
  return h(
    "section",
    { class: "today" },
    h("h2", {}, say("today")),
    h("p", { class: `action big ${worklist.action}` }, word("action", worklist.action)),
    h(
      "dl",
      { class: "tiles" },
      tile(say("askFor"), money(worklist.chaseable)),
      tile(say("priority"), wholeMoney(worklist.priority), say("priorityHint")),
      worklist.expected_payment_date && tile(say("expectedBy"), day(worklist.expected_payment_date)),
      tile(say("lastContact"), worklist.last_contact_on ? day(worklist.last_contact_on) : say("none"), callback),
    ),
    rules.length > 0 && h("ul", { class: "rules" }, rules.map((rule) => h("li", {}, word("rule", rule)))),
    worklist.language && h("p", { class: "fine" }, say("speaks", { language: languageName(worklist.language) })),
  );
}

function owes({ exposure, kpis, scores, limit: { credit_limit }, aging }) {
  const share = kpis.overdue_share;
  return h(
    "section",
    {},
    h("h2", {}, say("owes")),
    h(
      "dl",
      { class: "tiles" },
      tile(say("overdue"), wholeMoney(exposure.overdue), share !== null && say("overdueShare", { share: percent(share) })),
      tile(say("exposure"), wholeMoney(exposure.exposure), say("exposureHint")),
      tile(say("approvedLimit"), credit_limit ? wholeMoney(credit_limit) : say("noLimit")),
      tile(say("expectedLoss"), wholeMoney(scores.expected_loss)),
      tile(
        say("daysLateMean"),
        days(kpis.days_late, 1),
        kpis.payment_class ? word("paymentClass", kpis.payment_class) : say("daysLateHint", { items: number(kpis.cleared_items) }),
      ),
    ),
    h("h3", {}, say("aging")),
    aging ? agingBar(aging) : h("p", {}, say("agingNothing")),
  );
}

function items(profile) {
  const columns = [
    { title: say("invoice"), kind: "main", cell: (item) => item.invoice_id },
    { title: say("due"), kind: "day", cell: due },
    { title: say("residual"), kind: "number", cell: residual },
    { title: say("expected"), kind: "day", cell: expected },
    {
      title: say("stillOpen"),
      kind: "number",
      hint: say("stillOpenHint"),
      cell: (item) => (item.is_deduction ? say("none") : percent(item.p_still_open)),
    },
    { title: say("why"), cell: because },
  ];
  const invoices = profile.items.filter((item) => !item.is_deduction);
  const shown = invoices.slice(0, ITEMS_SHOWN);
  const rest = [...invoices.slice(ITEMS_SHOWN), ...profile.items.filter((item) => item.is_deduction)];
  const listed = (some, name) => table(name, columns, some, { hidden: true });
  const more = say("moreItems", { count: number(rest.length) });
  return h(
    "section",
    {},
    h("h2", {}, say("items")),
    shown.length ? listed(shown, say("items")) : h("p", {}, say("itemsNone")),
    rest.length > 0 && h("details", {}, h("summary", {}, more), listed(rest, more)),
  );
}

function due(item) {
  const late = item.days_past_due;
  const text = late > 0 ? say("pastDue", { days: days(late) }) : late < 0 ? say("dueIn", { days: days(-late) }) : say("dueToday");
  return [day(item.due_on), h("span", { class: late > 0 ? "fine late" : "fine" }, text)];
}

function residual(item) {
  const parts = [
    item.is_deduction && say("deduction"),
    Number(item.disputed.amount) > 0 && say("disputed", { amount: money(item.disputed) }),
    Number(item.promised.amount) > 0 && say("promised", { amount: money(item.promised) }),
  ].filter(Boolean);
  return [money(item.residual), parts.map((part) => h("span", { class: "fine" }, part))];
}

function expected(item) {
  if (!item.expected_payment_date) return h("span", { class: "fine" }, say("noForecast"));
  const from = item.days_late_p10;
  const to = item.days_late_p90;
  return [
    shortDay(item.expected_payment_date),
    from !== null && to !== null && h("span", { class: "fine" }, say("range", { from: number(from), to: number(to) })),
    item.confidence === "low" && h("span", { class: "fine" }, say("lowConfidence")),
  ];
}

function because(item) {
  if (!item.reasons.length) return say("none");
  const [first] = item.reasons;
  const side = first.contribution > 0 ? "worse" : "better";
  return h("details", { class: "reasons" }, h("summary", {}, h("span", { class: side }, sentence(first.sentence))), reasonList(item.reasons));
}

function risk({ scores, reasons, kpis, history }) {
  return h(
    "section",
    {},
    h("h2", {}, say("risk")),
    h(
      "dl",
      { class: "tiles" },
      tile(say("grade"), gradeMark(scores.grade), scores.grade_rules.map((rule) => word("rule", rule)).join(". ")),
      tile(say("pd"), scores.in_default ? say("inDefault") : percent(scores.pd, 1), say("pdHint")),
    ),
    kpis.cleared_items < 3 && h("p", { class: "fine" }, say("thinHistory")),
    reasons.length ? [h("p", { class: "fine" }, say("reasonsAgainst")), reasonList(reasons)] : h("p", {}, say("riskNone")),
    history.length > 1 && earlierRuns(history.slice(1)),
  );
}

function earlierRuns(history) {
  const columns = [
    { title: say("day"), kind: "main", cell: (run) => shortDay(run.as_of) },
    { title: say("grade"), cell: (run) => gradeMark(run.grade) },
    { title: say("pd"), kind: "number", cell: (run) => (run.in_default ? say("inDefault") : percent(run.pd, 1)) },
    { title: say("overdue"), kind: "number", cell: (run) => wholeMoney(run.overdue) },
  ];
  return h("details", {}, h("summary", {}, say("runsHistory")), table(say("runsHistory"), columns, history, { hidden: true }));
}

function limit(found) {
  const named = Object.entries(found.terms).filter(([, amount]) => amount !== null);
  return h(
    "section",
    {},
    h("h2", {}, say("limit")),
    h(
      "dl",
      { class: "tiles" },
      tile(say("computedLimit"), wholeMoney(found.limit)),
      tile(say("approvedLimit"), found.credit_limit ? wholeMoney(found.credit_limit) : say("noLimit")),
    ),
    found.freeze && h("p", { class: "notice bad" }, say("limitFreeze")),
    found.refer && h("p", { class: "notice wants" }, say("limitRefer")),
    found.proposed && h("p", {}, say("limitProposed")),
    h("p", { class: "fine" }, say("limitTerms")),
    h(
      "ul",
      { class: "terms" },
      named.map(([name, amount]) =>
        h(
          "li",
          { class: name === found.binding ? "binding" : null },
          h("span", {}, word("term", name), name === found.binding && ` (${say("limitBinding")})`),
          h("span", {}, wholeMoney(amount)),
        ),
      ),
      !(found.binding in found.terms) && h("li", { class: "binding" }, word("term", found.binding)),
    ),
  );
}

function alerts(found) {
  return h(
    "section",
    {},
    h("h2", {}, say("alerts")),
    h(
      "ul",
      { class: "alerts" },
      found.map((alert) => h("li", { class: alert.severity }, h("strong", {}, word("severity", alert.severity)), " ", sentence(alert.sentence))),
    ),
  );
}

function languageName(code) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(code);
  } catch {
    return code;
  }
}
