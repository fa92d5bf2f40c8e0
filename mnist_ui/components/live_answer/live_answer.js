// What the network makes of a drawing: while the pen is down the browser reads by itself, at every move; a
// moment after it is lifted comes what Python makes of it, which stays.
import { findContainer, smoothStroke } from "../../streamlit_insides.js";
import { makePalette, paintPixels, pickColour } from "../colours.js";
import { findKept } from "../kept/shelf.js";
import { tellImage } from "./images.js";
import { followPen } from "./pen.js";
import { computeProbabilities, drawStrokes, unpackFloats, unpackNetwork } from "../../../mnist_core/network/in_browser/reading.js";

const LIVE = "live";
const SETTLED = "settled";
const EMPTY = "empty";

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".answer");
  const answer = (root.lab ??= makeAnswer(root));
  answer.stop ??= followPen(answer.pen);
  take(answer, data);
  return () => {
    answer.stop?.();
    answer.stop = null;
    cancelAnimationFrame(answer.frame);
  };
}

function makeAnswer(root) {
  const answer = { root, data: null, lifted: [], inHand: null, frame: 0, paintedAt: 0 };
  const find = (name) => (answer[name] = root.querySelector(`.${name}`));
  ["digit", "words", "picture", "bars", "said"].forEach(find);
  answer.pen = {
    moved: (places) => {
      answer.inHand = places;
      readSoon(answer);
    },
    lifted: (places) => {
      answer.inHand = null;
      answer.lifted.push(places);
      readSoon(answer);
    },
    dropped: () => {
      answer.inHand = null;
      show(answer);
    },
  };
  return answer;
}

/** Takes what Python says: which strokes lie on the canvas, and what the network makes of them. */
function take(answer, data) {
  const before = answer.data;
  const isLaidAnew = before?.version !== data.version;
  const gained = isLaidAnew ? Infinity : data.strokes.length - before.strokes.length;
  answer.lifted.splice(0, Math.max(gained, 0));
  answer.data = data;
  findKept(data.network, unpackNetwork); // now, not at the first move of the pen
  if (before?.names.join() !== data.names.join()) makeBars(answer, data.names);
  show(answer);
}

function show(answer) {
  if (answer.inHand || answer.lifted.length) readSoon(answer);
  else settle(answer);
}

function readSoon(answer) {
  cancelAnimationFrame(answer.frame);
  answer.frame = requestAnimationFrame(() => readNow(answer));
}

function readNow(answer) {
  const network = findKept(answer.data.network, unpackNetwork);
  const strokes = [...answer.lifted, ...(answer.inHand ? [answer.inHand] : [])].map(smoothStroke);
  if (!network || !strokes.length) return;
  const image = drawStrokes([...answer.data.strokes, ...strokes]);
  const probabilities = computeProbabilities(network, image);
  const guess = probabilities.indexOf(Math.max(...probabilities));
  answer.digit.textContent = answer.data.names[guess];
  answer.words.textContent = "";
  paint(answer, image);
  fillBars(answer, probabilities, guess);
  enter(answer, LIVE);
  tellImage(image, false);
}

/** Shows what Python made of the drawing, or nothing where there is none. */
function settle(answer) {
  const { settled, strokes } = answer.data;
  const image = settled && unpackFloats(settled.image);
  answer.root.dataset.strokes = strokes.length;
  if (settled) {
    answer.digit.textContent = settled.shown;
    answer.words.textContent = settled.words;
    paint(answer, image);
    fillBars(answer, settled.probabilities, settled.guess);
  }
  const said = settled ? `${settled.is_unsure ? "" : "Guess: "}${settled.shown}. ${settled.words}` : "";
  if (answer.said.textContent !== said) answer.said.textContent = said;
  enter(answer, settled ? SETTLED : EMPTY);
  tellImage(image, true);
}

/** Marks how far the answer is to be trusted, for the page around it too: what is stale there is hidden. */
function enter(answer, state) {
  const { root } = answer;
  root.dataset.state = state;
  root.classList.toggle("unsure", state === SETTLED && answer.data.settled.is_unsure);
  const around = findContainer(root, "draw-answer");
  if (around) around.dataset.state = state;
}

function paint(answer, image) {
  const palette = (answer.palette ??= makePalette(answer.data.colours));
  paintPixels(answer.picture, image, (ink) => pickColour(palette, 2 * ink - 1));
}

function makeBars(answer, names) {
  answer.bars.replaceChildren(
    ...names.map((name) => {
      const bar = document.createElement("li");
      bar.innerHTML = '<span class="name"></span><span class="track"><i></i><span class="share"></span></span>';
      bar.querySelector(".name").textContent = name;
      return bar;
    }),
  );
}

function fillBars(answer, probabilities, guess) {
  [...answer.bars.children].forEach((bar, place) => {
    const share = probabilities[place];
    bar.classList.toggle("guess", place === guess);
    bar.querySelector("i").style.setProperty("--share", share);
    bar.querySelector(".share").textContent = share >= 0.0005 ? `${(100 * share).toFixed(1)}%` : "";
  });
}
