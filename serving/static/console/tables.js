// Tables that become cards where the screen is narrow.

import { h } from "./elements.js";

/**
 * A table of rows.
 *
 * A column has a `title`, a `cell(row)` that gives text or elements, and perhaps a `kind`:
 * "number" stands to the right, "main" heads the card of a row. Roles are said, because a table
 * that is laid out as cards would lose them.
 */
export function table(caption, columns, rows, { hidden = false, footer = null } = {}) {
  const titles = columns.map((column) =>
    h("th", { scope: "col", role: "columnheader", class: column.kind, title: column.hint }, column.title),
  );
  const row = (values, each) =>
    h(
      "tr",
      { role: "row" },
      columns.map((column, at) =>
        h(
          column.kind === "main" ? "th" : "td",
          {
            role: column.kind === "main" ? "rowheader" : "cell",
            scope: column.kind === "main" ? "row" : null,
            class: column.kind,
            "data-title": column.title,
          },
          each(column, values, at),
        ),
      ),
    );
  return h(
    "table",
    { role: "table" },
    h("caption", { class: hidden ? "unseen" : null }, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, titles)),
    h("tbody", { role: "rowgroup" }, rows.map((values) => row(values, (column, given) => column.cell(given)))),
    footer && h("tfoot", { role: "rowgroup" }, row(footer, (_, given, at) => given[at])),
  );
}
