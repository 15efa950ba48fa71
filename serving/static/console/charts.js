// Charts, drawn without a library; each says the same in words or as a table.

import { h, svg } from "./elements.js";
import { money, shortAmount, shortDay, wholeMoney } from "./format.js";
import { say } from "./messages.js";

/** Names of the buckets of an aging with so many bounds. */
export function bucketNames(bounds) {
  const names = bounds.map((bound, at) => say("daysFromTo", { from: at ? bounds[at - 1] + 1 : 1, to: bound }));
  return [say("notDue"), ...names, say("daysOver", { days: bounds.at(-1) })];
}

/** What is owed by days past due, as one bar with its legend. */
export function agingBar(aging) {
  const amounts = aging.buckets.map(Number);
  const total = amounts.reduce((sum, amount) => sum + Math.max(amount, 0), 0);
  let from = 0;
  const parts = amounts.map((amount, at) => {
    const width = total ? (100 * Math.max(amount, 0)) / total : 0;
    const part = svg("rect", { x: from, y: 0, width, height: 10, class: `bucket b${at}` });
    from += width;
    return part;
  });
  const names = bucketNames(aging.bounds);
  const of = (amount) => ({ amount, currency: aging.currency });
  return h(
    "div",
    { class: "aging" },
    svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, parts),
    h(
      "ul",
      {},
      names.map((name, at) => h("li", {}, h("span", { class: `bucket b${at}` }), h("span", {}, name), h("span", {}, money(of(aging.buckets[at]))))),
    ),
    h("p", { class: "fine" }, say("agingBeside", { credits: money(of(aging.unapplied_credits)), cash: money(of(aging.unallocated_cash)) })),
  );
}

const HEIGHT = 220;
const LEFT = 52;
const BOTTOM = 26;
const TOP = 8;
const LINES = 4;
const LABEL_WIDTH = 54;

/**
 * Columns of amounts, one for each of some days, from zero up; as wide as there is room.
 *
 * `series` are `{ name, amounts }`, the later ones upon the first; an amount may be null.
 */
export function columnChart(title, days, series, currency) {
  const chart = h("div", { class: "columns-chart", role: "img", "aria-label": title });
  const draw = () => chart.clientWidth && chart.replaceChildren(columnsOf(chart.clientWidth, days, series, currency));
  new ResizeObserver(draw).observe(chart);
  return chart;
}

/** Which series has which colour. */
export function legend(series) {
  return h("ul", { class: "legend" }, series.map(({ name }, at) => h("li", {}, h("span", { class: `series s${at}` }), name)));
}

function columnsOf(width, days, series, currency) {
  const heights = days.map((_, at) => series.map(({ amounts }) => Math.max(Number(amounts[at]), 0)));
  const most = niceBound(Math.max(...heights.map((parts) => parts.reduce((sum, part) => sum + part, 0)), 1));
  const step = (width - LEFT) / days.length;
  const every = Math.ceil(LABEL_WIDTH / step);
  const up = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / most;
  const lines = Array.from({ length: LINES + 1 }, (_, at) => (most * at) / LINES).map((value) => [
    svg("line", { x1: LEFT, x2: width, y1: up(value), y2: up(value), class: "line" }),
    svg("text", { x: LEFT - 8, y: up(value) + 4, "text-anchor": "end" }, shortAmount(value)),
  ]);
  const columns = heights.map((parts, at) => {
    const middle = LEFT + (at + 0.5) * step;
    const isLabelled = at % every === 0 && middle + LABEL_WIDTH / 2 <= width;
    const said = series.map(({ name, amounts }) => `${name}: ${wholeMoney(amounts[at] === null ? null : { amount: amounts[at], currency })}`);
    let under = 0;
    const stacked = parts.map((part, kind) => {
      const y = up(under + part);
      const height = up(under) - y;
      under += part;
      return svg("rect", { x: middle - step * 0.35, width: step * 0.7, y, height, class: `series s${kind}` });
    });
    return svg(
      "g",
      {},
      stacked,
      isLabelled && svg("text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle" }, shortDay(days[at])),
      svg("title", {}, [shortDay(days[at]), ...said].join("\n")),
    );
  });
  return svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" }, lines, columns);
}

/** A round number that is not below another, and a quarter of which is round, too. */
function niceBound(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((factor) => factor * power >= value);
}
