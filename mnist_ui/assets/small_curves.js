const PAUSE_MS = 250; // held arrow keys pass over networks; the one that is rested on is chosen
const SVG = "http://www.w3.org/2000/svg";

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const state = (grid.lab ??= { timer: null, shape: "", cells: [] });
  state.send = (index) => setTriggerValue("picked", { index });
  if (!state.shape) listen(grid, state);
  grid.setAttribute("aria-label", data.label);
  const shape = JSON.stringify([data.columns, data.rows]);
  if (shape !== state.shape) build(grid, state, data);
  state.shape = shape;
  // What has not changed is left alone: nothing flickers, and a tooltip stays.
  data.cells.forEach((cell, place) => change(state.cells[place], cell, cell.index === data.selected));
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
  useArrowKeys(grid, () => state.cells.map((cell) => cell.button), (button) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => choose(button), PAUSE_MS);
  });
}

function build(grid, state, { columns, rows }) {
  const width = columns.reduce((sum, group) => sum + group.values.length, 0);
  grid.style.gridTemplateColumns = `max-content repeat(${width}, minmax(3.4rem, 1fr))`;
  const parts = [makeHead("head", "")];
  for (const group of columns) {
    const head = makeHead("head lr", group.name);
    head.style.gridColumn = `span ${group.values.length}`;
    parts.push(head);
  }
  parts.push(makeHead("head row", "hidden 2"));
  for (const group of columns) for (const value of group.values) parts.push(makeHead("head", value));
  state.cells = [];
  for (const row of rows) {
    parts.push(makeRowHead(row));
    for (const group of columns) {
      group.values.forEach((_, place) => {
        const cell = makeCell(place === 0 && group !== columns[0]);
        cell.button.tabIndex = state.cells.length ? -1 : 0;
        state.cells.push(cell);
        parts.push(cell.button);
      });
    }
  }
  grid.replaceChildren(...parts);
}

function makeHead(kind, words) {
  const head = document.createElement("span");
  head.className = kind;
  head.textContent = words;
  return head;
}

function makeRowHead({ name, value }) {
  const head = makeHead("head row", "");
  const bold = document.createElement("b");
  bold.textContent = name;
  head.append(bold, ` ${value}`);
  return head;
}

function makeCell(begins) {
  const button = document.createElement("button");
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "polyline");
  const note = document.createElement("span");
  button.type = "button";
  note.className = "note";
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  button.append(svg, note);
  return { button, line, note, begins, seen: "" };
}

function change(own, cell, isSelected) {
  const seen = JSON.stringify([cell, isSelected]);
  if (own.seen === seen) return;
  own.seen = seen;
  own.button.dataset.index = cell.index;
  own.button.className = [cell.kind, cell.best && "best", own.begins && "lr-begins"].filter(Boolean).join(" ");
  own.button.title = cell.words;
  own.button.setAttribute("aria-label", cell.words);
  if (isSelected) own.button.setAttribute("aria-current", "true");
  else own.button.removeAttribute("aria-current");
  own.line.setAttribute("points", cell.points);
  own.note.textContent = cell.note;
}
