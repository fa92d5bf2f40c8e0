// Follows the pen on the canvas.
import { findPaper, locate } from "../../streamlit_insides.js";

/** Tells of the stroke in hand, at each move, and when it is lifted; returns what ends that. */
export function followPen(told) {
  const listening = new AbortController();
  let pen = null;
  const listen = (kind, act) =>
    document.addEventListener(kind, act, { capture: true, signal: listening.signal });
  const listenToPen = (kind, act) => listen(kind, (event) => pen?.id === event.pointerId && act(event));
  const move = (event) => {
    pen.places.push(locate(event, pen.paper));
    told.moved(pen.places);
  };
  const leave = () => {
    const { places } = pen;
    pen = null;
    return places;
  };
  listen("pointerdown", (event) => {
    const paper = findPaper(event);
    if (!paper || !event.isPrimary || event.button) return;
    pen = { paper, id: event.pointerId, places: [] };
    move(event);
  });
  listenToPen("pointermove", move);
  listenToPen("pointerup", () => told.lifted(leave()));
  listenToPen("pointercancel", () => told.dropped(leave()));
  return () => listening.abort();
}
