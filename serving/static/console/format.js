// Money, days and shares as a reader of the language writes them.

import { language, say } from "./messages.js";

const made = new Map();

function formatter(kind, options) {
  const key = JSON.stringify([language(), kind.name, options]);
  if (!made.has(key)) made.set(key, new kind(language() === "fr" ? "fr-FR" : "en-GB", options));
  return made.get(key);
}

/** Money to the cent, as the API has it. */
export function money(amount) {
  if (amount === null || amount === undefined) return say("none");
  const digits = (amount.amount.split(".")[1] ?? "").length;
  return formatter(Intl.NumberFormat, {
    style: "currency",
    currency: amount.currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount.amount);
}

/** Money in whole units, for lists and tiles. */
export function wholeMoney(amount) {
  if (amount === null || amount === undefined) return say("none");
  return formatter(Intl.NumberFormat, {
    style: "currency",
    currency: amount.currency,
    maximumFractionDigits: 0,
  }).format(amount.amount);
}

/** An amount in few characters, for charts. */
export function shortAmount(amount) {
  return formatter(Intl.NumberFormat, { notation: "compact", maximumFractionDigits: 1 }).format(amount);
}

export function number(value, digits = 0) {
  if (value === null || value === undefined) return say("none");
  return formatter(Intl.NumberFormat, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** A change, with its sign. */
export function signed(value, digits = 1) {
  return formatter(Intl.NumberFormat, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: "exceptZero",
  }).format(value);
}

export function percent(share, digits = 0) {
  if (share === null || share === undefined) return say("none");
  return formatter(Intl.NumberFormat, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

/** A number of per cent. */
export function perCent(value, digits = 0) {
  if (value === null || value === undefined) return say("none");
  return formatter(Intl.NumberFormat, {
    style: "unit",
    unit: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

export function days(value, digits = 0) {
  if (value === null || value === undefined) return say("none");
  return say(Math.abs(value) === 1 ? "oneDay" : "days", { days: number(value, digits) });
}

/** A day (2024-06-30) as people read it. */
export function day(iso) {
  if (!iso) return say("none");
  return formatter(Intl.DateTimeFormat, {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  }).format(new Date(`${iso}T00:00:00Z`));
}

/** A day without its year, for lists of a few weeks. */
export function shortDay(iso) {
  return formatter(Intl.DateTimeFormat, { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${iso}T00:00:00Z`),
  );
}

export function month(iso) {
  return formatter(Intl.DateTimeFormat, { month: "long", year: "numeric", timeZone: "UTC" }).format(
    new Date(`${iso}-01T00:00:00Z`),
  );
}

export function moment(iso) {
  if (!iso) return say("none");
  return formatter(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** A sentence of the API as a sentence of a page: with a capital and a full stop. */
export function sentence(text) {
  const capital = text.charAt(0).toLocaleUpperCase(language()) + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** What somebody typed as an amount, as the API takes it: `1 234,50` is 1234.50. */
export function decimalText(typed) {
  const text = typed.replace(/\s/g, "");
  if (/^\d+,\d{1,2}$/.test(text)) return text.replace(",", ".");
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(text)) return text.replaceAll(",", "");
  return text;
}

/** Today where the reader is, as the API writes days. */
export function today() {
  const now = new Date();
  const two = (value) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
