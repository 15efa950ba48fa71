// Logging a contact, with the promise and the dispute that came of it.

import { post } from "./api.js";
import { h } from "./elements.js";
import { choice, clearFlaws, field, marksMissing, optionalGroup, showFlaws, textarea, typed } from "./fields.js";
import { decimalText, money, sentence, today } from "./format.js";
import { say, words } from "./messages.js";
import { tell } from "./notices.js";

export function contactForm(profile, session, refresh) {
  const invoices = profile.items.map((item) => [item.invoice_id, `${item.invoice_id}, ${money(item.residual)}`]);
  const amount = { inputmode: "decimal" };
  const promise = optionalGroup(
    "promise",
    say("hasPromise"),
    field("promise/promised_on", say("promisedOn"), { type: "date", required: true }),
    field("promise/amount", say("promiseAmount"), { ...amount, hint: say("promiseAmountHint") }),
    field("promise/invoice_id", say("promiseInvoice"), { make: choice(invoices, say("oldestFirst")) }),
  );
  const dispute = optionalGroup(
    "dispute",
    say("hasDispute"),
    field("dispute/invoice_id", say("promiseInvoice"), { make: choice(invoices, say("choose")), required: true }),
    field("dispute/amount", say("disputeAmount"), { ...amount, hint: say("disputeAmountHint") }),
    field("dispute/reason", say("disputeReason")),
  );
  const level = field("level", say("reminderLevel"), { type: "number", min: "0", max: "99" });
  const contactId = newId();
  level.hidden = true;

  const follow = ({ target }) => {
    if (target.name === "channel") level.hidden = target.value !== "reminder";
    if (target.name === "outcome" && target.value === "promise") promise.turn(true);
    if (target.name === "outcome" && target.value === "dispute") dispute.turn(true);
  };

  const send = async (event) => {
    event.preventDefault();
    clearFlaws(form);
    if (marksMissing(form)) return;
    button.disabled = true;
    try {
      const body = bodyOf(typed(form));
      const answer = await post("/v1/contacts", body);
      await refresh();
      const isAhead = body.contacted_on > profile.run.ledger_through;
      tell(say("stored"), isAhead ? [say("storedAhead")] : answer.warnings.map(sentence));
    } catch (problem) {
      showFlaws(form, problem, say("notStored"));
    } finally {
      button.disabled = false;
    }
  };

  const bodyOf = (given) => ({
    contact_id: contactId,
    customer_id: profile.customer_id,
    contacted_on: given.contacted_on,
    channel: given.channel,
    outcome: given.outcome,
    level: given.channel === "reminder" && given.level ? Number(given.level) : null,
    collector: given.collector ?? null,
    callback_on: given.callback_on,
    note: given.note,
    promise: promise.isOn() ? part(given, "promise", ["promised_on", "amount", "invoice_id"]) : null,
    dispute: dispute.isOn() ? part(given, "dispute", ["invoice_id", "amount", "reason"]) : null,
  });

  const button = h("button", { class: "primary" }, say("store"));
  const form = h(
    "form",
    { onsubmit: send, onchange: follow, novalidate: true, "aria-labelledby": "log-contact" },
    h("p", { class: "flaw", role: "alert" }),
    field("contacted_on", say("contactedOn"), { type: "date", value: today(), max: today(), required: true }),
    field("channel", say("channel"), { make: choice(words("channel"), say("choose")), required: true }),
    level,
    field("outcome", say("outcome"), { make: choice(words("outcome"), say("choose")), required: true }),
    session.role !== "collector" && field("collector", say("whoSpoke")),
    promise.whole,
    dispute.whole,
    field("callback_on", say("callback"), { type: "date" }),
    field("note", say("note"), { make: textarea }),
    button,
  );
  return h("section", {}, h("h2", { id: "log-contact" }, say("logContact")), form);
}

function part(given, name, fields) {
  const found = fields.map((each) => [each, given[`${name}/${each}`]]);
  return Object.fromEntries(found.map(([each, value]) => [each, each === "amount" && value ? decimalText(value) : value]));
}

/** An id of our own, so that a contact that is sent again is stored once. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
