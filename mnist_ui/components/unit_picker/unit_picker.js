import { makeElement } from "../elements.js";
import { makePick, markPicked, usePicking } from "../picking/picking.js";

export default function ({ data, parentElement, setTriggerValue }) {
  const group = parentElement.querySelector(".tiles");
  const state = (group.lab ??= { shape: "" });
  state.data = data;
  state.send = (index) => setTriggerValue("picked", { index });
  state.picking ??= listen(group, state);
  group.setAttribute("aria-label", data.label);
  group.style.setProperty("--size", `${data.size}px`);
  parentElement.querySelector(".sheet").textContent = sheetStyle(data);
  const shape = JSON.stringify([data.tiles, data.columns]);
  if (shape !== state.shape) build(group, data);
  state.shape = shape;
  if (state.picking.timer === null) markPicked(group, data.selected);
  if (data.on) press(group, data.on);
  return () => clearTimeout(state.picking.timer);
}

function listen(group, state) {
  const open = (button) => {
    const index = Number(button.dataset.index);
    if (!state.data.on) markPicked(group, index);
    state.send(index);
  };
  // Passing over switches changes nothing.
  return usePicking(group, () => [...group.querySelectorAll("button")], open, () => !state.data.on);
}

function build(group, data) {
  const focused = group.querySelector("button:focus");
  const tiles = data.tiles.map((tile, index) => makeTile(tile, index, data));
  group.replaceChildren(...tiles);
  const again = focused && tiles[Number(focused.dataset.index)];
  if (again) again.focus();
}

function makeTile(tile, index, data) {
  const picture = makeElement("span", { className: "picture" });
  const caption = makeElement("span", { className: "caption" }, tile.caption);
  picture.style.backgroundPosition = place(index, data);
  return makePick(index, { ariaLabel: tile.label }, picture, caption);
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

function press(group, on) {
  for (const button of group.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(on[Number(button.dataset.index)]));
  }
}
