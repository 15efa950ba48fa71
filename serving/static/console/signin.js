// Signing in: with a key, once; the browser then has a session that scripts cannot read.

import * as api from "./api.js";
import { h } from "./elements.js";
import { say } from "./messages.js";

/** The page on which somebody signs in; `done` gets the session. */
export function signInPage(done) {
  return h(
    "section",
    { class: "signin" },
    h("h1", { tabindex: "-1" }, "duecast"),
    h("p", { class: "lead" }, say("signInLead")),
    signInForm(done),
  );
}

/** Asks to sign in again above the page that is there; a promise of the new session. */
export function signInAgain() {
  signInAgain.asked ??= new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "signin", "aria-labelledby": "again", oncancel: (event) => event.preventDefault() },
      h("h2", { id: "again" }, say("signInAgainTitle")),
      h("p", { class: "lead" }, say("signInAgain")),
      signInForm((session) => {
        dialog.close();
        dialog.remove();
        signInAgain.asked = undefined;
        resolve(session);
      }),
    );
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("#key").focus();
  });
  return signInAgain.asked;
}

function signInForm(done) {
  const key = h("input", {
    id: "key",
    name: "key",
    type: "password",
    autocomplete: "current-password",
    spellcheck: "false",
    required: true,
    "aria-describedby": "key-hint key-flaw",
  });
  const flaw = h("p", { id: "key-flaw", class: "flaw", role: "alert" });
  const button = h("button", { class: "primary" }, say("signIn"));
  const send = async (event) => {
    event.preventDefault();
    if (!key.value.trim()) return key.focus();
    button.disabled = true;
    flaw.replaceChildren();
    try {
      const session = await api.signIn(key.value.trim());
      key.value = "";
      done(session);
    } catch (problem) {
      const refused = problem.status === 401 || problem.status === 422;
      flaw.replaceChildren(refused ? say("signInRefused") : problem.message || say("unreachable"));
      key.setAttribute("aria-invalid", "true");
      key.select();
    } finally {
      button.disabled = false;
    }
  };
  return h(
    "form",
    { onsubmit: send, novalidate: true },
    h("input", { class: "unseen", name: "username", autocomplete: "username", value: "duecast", tabindex: "-1", "aria-hidden": "true" }),
    h("label", { for: "key" }, say("signInKey")),
    key,
    flaw,
    button,
    h("p", { id: "key-hint", class: "fine" }, say("signInHint")),
  );
}
