// The order check: may an order go ahead on credit, and which rules say so.

import { post } from "./api.js";
import { h } from "./elements.js";
import { clearFlaws, field, marksMissing, showFlaws, typed } from "./fields.js";
import { day, decimalText, moment, number, percent, wholeMoney } from "./format.js";
import { say, word } from "./messages.js";
import { gradeMark, reasonList, tile } from "./parts.js";
import { href } from "./router.js";
import { table } from "./tables.js";

export const ASKS = ["POST /v1/credit/checks"];
export const title = () => say("orders");

export async function show({ query }) {
  const shown = h("div", { id: "decision", "aria-live": "polite" });
  const send = async (event) => {
    event.preventDefault();
    clearFlaws(form);
    if (marksMissing(form)) return;
    button.disabled = true;
    try {
      shown.replaceChildren(decision(await post("/v1/credit/checks", bodyOf(typed(form)))));
      shown.scrollIntoView({ block: "nearest" });
    } catch (problem) {
      shown.replaceChildren();
      showFlaws(form, problem, say("notChecked"));
    } finally {
      button.disabled = false;
    }
  };
  const button = h("button", { class: "primary" }, say("check"));
  const form = h(
    "form",
    { onsubmit: send, novalidate: true },
    h("p", { class: "flaw", role: "alert" }),
    field("order_id", say("orderId"), { required: true }),
    field("customer_id", say("search"), { required: true, value: query.customer, spellcheck: "false" }),
    field("order_amount", say("orderAmount"), { required: true, inputmode: "decimal" }),
    field("currency", say("currency"), { required: true, value: query.currency, size: "4", maxlength: "3" }),
    field("terms_days", say("termsDays"), { type: "number", min: "0", max: "3650", hint: say("termsHint") }),
    h("label", { class: "tick" }, h("input", { type: "checkbox", name: "prepaid" }), say("prepaid")),
    button,
  );
  return {
    title: title(),
    content: [
      h("div", { class: "heading" }, h("h1", {}, title()), h("p", { class: "run" }, say("ordersLead"))),
      h("p", { class: "notice" }, say("ordersNote")),
      h("div", { class: "columns form-first" }, h("section", {}, form), shown),
    ],
  };
}

function bodyOf(given) {
  return {
    order_id: given.order_id,
    customer_id: given.customer_id,
    order_amount: given.order_amount && decimalText(given.order_amount),
    currency: given.currency && given.currency.toUpperCase(),
    terms_days: given.terms_days === null ? null : Number(given.terms_days),
    prepaid: Boolean(given.prepaid),
  };
}

function decision(answer) {
  const day_ = day(answer.provenance.as_of);
  return h(
    "section",
    { class: "decision" },
    h("h2", {}, h("span", { class: `outcome ${answer.outcome}` }, word("order", answer.outcome))),
    h("p", {}, say("decidedBy", { what: word("decidedBy", answer.decided_by) })),
    h(
      "p",
      { class: "fine" },
      `${answer.order_id}, `,
      h("a", { href: href("customers", answer.customer_id) }, answer.customer_id),
      `. ${say("checkedAt", { moment: moment(answer.checked_at), day: day_ })}`,
    ),
    h(
      "dl",
      { class: "tiles" },
      tile(say("withOrder"), wholeMoney(answer.exposure_with_order)),
      tile(say("approvedLimit"), answer.approved_limit ? wholeMoney(answer.approved_limit) : say("noLimit"), answer.limit_expired && say("limitExpired")),
      answer.limit_used !== null && tile(say("limitUsed"), percent(answer.limit_used)),
      tile(say("grade"), gradeMark(answer.grade)),
      tile(say("pd"), answer.in_default ? say("inDefault") : percent(answer.pd, 1)),
    ),
    h("h3", {}, say("rules")),
    rules(answer.rules),
    answer.reasons.length > 0 && [h("h3", {}, say("risk")), reasonList(answer.reasons)],
  );
}

function rules(found) {
  const columns = [
    { title: say("rule"), kind: "main", cell: (rule) => word("rule", rule.rule) },
    { title: say("found"), kind: "number", cell: (rule) => figure(rule.found, rule.unit) },
    { title: say("threshold"), kind: "number", cell: (rule) => figure(rule.threshold, rule.unit) },
    { title: say("says"), cell: (rule) => h("span", { class: `outcome small ${rule.outcome}` }, word("order", rule.outcome)) },
  ];
  return table(say("rules"), columns, found, { hidden: true });
}

function figure(value, unit) {
  if (value === null) return say("none");
  if (unit === "status") return word("found", value);
  if (unit === "share") return percent(value);
  if (unit === "days") return number(value);
  return wholeMoney({ amount: value, currency: unit });
}
