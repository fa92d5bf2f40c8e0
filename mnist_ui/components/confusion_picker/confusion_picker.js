import { makeElement } from "../elements.js";
import { makePick, markPicked, usePicking } from "../picking/picking.js";

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
    const cells = row.map((cell, guess) => makeCell(cell, truth * row.length + guess, truth === guess));
    return makeElement("tr", {}, head(names[truth], "row"), ...cells);
  });
  table.tHead.rows[1].replaceChildren(makeElement("td"), ...names.map((name) => head(name, "col")));
  table.tHead.rows[0].lastElementChild.colSpan = rows[0].length;
  table.tBodies[0].replaceChildren(...body);
}

const head = (name, scope) => makeElement("th", { scope }, name);

function makeCell({ count, strength, label }, index, isRight) {
  const words = { className: isRight ? "right" : "wrong", ariaLabel: label, title: label };
  const button = makePick(index, words, count || "·");
  button.style.setProperty("--strength", strength);
  return makeElement("td", {}, button);
}
