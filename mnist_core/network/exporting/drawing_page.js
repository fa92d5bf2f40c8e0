// A network on a page of its own: one draws, and sees what it reads and what its units look for. A page around it, in
// an iframe, hears of every reading and may send strokes, both by `postMessage`.
import { computeLayers, drawStrokes, spreadLogits, unpackNetwork } from "../in_browser/reading.js";

const SIDE_PX = 28; // pixels along an edge of an image
const PEN_PX = 36; // of the paper's 560, two a pixel of the screen
const INK = [
  [30, 35, 45],
  [245, 246, 248],
];
const BLUE = [11, 58, 130];
const WHITE = [247, 247, 245];
const RED = [132, 23, 27];
const LEAST_SHARE = 0.0005; // what is less is no number

const find = (name) => document.querySelector(`.${name}`);
const data = JSON.parse(document.getElementById("network").textContent);
const network = unpackNetwork(data);
const pictures = makePictures(network.layers);
const paper = find("paper");
const state = { strokes: [], pen: null, layer: 0, unit: null, reading: null, frame: 0 };

/** Draws, for each layer, what each unit looks for: the weights that lead to it, multiplied. */
function makePictures(layers) {
  let before = null;
  return layers.map(({ weights, biases }) => {
    const inputs = weights.length / biases.length;
    before = Array.from(biases, (_, unit) => {
      const row = weights.subarray(unit * inputs, (unit + 1) * inputs);
      return before ? addPictures(row, before) : Float64Array.from(row);
    });
    return before;
  });
}

function addPictures(row, below) {
  const sum = new Float64Array(below[0].length);
  row.forEach((weight, unit) => below[unit].forEach((value, place) => (sum[place] += weight * value)));
  return sum;
}

function read(strokes) {
  const image = drawStrokes(strokes);
  const layers = computeLayers(network, image);
  const logits = Array.from(layers.at(-1).sums);
  const probabilities = Array.from(spreadLogits(layers.at(-1).sums, network.temperature));
  const place = probabilities.indexOf(Math.max(...probabilities));
  return { strokes, image, layers, logits, probabilities, place, guess: data.classes[place] };
}

function show() {
  const strokes = [...state.strokes, ...(state.pen ? [state.pen.places] : [])];
  state.reading = strokes.some((stroke) => stroke.length) ? read(strokes) : null;
  paintPaper(strokes);
  showAnswer(state.reading);
  showUnits();
  find("undo").disabled = find("clear").disabled = !state.strokes.length;
  if (!state.pen) tell(state.reading);
}

function showSoon() {
  cancelAnimationFrame(state.frame);
  state.frame = requestAnimationFrame(show);
}

/** Tells who hears the page, and the page around it. */
function tell(reading) {
  find("said").textContent = reading ? `Guess: ${reading.guess}` : "";
  if (parent === self) return;
  const { strokes = [], logits = [], probabilities = [], guess = null } = reading ?? {};
  parent.postMessage({ kind: "mnist-lab-reading", strokes, logits, probabilities, guess }, "*");
}

function paintPaper(strokes) {
  const pen = paper.getContext("2d");
  pen.clearRect(0, 0, paper.width, paper.height);
  Object.assign(pen, { lineWidth: PEN_PX, lineCap: "round", lineJoin: "round", strokeStyle: "#3f7fd0" });
  for (const stroke of strokes) {
    pen.beginPath();
    stroke.forEach(([x, y]) => pen.lineTo(x, y));
    if (stroke.length === 1) pen.lineTo(...stroke[0]);
    pen.stroke();
  }
}

function showAnswer(reading) {
  find("guess").textContent = reading?.guess ?? "?";
  find("guess").classList.toggle("long", reading?.guess.length > 2);
  paint(find("seen"), reading?.image ?? new Float64Array(SIDE_PX ** 2), (ink) => mix(...INK, ink));
  [...find("bars").children].forEach((bar, place) => {
    const share = reading?.probabilities[place] ?? 0;
    bar.classList.toggle("best", place === reading?.place);
    bar.querySelector("i").style.setProperty("--share", share);
    bar.querySelector(".share").textContent = share >= LEAST_SHARE ? `${(100 * share).toFixed(1)}%` : "";
  });
}

function showUnits() {
  const layer = state.reading?.layers[state.layer];
  const most = layer ? layer.values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9) : 1;
  [...find("units").children].forEach((tile, unit) => {
    const value = layer?.values[unit] ?? 0;
    const bar = tile.querySelector("i");
    bar.style.setProperty("--size", Math.abs(value) / most);
    bar.classList.toggle("below", value < 0);
    tile.setAttribute("aria-pressed", unit === state.unit);
  });
  find("open").hidden = state.unit === null;
  if (state.unit !== null) showOpen(layer);
}

function showOpen(layer) {
  paintField(find("open").querySelector("canvas"), pictures[state.layer][state.unit]);
  const number = (value) => value.toFixed(3);
  const isLast = state.layer === network.layers.length - 1;
  const passes = layer && !isLast ? `, and it passes on ${number(layer.values[state.unit])}` : "";
  const words = layer ? `Its sum is ${number(layer.sums[state.unit])}${passes}.` : "Draw to see its sum.";
  find("open").querySelector("p").textContent = `${nameUnit(state.unit)} of ${nameLayer(state.layer)}. ${words}`;
}

const isOutput = (layer) => layer === network.layers.length - 1;
const nameLayer = (layer) => (isOutput(layer) ? "output" : `hidden ${layer + 1}`);
const nameUnit = (unit) => (isOutput(state.layer) ? data.classes[unit] : `Unit ${unit}`);

function openLayer(layer) {
  Object.assign(state, { layer, unit: null });
  [...find("layers").children].forEach((button, place) => button.setAttribute("aria-pressed", place === layer));
  find("units").replaceChildren(
    ...pictures[layer].map((picture, unit) => {
      const tile = make("button", { type: "button" });
      const canvas = make("canvas", { width: SIDE_PX, height: SIDE_PX });
      tile.append(canvas, make("i", {}), nameUnit(unit).replace("Unit ", ""));
      tile.ariaLabel = `${nameUnit(unit)} of ${nameLayer(layer)}`;
      tile.addEventListener("click", () => openUnit(unit));
      paintField(canvas, picture);
      return tile;
    }),
  );
  showUnits();
}

function openUnit(unit) {
  state.unit = state.unit === unit ? null : unit;
  showUnits();
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

const mix = (from, to, share) => from.map((part, channel) => part + share * (to[channel] - part));

function paintField(canvas, values) {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
  paint(canvas, values, (value) => mix(WHITE, value > 0 ? RED : BLUE, Math.sqrt(Math.abs(value) / most)));
}

function paint(canvas, values, colour) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  values.forEach((value, place) => pixels.data.set([...colour(value), 255], 4 * place));
  context.putImageData(pixels, 0, 0);
}

function locate(event) {
  const { left, top, width, height } = paper.getBoundingClientRect();
  return [((event.clientX - left) / width) * paper.width, ((event.clientY - top) / height) * paper.height];
}

function begin(event) {
  if (state.pen || event.button) return;
  state.pen = { id: event.pointerId, places: [locate(event)] };
  paper.setPointerCapture(event.pointerId);
  showSoon();
}

function move(event) {
  if (event.pointerId !== state.pen?.id) return;
  const between = event.getCoalescedEvents?.() ?? [];
  state.pen.places.push(...(between.length ? between : [event]).map(locate));
  showSoon();
}

function lift(event) {
  if (event.pointerId !== state.pen?.id) return;
  lay(event.type === "pointerup" ? [...state.strokes, state.pen.places] : state.strokes);
}

/** Lays strokes on the paper. */
function lay(strokes) {
  Object.assign(state, { strokes, pen: null });
  cancelAnimationFrame(state.frame);
  show();
}

function press(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") lay(state.strokes.slice(0, -1));
  else if (["Delete", "Backspace", "Escape"].includes(event.key)) lay([]);
  else return;
  event.preventDefault();
}

/** Takes strokes from the page around this one: lists of points [x, y], y down, at any scale. */
function hear({ data: sent }) {
  const isPoint = (point) => Array.isArray(point) && point.length >= 2 && point.every(Number.isFinite);
  const isStroke = (stroke) => Array.isArray(stroke) && stroke.every(isPoint);
  if (Array.isArray(sent?.strokes) && sent.kind === "mnist-lab-strokes" && sent.strokes.every(isStroke)) lay(sent.strokes);
}

find("bars").replaceChildren(
  ...data.classes.map((name) => {
    const track = make("span", { className: "track" });
    track.append(make("i", {}), make("span", { className: "share" }));
    const bar = make("li", {});
    bar.append(make("span", { textContent: name }), track);
    return bar;
  }),
);
find("layers").replaceChildren(
  ...pictures.map((_, layer) => {
    const name = nameLayer(layer);
    const button = make("button", { type: "button", textContent: name[0].toUpperCase() + name.slice(1) });
    button.addEventListener("click", () => openLayer(layer));
    return button;
  }),
);
paper.addEventListener("pointerdown", begin);
paper.addEventListener("pointermove", move);
paper.addEventListener("pointerup", lift);
paper.addEventListener("pointercancel", lift);
paper.addEventListener("keydown", press);
find("undo").addEventListener("click", () => lay(state.strokes.slice(0, -1)));
find("clear").addEventListener("click", () => lay([]));
addEventListener("message", hear);
openLayer(0);
show();
