// Keys of the canvas: Control Z, on a Mac Command Z, takes the last stroke back, unless a text field has the
// focus and undoes its own; Escape, Delete and Backspace clear while the canvas or one of its buttons has it.
import { isWithin, pressButton } from "../../streamlit_insides.js";

const TEXT = "input:not([type=range]), textarea, select, [contenteditable=true]";
const CLEARING = ["Escape", "Delete", "Backspace"];

const keyFor = (event, container) => {
  const [focused] = event.composedPath();
  if (!(focused instanceof Element) || focused.matches(TEXT)) return null;
  const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
  if (plain) return isWithin(event, container) && CLEARING.includes(event.key) ? "clear" : null;
  const isUndo = event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
  return isUndo && event.key.toLowerCase() === "z" ? "undo" : null;
};

/** Has keys press the buttons of the canvas in the container of a key; returns what ends that. */
export function useCanvasKeys(container) {
  const press = (event) => {
    const key = keyFor(event, container);
    if (key && pressButton(container, key)) event.preventDefault();
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
