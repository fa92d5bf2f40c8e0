import { markPicked, usePicking } from "../picking/picking.js";

export default function ({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector("table");
  const state = (table.lab ??= { shape: "" });
  state.send = (index) => setTriggerValue("picked", { index });
  if (!state.shape) listen(table, state);
  const shape = JSON.stringify([data.rows, data.names]);
  if (shape !== state.shape) build(table, data.rows, data.names);
  state.shape = shape;
  markPicked(table, data.selected);
}

function listen(table, state) {
  const choose = (button) => {
    const index = Number(button.dataset.index);
    markPicked(table, index);
    state.send(index);
  };
  usePicking(table, () => [...table.querySelectorAll("button")], choose, () => false);
}

function build(table, rows, names) {
  const body = rows.map((row, truth) => {
    const line = document.createElement("tr");
    const cells = row.map((cell, guess) => makeCell(cell, truth * row.length + guess, truth === guess));
    line.append(head(names[truth], "row"), ...cells);
    return line;
  });
  table.tHead.rows[1].replaceChildren(head("", "col"), ...rows[0].map((_, guess) => head(names[guess], "col")));
  table.tHead.rows[0].lastElementChild.colSpan = rows[0].length;
  table.tBodies[0].replaceChildren(...body);
}

function head(text, scope) {
  const cell = document.createElement(text === "" ? "td" : "th");
  if (text !== "") cell.scope = scope;
  cell.textContent = text;
  return cell;
}

function makeCell(cell, index, isRight) {
  const place = document.createElement("td");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.index = index;
  button.tabIndex = -1;
  button.textContent = cell.count || "·";
  button.className = isRight ? "right" : "wrong";
  button.style.setProperty("--strength", cell.strength);
  button.setAttribute("aria-label", cell.label);
  button.title = cell.label;
  place.append(button);
  return place;
}
