// The model: which is champion, since when, how good it is, and its card.

import { get } from "./api.js";
import { markdown } from "./markdown.js";
import { h } from "./elements.js";
import { day, days, moment, number, percent, sentence } from "./format.js";
import { say, word } from "./messages.js";
import { tile } from "./parts.js";
import { table } from "./tables.js";

export const ASKS = ["GET /v1/model"];
export const title = () => say("model");

export async function show(_, { signal }) {
  const model = await get("/v1/model", {}, signal);
  const { delay, default: defaults } = model.metrics;
  return {
    title: title(),
    content: [
      h("div", { class: "heading" }, h("h1", {}, title()), h("p", { class: "run" }, lead(model)), h("div", { class: "tools" }, h("a", { href: "/docs" }, say("apiPages")))),
      model.refused && refused(model.refused),
      ...Object.entries(model.absent).map(([name, why]) =>
        h("p", { class: "notice wants" }, sentence(say("absent", { name: word("model", name), why }))),
      ),
      h(
        "dl",
        { class: "tiles" },
        tile(say("champion"), say("version", { version: model.version }), `${say("content")} ${model.sha256.slice(0, 12)}`),
        ...daysTiles(delay?.later_invoices?.days_late),
      ),
      delay?.later_invoices && accuracy(delay.later_invoices, defaults?.later_months),
      h("section", { class: "card" }, h("h2", {}, say("card")), markdown(model.card.replace(/^# .*\n/, ""))),
      h("section", {}, h("details", {}, h("summary", {}, say("allMetrics")), h("pre", { tabindex: "0" }, JSON.stringify(model.metrics, null, 2)))),
    ].filter(Boolean),
  };
}

function lead(model) {
  const since = model.champion_since && say("championSince", { moment: moment(model.champion_since) });
  const window = say("trainedOn", { from: day(model.window.from), to: day(model.window.as_of) });
  return [since, say("servingSince", { moment: moment(model.serving_since) }), window].filter(Boolean).join(". ");
}

function refused({ version, why, since }) {
  return h(
    "section",
    { class: "notice bad", role: "alert" },
    h("h2", {}, say("refusedChampion", { version })),
    h("p", {}, sentence(why)),
    h("p", { class: "fine" }, say("refusedSince", { moment: moment(since) })),
  );
}

function daysTiles(found) {
  if (!found) return [];
  return [
    tile(say("mae"), days(found.mae, 1)),
    tile(say("crps"), days(found.crps, 1)),
    tile(say("coverage"), percent(found.coverage, 1)),
  ];
}

function accuracy(invoices, months) {
  const judged = Object.entries(invoices)
    .filter(([name]) => /^later_than_\d+$/.test(name))
    .map(([name, found]) => [Number(name.split("_").at(-1)), found])
    .sort(([one], [other]) => one - other)
    .map(([late, found]) => [say("laterThan", { days: days(late) }), found]);
  if (months) judged.push([say("defaults"), months]);
  const figure = (name, digits) => ({ title: say(name), kind: "number", cell: ([, found]) => digits(found) });
  const columns = [
    { title: say("target"), kind: "main", cell: ([name]) => name },
    figure("cases", (found) => number(found.n)),
    figure("share", (found) => percent(found.share, 1)),
    figure("auc", (found) => number(found.auc, 3)),
    figure("brier", (found) => number(found.brier, 3)),
    { title: say("calibrationError"), kind: "number", cell: ([, found]) => number(found.calibration_error, 3) },
  ];
  const heading = invoices.from ? say("accuracyFrom", { day: day(invoices.from) }) : say("accuracy");
  return h("section", {}, h("h2", {}, heading), table(say("accuracy"), columns, judged, { hidden: true }));
}
