// The console: who is signed in, which page is shown, and what surrounds it.

import * as alerts from "./alerts.js";
import * as api from "./api.js";
import * as customer from "./customer.js";
import { h } from "./elements.js";
import { sentence } from "./format.js";
import { LANGUAGES, language, say, speak, word } from "./messages.js";
import * as model from "./model.js";
import { loading, problemNotice, tell } from "./notices.js";
import * as orders from "./orders.js";
import * as portfolio from "./portfolio.js";
import { follow, href, place, scrollBack } from "./router.js";
import { signInAgain, signInPage } from "./signin.js";
import * as worklist from "./worklist.js";

const PAGES = { worklist, alerts, portfolio, orders, model };
const VIEWS = { ...PAGES, customers: customer };
const PATIENCE_MILLISECONDS = 150;

const top = document.getElementById("top");
const main = document.getElementById("main");

let session;
let under = new AbortController();
let begun = false;
let hasTyped = false;

api.onSessionEnd(async () => {
  const before = session?.key_id;
  session = await signInAgain();
  drawTop();
  if (session.key_id === before) return;
  fill(loading());
  tell(say("otherKey"), [say("otherKeyLost")]);
  show();
});

main.addEventListener("input", ({ target }) => {
  if (target.form) hasTyped = true;
});

session = await api.session().catch(() => undefined);
begin();

function begin() {
  document.documentElement.lang = language();
  drawTop();
  if (!session) return askToSignIn();
  if (begun) return show();
  begun = true;
  follow(show);
}

function askToSignIn() {
  document.title = `${say("signIn")} – duecast`;
  fill(
    signInPage((made) => {
      session = made;
      begin();
    }),
  );
  document.getElementById("key").focus();
}

/** Shows the page of the place in the address; what was under way for another one is given up. */
async function show() {
  if (!session) return;
  const here = place();
  if (!here.view) return location.replace(href(home()));
  under.abort();
  under = new AbortController();
  const { signal } = under;
  drawTop();
  const waiting = setTimeout(() => fill(loading()), PATIENCE_MILLISECONDS);
  main.setAttribute("aria-busy", "true");
  let title, content;
  try {
    ({ title, content } = await shown(here, signal));
  } catch (problem) {
    title = viewOf(here).title();
    content = [h("h1", {}, title), problemNotice(problem, show)];
  }
  clearTimeout(waiting);
  if (signal.aborted) return;
  main.removeAttribute("aria-busy");
  document.title = `${title} – duecast`;
  fill(...content);
  scrollBack();
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function fill(...content) {
  main.replaceChildren(...content);
  hasTyped = false;
}

async function shown(here, signal) {
  const view = viewOf(here);
  if (!view) return { title: say("notFoundTitle"), content: message(say("notFoundTitle"), say("notFound")) };
  if (!may(view)) return { title: view.title(), content: message(view.title(), say("notYours")) };
  return view.show(here, { session, signal, refresh: show });
}

function viewOf(here) {
  return Object.hasOwn(VIEWS, here.view) ? VIEWS[here.view] : undefined;
}

function message(title, text) {
  return [h("h1", {}, title), h("p", {}, text)];
}

/** Whether the role may ask what a page is made of. */
function may(view) {
  return view.ASKS.every((asked) => session.may.includes(asked));
}

function home() {
  return Object.keys(PAGES).find((name) => may(PAGES[name])) ?? "model";
}

function drawTop() {
  const here = place().view;
  const pages = session ? Object.entries(PAGES).filter(([, page]) => may(page)) : [];
  top.replaceChildren(
    ...[
      h("button", { class: "skip", type: "button", onclick: () => main.focus() }, say("skip")),
      h("a", { class: "mark", href: "#/" }, "duecast"),
      session &&
        h(
          "nav",
          { "aria-label": "duecast" },
          h(
            "ul",
            {},
            pages.map(([name, page]) =>
              h("li", {}, h("a", { href: href(name), "aria-current": here === name && "page" }, page.title())),
            ),
          ),
        ),
      session && may(customer) && search(),
      h("div", { class: "who" }, languages(), session && who()),
    ].filter(Boolean),
  );
}

function search() {
  const field = h("input", {
    type: "search",
    name: "customer",
    "aria-label": say("search"),
    placeholder: say("search"),
    autocomplete: "off",
    spellcheck: "false",
  });
  const open = (event) => {
    event.preventDefault();
    const id = field.value.trim();
    if (id) location.hash = href("customers", id);
  };
  return h("form", { class: "search", role: "search", onsubmit: open }, field);
}

function languages() {
  const choose = (event) => {
    if (hasTyped && !confirm(say("losesTyped"))) {
      event.target.value = language();
      return;
    }
    speak(event.target.value);
    begin();
    top.querySelector("select").focus();
  };
  return h(
    "select",
    { "aria-label": say("language"), onchange: choose },
    Object.entries(LANGUAGES).map(([name, title]) =>
      h("option", { value: name, lang: name, selected: name === language() }, title),
    ),
  );
}

function who() {
  const leave = async () => {
    try {
      await api.signOut();
    } catch (problem) {
      tell(say("notSignedOut"), [problem.message && sentence(problem.message), say("notSignedOutYet")].filter(Boolean));
      return;
    }
    session = undefined;
    under.abort();
    begin();
    tell(say("signedOut"));
  };
  const role = session.collector || word("role", session.role);
  return [
    h("span", { class: "name" }, say("signedInAs", { name: session.name, role })),
    h("button", { type: "button", class: "plain", onclick: leave }, say("signOut")),
  ];
}
