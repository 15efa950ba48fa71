// Fields of a form, each with its label, its hint, and what the service says of it.

import { h } from "./elements.js";
import { sentence } from "./format.js";
import { say } from "./messages.js";

/**
 * A labelled field. `at` is its place in the body, as the pointers of a problem name it
 * (`promise/amount`); `make` makes the control from its attributes.
 */
export function field(at, label, { hint = null, required = false, make = input, ...attributes } = {}) {
  const id = `field-${at.replaceAll("/", "-")}`;
  const described = [hint && `${id}-hint`, `${id}-flaw`].filter(Boolean).join(" ");
  return h(
    "div",
    { class: "field", "data-at": at },
    h("label", { for: id }, label, required && h("span", { class: "fine" }, ` ${say("required")}`)),
    make({ id, name: at, "aria-describedby": described, "aria-required": required || null, ...attributes }),
    hint && h("p", { id: `${id}-hint`, class: "fine" }, hint),
    h("p", { id: `${id}-flaw`, class: "flaw" }),
  );
}

export function input(attributes) {
  return h("input", { autocomplete: "off", ...attributes });
}

export function textarea(attributes) {
  return h("textarea", { rows: "3", ...attributes });
}

/** A choice among `[value, text]`; the first, of no value, says that nothing is chosen. */
export function choice(options, none) {
  return (attributes) =>
    h("select", attributes, h("option", { value: "" }, none), options.map(([value, text]) => h("option", { value }, text)));
}

/** A group of fields that is there only while its box is ticked. */
export function optionalGroup(at, label, ...fields) {
  const box = h("input", { type: "checkbox", name: `has-${at}`, id: `has-${at}` });
  const group = h("div", { class: "group", role: "group", "aria-label": label, hidden: true }, fields, h("p", { class: "flaw", "data-at": at }));
  const change = () => {
    group.hidden = !box.checked;
  };
  box.addEventListener("change", change);
  const whole = h("div", {}, h("label", { class: "tick", for: box.id }, box, label), group);
  return { whole, isOn: () => box.checked, turn: (on) => ((box.checked = on), change()) };
}

/** What was typed, by place; what was left empty is null. */
export function typed(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) found[name] = value.trim() || null;
  return found;
}

export function clearFlaws(form) {
  form.querySelectorAll(".flaw").forEach((flaw) => flaw.replaceChildren());
  form.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
}

/** Marks what has to be filled in and is not, and goes to the first of it; whether there is any. */
export function marksMissing(form) {
  const empty = [...form.querySelectorAll("[aria-required]")].filter((control) => control.checkVisibility() && !control.value.trim());
  for (const control of empty) {
    control.setAttribute("aria-invalid", "true");
    control.closest(".field").querySelector(".flaw").replaceChildren(say("missing"));
  }
  empty[0]?.focus();
  return empty.length > 0;
}

/** Shows what the service refused at the fields it is about, the rest above them; goes to the first. */
export function showFlaws(form, problem, lead) {
  const rest = [];
  for (const flaw of problem.errors ?? []) {
    const at = (flaw.pointer ?? "").replace(/^#\/?/, "");
    const place = placeOf(form, at);
    if (!place) {
      rest.push(sentence(flaw.detail));
      continue;
    }
    const control = place.querySelector("input, select, textarea");
    control?.setAttribute("aria-invalid", "true");
    const told = place.classList.contains("flaw") ? place : place.querySelector(".flaw");
    told.append(h("span", {}, sentence(flaw.detail)));
  }
  const isKnown = problem.status === 422;
  const above = form.querySelector(":scope > .flaw");
  const details = isKnown ? [lead, ...rest] : [problem.title || say("unreachableTitle"), problem.message || say("unreachable")];
  above.replaceChildren(...details.map((text) => h("span", {}, text)));
  if (!isKnown && problem.requestId) above.append(h("span", { class: "fine" }, say("requestId", { id: problem.requestId })));
  const first = form.querySelector("[aria-invalid]");
  if (first) first.focus();
  else above.scrollIntoView({ block: "nearest" });
}

function placeOf(form, at) {
  for (let place = at; place; place = place.split("/").slice(0, -1).join("/")) {
    const found = form.querySelector(`[data-at="${CSS.escape(place)}"]`);
    if (found) return found;
  }
  return null;
}
