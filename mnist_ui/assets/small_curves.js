const PAUSE_MS = 250; // held arrow keys pass over networks; the one that is rested on is chosen

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const state = (grid.lab ??= { timer: null, shape: "", cells: [] });
  state.send = (index) => setTriggerValue("picked", { index });
  if (!state.shape) listen(grid, state);
  grid.setAttribute("aria-label", data.label);
  const shape = JSON.stringify([data.columns, data.rows]);
  if (shape !== state.shape) state.cells = buildCells(grid, data, "button");
  state.shape = shape;
  // What has not changed is left alone: nothing flickers, and a tooltip stays.
  data.cells.forEach((cell, place) => changeCell(state.cells[place], cell, cell.index === data.selected));
  return () => clearTimeout(state.timer);
}

function listen(grid, state) {
  const choose = (button) => {
    clearTimeout(state.timer);
    state.timer = null;
    state.send(Number(button.dataset.index));
  };
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(button);
  });
  useArrowKeys(grid, () => state.cells.map((cell) => cell.element), (button) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => choose(button), PAUSE_MS);
  });
}
