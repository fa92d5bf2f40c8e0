const PAUSE_MS = 250; // held arrow keys pass over units; the one that is rested on is opened

export default function ({ data, parentElement, setTriggerValue }) {
  const group = parentElement.querySelector(".tiles");
  const state = (group.lab ??= { timer: null, shape: "" });
  state.data = data;
  state.send = (index) => setTriggerValue("picked", { index });
  if (!state.shape) listen(group, state);
  group.setAttribute("aria-label", data.label);
  group.style.setProperty("--size", `${data.size}px`);
  parentElement.querySelector(".sheet").textContent = sheetStyle(data);
  const shape = JSON.stringify([data.tiles, data.columns]);
  if (shape !== state.shape) build(group, data);
  state.shape = shape;
  if (state.timer === null) mark(group, data.selected);
  if (data.on) press(group, data.on);
  return () => clearTimeout(state.timer);
}

function listen(group, state) {
  const open = (button) => {
    clearTimeout(state.timer);
    state.timer = null;
    if (!state.data.on) mark(group, Number(button.dataset.index));
    state.send(Number(button.dataset.index));
  };
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) open(button);
  });
  useArrowKeys(group, () => [...group.querySelectorAll("button")], (button) => {
    if (state.data.on) return; // switches: passing over them changes nothing
    clearTimeout(state.timer);
    state.timer = setTimeout(() => open(button), PAUSE_MS);
  });
}

function build(group, data) {
  const focused = group.querySelector("button:focus");
  const tiles = data.tiles.map((tile, index) => makeTile(tile, index, data));
  group.replaceChildren(...tiles);
  const again = focused && tiles[Number(focused.dataset.index)];
  if (again) again.focus();
}

function makeTile(tile, index, data) {
  const button = document.createElement("button");
  const picture = document.createElement("span");
  const caption = document.createElement("span");
  button.type = "button";
  button.dataset.index = index;
  button.tabIndex = -1;
  button.setAttribute("aria-label", tile.label);
  picture.className = "picture";
  picture.style.backgroundPosition = place(index, data);
  caption.className = "caption";
  caption.textContent = tile.caption;
  button.append(picture, caption);
  return button;
}

function place(index, { columns, tiles }) {
  const rows = Math.ceil(tiles.length / columns);
  const share = (position, count) => (count > 1 ? (100 * position) / (count - 1) : 0);
  return `${share(index % columns, columns)}% ${share(Math.floor(index / columns), rows)}%`;
}

function sheetStyle({ sheet, columns, tiles }) {
  const rows = Math.ceil(tiles.length / columns);
  return `.picture { background-image: url(${sheet}); background-size: ${100 * columns}% ${100 * rows}%; }`;
}

function mark(group, selected) {
  const buttons = [...group.querySelectorAll("button")];
  const hasFocus = group.querySelector("button:focus") !== null;
  buttons.forEach((button, index) => {
    if (index === selected) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    if (!hasFocus) button.tabIndex = index === (selected ?? 0) ? 0 : -1;
  });
}

function press(group, on) {
  for (const button of group.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(on[Number(button.dataset.index)]));
  }
}
