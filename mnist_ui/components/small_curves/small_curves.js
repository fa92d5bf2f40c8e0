import { usePicking } from "../picking/picking.js";
import { buildCells, changeCell } from "./cells.js";

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const state = (grid.lab ??= { shape: "", cells: [], missing: null });
  state.send = (index) => setTriggerValue("picked", { index });
  state.picking ??= listen(grid, state);
  grid.setAttribute("aria-label", data.label);
  const shape = JSON.stringify([data.columns, data.rows]);
  if (shape !== state.shape) state.cells = buildCells(grid, data, "button");
  if (shape !== state.shape || data.name !== state.name) Object.assign(state, { known: [], last: -1 });
  Object.assign(state, { shape, name: data.name });
  receive(state, data, () => setTriggerValue("missing", true));
  // What has not changed is left alone: nothing flickers, and a tooltip stays.
  const faint = new Set(data.faint);
  state.known.forEach((cell, place) => {
    changeCell(state.cells[place], cell, cell.index === data.selected, faint.has(cell.index));
  });
  return () => clearTimeout(state.picking.timer);
}

// Cells come once they have changed; one who has missed some asks for all, once.
function receive(state, data, ask) {
  for (const cell of data.cells) state.known[cell.place] = cell;
  if (data.since <= state.last) {
    state.last = data.last;
    state.missing = null;
  } else if (state.missing !== data.name) {
    state.missing = data.name;
    ask();
  }
}

function listen(grid, state) {
  const choose = (button) => state.send(Number(button.dataset.index));
  return usePicking(grid, () => state.cells.filter((cell) => cell.seen).map((cell) => cell.element), choose);
}
