// The Markdown that model cards are written in: headings, paragraphs, lists and tables.

import { h } from "./elements.js";

/** A text as elements, its headings two levels lower than they say. */
export function markdown(text) {
  const blocks = text.split(/\n{2,}/).map((block) => block.split("\n").filter((line) => line.trim()));
  return h("div", {}, blocks.filter((lines) => lines.length).map(block));
}

function block(lines) {
  const [first] = lines;
  const heading = /^(#{1,4}) (.*)$/.exec(first);
  if (heading) return h(`h${Math.min(heading[1].length + 2, 6)}`, {}, heading[2]);
  if (first.startsWith("|")) return grid(lines);
  if (first.startsWith("- ")) return h("ul", {}, items(lines).map((item) => h("li", {}, item)));
  return h("p", {}, lines.join(" "));
}

function items(lines) {
  const found = [];
  for (const line of lines) {
    if (line.startsWith("- ")) found.push(line.slice(2));
    else found.push(`${found.pop() ?? ""} ${line.trim()}`);
  }
  return found;
}

function grid([titles, , ...rows]) {
  const cells = (line) => line.split("|").slice(1, -1).map((cell) => cell.trim());
  return h(
    "div",
    { class: "wide", tabindex: "0" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, cells(titles).map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, cell))))),
    ),
  );
}
