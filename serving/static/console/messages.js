// What the console says, in English and French, and in which of them.

import { ENGLISH } from "./english.js";
import { FRENCH } from "./french.js";

const MESSAGES = { en: ENGLISH, fr: FRENCH };
const KEPT = "duecast.language";

export const LANGUAGES = { en: "English", fr: "Français" };

let chosen = remembered() ?? (navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en");

/** The language that everything is shown in, `en` or `fr`. */
export function language() {
  return chosen;
}

export function speak(name) {
  chosen = name;
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // A browser that keeps nothing is asked again next time.
  }
}

/** A message with its values put in: `say("days", { days: 3 })`. */
export function say(name, values = {}) {
  const text = MESSAGES[chosen][name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** A word of the API, as people say it; one that nobody knows stays as it is. */
export function word(kind, name) {
  return MESSAGES[chosen].words[kind]?.[name] ?? name.replaceAll("_", " ");
}

/** All words of a kind, in their order. */
export function words(kind) {
  return Object.entries(MESSAGES[chosen].words[kind]);
}

function remembered() {
  try {
    const kept = localStorage.getItem(KEPT);
    return Object.hasOwn(MESSAGES, kept) ? kept : null;
  } catch {
    return null;
  }
}
