// What was said with a customer: contacts, promises and disputes in one list, the last first.

import { h } from "./elements.js";
import { day, money } from "./format.js";
import { say, word } from "./messages.js";

const SHOWN = 8;

export function contactHistory({ contacts, promises, disputes }) {
  const entries = [
    ...contacts.map((contact) => ({ on: contact.contacted_on, parts: ofContact(contact) })),
    ...promises.map((promise) => ({ on: promise.made_on, parts: ofPromise(promise) })),
    ...disputes.map((dispute) => ({ on: dispute.opened_on, parts: ofDispute(dispute) })),
  ].sort((one, other) => other.on.localeCompare(one.on));
  const list = (some) =>
    h("ol", { class: "history" }, some.map(({ on, parts }) => h("li", {}, h("time", { datetime: on }, day(on)), h("div", {}, parts))));
  return h(
    "section",
    { id: "contacts" },
    h("h2", {}, say("history")),
    entries.length ? list(entries.slice(0, SHOWN)) : h("p", {}, say("historyNone")),
    entries.length > SHOWN && h("details", {}, h("summary", {}, say("moreHistory")), list(entries.slice(SHOWN))),
  );
}

function ofContact(contact) {
  const level = contact.level !== null && say("level", { level: contact.level });
  const what = [contact.channel && word("channel", contact.channel), contact.outcome && word("outcome", contact.outcome)];
  return [
    h("strong", {}, what.filter(Boolean).join(": ")),
    h("span", { class: "fine" }, [contact.collector, level].filter(Boolean).join(", ")),
    contact.callback_on && h("span", {}, `${say("callbackOn", { day: day(contact.callback_on) })}.`),
    contact.note && h("p", { class: "note" }, contact.note),
  ];
}

function ofPromise(promise) {
  const by = day(promise.promised_on);
  const text = promise.amount ? say("promiseOf", { amount: money(promise.amount), day: by }) : say("promiseOfDue", { day: by });
  return [h("span", { class: "promise" }, text), promise.invoice_id && h("span", { class: "fine" }, say("promiseFor", { invoice: promise.invoice_id }))];
}

function ofDispute(dispute) {
  const invoice = dispute.invoice_id;
  const text = dispute.amount ? say("disputeOf", { invoice, amount: money(dispute.amount) }) : say("disputeOfAll", { invoice });
  const more = [dispute.reason, dispute.closed_on && say("disputeClosed", { day: day(dispute.closed_on) }), dispute.outcome];
  return [h("span", { class: "dispute" }, text), h("span", { class: "fine" }, more.filter(Boolean).join(", "))];
}
