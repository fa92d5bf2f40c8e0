// Buttons of which one is chosen: by a click, or by arrow keys.
import { makeElement } from "../elements.js";
import { useArrowKeys } from "./arrow_keys.js";

const PAUSE_MS = 250; // held arrow keys pass over buttons; the one that is rested on is chosen

/** Makes the button that stands for a place; none is a Tab stop before one is marked. */
export function makePick(index, properties, ...held) {
  const button = makeElement("button", { type: "button", tabIndex: -1, ...properties }, ...held);
  button.dataset.index = index;
  return button;
}

/** Has `choose` called with the button of a group that is clicked, or where `rests()` also rested on by keys. */
export function usePicking(group, buttons, choose, rests = () => true) {
  const picking = { timer: null };
  const pick = (button) => {
    clearTimeout(picking.timer);
    picking.timer = null;
    choose(button);
  };
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) pick(button);
  });
  useArrowKeys(group, buttons, (button) => {
    if (!rests()) return;
    clearTimeout(picking.timer);
    picking.timer = setTimeout(pick, PAUSE_MS, button);
  });
  return picking;
}

/** Marks the chosen one of a group's buttons; it is the Tab stop, unless another of them has the focus. */
export function markPicked(group, selected) {
  const hasFocus = group.querySelector("button:focus") !== null;
  group.querySelectorAll("button").forEach((button, index) => {
    button.ariaCurrent = index === selected ? "true" : null;
    if (!hasFocus) button.tabIndex = index === (selected ?? 0) ? 0 : -1;
  });
}
