// The cells of a grid of small learning curves: a row an activation and hidden layers, a column a rate and
// what else the grid varies, which `words` names.
import { makeElement } from "../elements.js";

const SVG = "http://www.w3.org/2000/svg";

// Builds empty cells of a tag into a grid and returns them in the order of rows, then columns.
export function buildCells(grid, { columns, rows, words }, tag) {
  const width = columns.reduce((sum, group) => sum + group.values.length, 0);
  grid.style.gridTemplateColumns = `max-content repeat(${width}, minmax(3.4rem, 1fr))`;
  const parts = [makeHead("head")];
  for (const group of columns) {
    const head = makeHead("head lr", group.name);
    head.style.gridColumn = `span ${group.values.length}`;
    parts.push(head);
  }
  parts.push(makeHead("head row", words));
  for (const group of columns) for (const value of group.values) parts.push(makeHead("head", value));
  const cells = [];
  for (const row of rows) {
    parts.push(makeHead("head row", makeElement("b", {}, row.name), ` ${row.value}`));
    for (const group of columns) {
      group.values.forEach((_, place) => {
        const cell = makeCell(tag, place === 0 && group !== columns[0]);
        if (tag === "button") cell.element.tabIndex = cells.length ? -1 : 0;
        cells.push(cell);
        parts.push(cell.element);
      });
    }
  }
  grid.replaceChildren(...parts);
  return cells;
}

const makeHead = (className, ...words) => makeElement("span", { className }, ...words);

function makeCell(tag, begins) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "polyline");
  const [score, note] = ["score", "note"].map((className) => makeElement("span", { className }));
  const element = makeElement(tag, tag === "button" ? { type: "button" } : { role: "img" }, svg, score, note);
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  return { element, line, score, note, begins, seen: "" };
}

export function changeCell(own, cell, isSelected, isFaint = false) {
  const seen = JSON.stringify([cell, isSelected, isFaint]);
  if (own.seen === seen) return;
  own.seen = seen;
  const kinds = ["cell", cell.kind, cell.best && "best", own.begins && "lr-begins", isFaint && "faint"];
  own.element.dataset.index = cell.index;
  own.element.className = kinds.filter(Boolean).join(" ");
  own.element.title = cell.words;
  own.element.setAttribute("aria-label", cell.words);
  own.element.ariaCurrent = isSelected ? "true" : null;
  own.line.setAttribute("points", cell.points);
  own.score.textContent = cell.score;
  own.note.textContent = cell.note;
}
