// The portfolio: how long money is out, how well it is collected, and when it is expected.

import { get } from "./api.js";
import { agingBar, bucketNames, columnChart, legend } from "./charts.js";
import { h } from "./elements.js";
import { day, days, month, perCent, percent, sentence, wholeMoney } from "./format.js";
import { say } from "./messages.js";
import { runLine, tile } from "./parts.js";
import { table } from "./tables.js";

export const ASKS = ["GET /v1/portfolio/kpis", "GET /v1/portfolio/aging", "GET /v1/portfolio/cash-forecast"];
export const title = () => say("portfolio");

export async function show(_, { signal }) {
  const kpis = await get("/v1/portfolio/kpis", {}, signal);
  const run = kpis.run.run_id;
  const [aging, forecast] = await Promise.all([
    get("/v1/portfolio/aging", { run, by: "company" }, signal),
    get("/v1/portfolio/cash-forecast", { run }, signal),
  ]);
  return {
    title: title(),
    content: [
      h("div", { class: "heading" }, h("h1", {}, title()), runLine(kpis.run)),
      keyFigures(kpis),
      agingOf(aging),
      cashForecast(forecast),
    ],
  };
}

function keyFigures({ figures, problems }) {
  if (!figures) return section("keyFigures", noFigures(problems));
  const of = (amount) => ({ amount, currency: figures.currency });
  return section(
    "keyFigures",
    h(
      "dl",
      { class: "tiles many" },
      tile(say("receivables"), wholeMoney(of(figures.receivables))),
      tile(
        say("overdueRate"),
        percent(figures.overdue_share, 1),
        say("overdueRateHint", { amount: wholeMoney(of(figures.overdue)), gross: wholeMoney(of(figures.gross)) }),
      ),
      tile(say("dso"), days(figures.dso_days, 1), say("dsoHint")),
      tile(say("bpdso"), days(figures.bpdso_days, 1), say("bpdsoHint")),
      tile(say("add"), days(figures.add_days, 1), say("addHint")),
      tile(say("countback"), days(figures.countback_dso_days, 1), say("countbackHint")),
      tile(say("daysLate"), days(figures.weighted_days_late, 1), say("daysLateAll")),
      tile(say("paymentDays"), days(figures.average_payment_days, 1), say("paymentDaysHint")),
      tile(say("cei"), perCent(figures.cei_percent, 1), say("ceiHint", { month: month(figures.cei_month) })),
      tile(say("unpaidRate"), percent(figures.unpaid_rate, 1), say("unpaidRateHint", { month: month(figures.unpaid_month) })),
    ),
  );
}

function agingOf({ total, rows, bounds, problems }) {
  if (!total) return section("agingOf", noFigures(problems));
  const cells = (row) => row.buckets.map((amount) => wholeMoney({ amount, currency: row.currency }));
  const columns = [
    { title: say("company"), kind: "main", cell: (row) => row.label || say("noCompany") },
    ...bucketNames(bounds).map((name, at) => ({ title: name, kind: "number", cell: (row) => cells(row)[at] })),
    { title: say("receivables"), kind: "number", cell: (row) => wholeMoney({ amount: row.receivables, currency: row.currency }) },
  ];
  const sums = [say("total"), ...cells(total), wholeMoney({ amount: total.receivables, currency: total.currency })];
  return section(
    "agingOf",
    agingBar({ ...total, bounds }),
    h("details", {}, h("summary", {}, say("byCompany")), table(say("byCompany"), columns, rows, { hidden: true, footer: sums })),
  );
}

function cashForecast({ weeks, by_currency, notes }) {
  if (!by_currency.length) return section("forecast", h("p", {}, say("itemsNone")));
  const shown = h("div", {});
  const draw = (sums) => shown.replaceChildren(...forecastOf(weeks, sums));
  const choose = (event) => draw(by_currency.find((sums) => sums.currency === event.target.value));
  draw(by_currency[0]);
  return section(
    "forecast",
    h("p", { class: "fine" }, say("forecastLead")),
    by_currency.length > 1 &&
      h(
        "label",
        { class: "filter" },
        `${say("currency")} `,
        h("select", { onchange: choose }, by_currency.map(({ currency }) => h("option", { value: currency }, currency))),
      ),
    shown,
    notes.map((note) => h("p", { class: "fine" }, sentence(note))),
  );
}

function forecastOf(weeks, sums) {
  const { currency } = sums;
  const of = (amount) => wholeMoney(amount === null ? null : { amount, currency });
  const lines = [
    ...weeks.map(({ first_day }, at) => [say("weekOf", { day: day(first_day) }), of(sums.weeks[at]), of(sums.new_billing[at])]),
    [say("laterWeeks"), of(sums.later)],
    [say("expectedNever"), of(sums.expected_never)],
    [say("disputedLine"), of(sums.disputed)],
    [say("deductions"), of(sums.deductions)],
    [say("undated"), of(sums.undated)],
  ];
  const columns = [
    { title: say("week"), kind: "main", cell: ([name]) => name },
    { title: say("openItems"), kind: "number", cell: ([, amount]) => amount },
    { title: say("newBilling"), kind: "number", cell: ([, , billing]) => billing ?? "" },
  ];
  const name = `${say("forecast")}, ${currency}`;
  const series = [
    { name: say("openItems"), amounts: sums.weeks },
    { name: say("newBilling"), amounts: sums.new_billing },
  ];
  const firstDays = weeks.map((week) => week.first_day);
  return [
    legend(series),
    columnChart(name, firstDays, series, currency),
    h(
      "dl",
      { class: "tiles" },
      tile(say("openItems"), of(sums.open_items)),
      tile(say("laterWeeks"), of(sums.later)),
      tile(say("disputedLine"), of(sums.disputed)),
      tile(say("expectedNever"), of(sums.expected_never)),
    ),
    h("details", {}, h("summary", {}, say("figures")), table(name, columns, lines, { hidden: true, footer: [say("total"), of(sums.open_items), ""] })),
  ];
}

function section(name, ...content) {
  return h("section", {}, h("h2", {}, say(name)), content);
}

function noFigures(problems) {
  return h("ul", { class: "notice wants" }, problems.map((text) => h("li", {}, sentence(text))));
}
