// What the lab adds to the canvas, which is a component of others: a name, the focus, keys, and that a drawing is
// sent when the pen is lifted. Ends with it.
import { findPaper, sendDrawing, tidyCanvases } from "../../streamlit_insides.js";
import { useCanvasKeys } from "./keys.js";

const CONTAINER = "lab-canvas";
const NAME = "Paper: draw a digit with mouse, pen or finger. Control Z takes a stroke back, Delete clears.";

export default ({ data }) => {
  const nameCanvas = (paper, others) => {
    paper.setAttribute("role", "application");
    paper.setAttribute("aria-label", `${NAME} ${data.otherwise}`);
    paper.tabIndex = 0;
    paper.addEventListener("pointerdown", () => paper.focus({ preventScroll: true }));
    for (const other of others) other.ariaHidden = "true";
  };
  const ends = [tidyCanvases(CONTAINER, nameCanvas), sendOnLift(), useCanvasKeys(CONTAINER)];
  return () => ends.forEach((end) => end());
};

function sendOnLift() {
  const listening = new AbortController();
  const { signal } = listening;
  let paper = null; // on which the pen went down
  const lift = () => {
    // Later, as the canvas has noted the stroke only when all that listens has heard of the lift.
    if (paper) setTimeout(sendDrawing, 0, paper);
    paper = null;
  };
  addEventListener("pointerdown", (event) => (paper = findPaper(event)), { capture: true, signal });
  addEventListener("mouseup", lift, { signal });
  addEventListener("touchend", lift, { signal });
  return () => listening.abort();
}
