export default function ({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector("table");
  const state = (table.lab ??= { shape: "" });
  state.send = (button) => {
    setTriggerValue("picked", { truth: Number(button.dataset.truth), guess: Number(button.dataset.guess) });
  };
  if (!state.shape) listen(table, state);
  const shape = JSON.stringify([data.rows, data.names]);
  if (shape !== state.shape) build(table, data.rows, data.names);
  state.shape = shape;
  mark(table, data.selected);
}

function listen(table, state) {
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    mark(table, [Number(button.dataset.truth), Number(button.dataset.guess)]);
    state.send(button);
  });
  useArrowKeys(table, () => [...table.querySelectorAll("button")], () => {});
}

function build(table, rows, names) {
  const body = rows.map((row, truth) => {
    const line = document.createElement("tr");
    line.append(head(names[truth], "row"), ...row.map((cell, guess) => makeCell(cell, truth, guess)));
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

function makeCell(cell, truth, guess) {
  const place = document.createElement("td");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.truth = truth;
  button.dataset.guess = guess;
  button.tabIndex = -1;
  button.textContent = cell.count || "·";
  button.className = truth === guess ? "right" : "wrong";
  button.style.setProperty("--strength", cell.strength);
  button.setAttribute("aria-label", cell.label);
  button.title = cell.label;
  place.append(button);
  return place;
}

function mark(table, selected) {
  const buttons = [...table.querySelectorAll("button")];
  const is = (button) => selected && `${selected}` === `${button.dataset.truth},${button.dataset.guess}`;
  const stop = buttons.find(is) ?? buttons[0];
  const hasFocus = table.querySelector("button:focus") !== null;
  for (const button of buttons) {
    if (is(button)) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    if (!hasFocus) button.tabIndex = button === stop ? 0 : -1;
  }
}
