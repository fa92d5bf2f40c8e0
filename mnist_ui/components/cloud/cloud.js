// A map of a network: four small clouds, of which one is shown large. All that is hovered, and the way from
// one layer to the next, happens here; only a click on a point is told to Python.
import { makeElement } from "../elements.js";
import { findKept, waitForMore } from "../kept/shelf.js";
import { useArrowKeys } from "../picking/arrow_keys.js";
import { unpackMap } from "./maps.js";
import { drawOwn, drawPoints, drawRing, findBeside, findNear, fitCanvas, toScreen, writeNames } from "./points.js";

const MOVE_MS = 800; // from one layer to the next
const MARGIN = 16; // screen pixels around the large cloud
const TIP = 84; // screen pixels of a picture that is pointed at
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".map");
  const cloud = (root.lab ??= makeCloud(root));
  cloud.send = (index) => setTriggerValue("picked", { index });
  takeMap(cloud, data);
  cloud.stop ??= watchPage(cloud); // once: new data come without the end of the old
  return () => {
    cloud.stop?.();
    cloud.stop = null;
  };
}

/** Follows the size of the page and the maps that arrive; returns what ends that. */
function watchPage(cloud) {
  const stopWaiting = waitForMore(() => takeMap(cloud, cloud.data));
  const resized = new ResizeObserver(() => redraw(cloud));
  resized.observe(cloud.canvas);
  return () => {
    stopWaiting();
    resized.disconnect();
  };
}

function makeCloud(root) {
  const cloud = { root, data: null, map: null, stage: null, points: null, hovered: -1, frame: 0 };
  const find = (name) => (cloud[name] = root.querySelector(`.${name}`));
  ["stages", "canvas", "tip", "legend", "said"].forEach(find);
  listenToPointer(cloud);
  listenToKeys(cloud);
  return cloud;
}

/** Takes what Python says: which map, how it is coloured, what is picked, and where the drawn digit lies. */
function takeMap(cloud, data) {
  const isFirst = cloud.stage === null;
  cloud.data = data;
  cloud.stage ??= data.first;
  const map = findKept(data.name, unpackMap);
  if (!map) return;
  const isAnother = map !== cloud.map;
  cloud.map = map;
  if (!map.sheet.complete) map.sheet.addEventListener("load", () => redraw(cloud), { once: true });
  showStages(cloud);
  showLegend(cloud);
  if (isAnother) moveTo(cloud, !isFirst);
  else redraw(cloud);
}

function showStages(cloud) {
  const { data, stages } = cloud;
  if (stages.children.length !== data.stages.length) {
    stages.replaceChildren(...data.stages.map((_, place) => makeStage(cloud, place)));
    useArrowKeys(stages, () => [...stages.children], (button) => button.click());
  }
  [...stages.children].forEach((button, place) => {
    const { title, words, label } = data.stages[place];
    button.querySelector(".title").textContent = title;
    button.querySelector(".words").textContent = words;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-checked", String(place === cloud.stage));
    button.tabIndex = place === cloud.stage ? 0 : -1;
  });
}

function makeStage(cloud, place) {
  const parts = ["title", "words"].map((className) => makeElement("span", { className }));
  const button = makeElement("button", { type: "button", role: "radio" }, makeElement("canvas"), ...parts);
  button.addEventListener("click", () => {
    cloud.stage = place;
    showStages(cloud);
    moveTo(cloud, true);
  });
  return button;
}

/** Moves all points to where they lie in the chosen stage. */
function moveTo(cloud, isMoved) {
  const target = cloud.map.stages[cloud.stage].points;
  const from = cloud.points?.length === target.length ? cloud.points : null;
  cancelAnimationFrame(cloud.frame);
  cloud.root.dataset.stage = cloud.data.stages[cloud.stage].title;
  hover(cloud, -1);
  if (!isMoved || !from || matchMedia("(prefers-reduced-motion: reduce)").matches) return arrive(cloud, target);
  const start = performance.now();
  const step = (now) => {
    const share = Math.min((now - start) / MOVE_MS, 1);
    if (share >= 1) return arrive(cloud, target);
    const eased = share * share * (3 - 2 * share);
    cloud.points = from.map((value, place) => value + eased * (target[place] - value));
    drawLarge(cloud);
    cloud.frame = requestAnimationFrame(step);
  };
  cloud.root.dataset.state = "moving";
  cloud.frame = requestAnimationFrame(step);
}

function arrive(cloud, target) {
  cloud.points = target;
  cloud.root.dataset.state = "still";
  redraw(cloud);
}

function redraw(cloud) {
  if (!cloud.map || !cloud.points) return;
  drawLarge(cloud);
  [...cloud.stages.children].forEach((button, place) => drawSmall(cloud, button.querySelector("canvas"), place));
}

function drawLarge(cloud) {
  const { map, data, points } = cloud;
  const { context, width, height } = fitCanvas(cloud.canvas);
  if (!width) return;
  const locate = (cloud.locate = toScreen(width, height, MARGIN));
  const { ink, paper } = readTheme(cloud);
  drawPoints({ context, locate, radius: width < 420 ? 2 : 2.6, map, points, colourOf: chooseColour(cloud) });
  const kinds = { label: map.labels, guess: map.guesses }[data.colour];
  context.font = `700 ${width < 420 ? 15 : 18}px ${getComputedStyle(cloud.root).fontFamily}`;
  if (kinds) writeNames({ context, locate, map, points, kinds, names: data.names, ink, paper });
  const at = (place) => locate(points[2 * place], points[2 * place + 1]);
  if (data.picked !== null) drawRing(context, at(data.picked), 8, ink, 3);
  if (cloud.hovered >= 0) drawRing(context, at(cloud.hovered), 6, ink, 1.5);
  if (data.own && cloud.root.dataset.state !== "moving") {
    drawOwn(context, locate(...placeOwn(cloud, cloud.stage)), 9, data.ownColour, ink);
  }
}

function drawSmall(cloud, canvas, stage) {
  const { map, data } = cloud;
  const { context, width, height } = fitCanvas(canvas);
  if (!width) return;
  const locate = toScreen(width, height, 5);
  const { points } = map.stages[stage];
  const { ink } = readTheme(cloud);
  drawPoints({ context, locate, radius: 0.9, map, points, colourOf: chooseColour(cloud) });
  const at = (place) => locate(points[2 * place], points[2 * place + 1]);
  if (data.picked !== null) drawRing(context, at(data.picked), 5, ink, 2);
  if (data.own) drawOwn(context, locate(...placeOwn(cloud, stage)), 5, data.ownColour, ink);
}

const placeOwn = (cloud, stage) => {
  const { fit } = cloud.map.stages[stage];
  return cloud.data.own.places[stage].map((value, axis) => Math.max(-1, Math.min(1, fit(value, axis))));
};

function readTheme(cloud) {
  const style = getComputedStyle(cloud.root);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read("--st-text-color"), paper: read("--st-background-color") };
}

function chooseColour(cloud) {
  const { map, data } = cloud;
  if (data.colour === "confidence") return (place) => mixSure(map.confidences[place]);
  const kinds = data.colour === "label" ? map.labels : map.guesses;
  return (place) => colourKind(data, kinds[place]);
}

const colourKind = (data, kind) =>
  data.names.length <= data.palette.length
    ? data.palette[kind]
    : `hsl(${Math.round((360 * kind) / data.names.length)} 60% 55%)`;

// From orange, not sure at all, to blue; in steps, so that points of one colour are drawn at once.
function mixSure(confidence) {
  const share = Math.round(20 * Math.max(0, (confidence - 0.4) / 0.6)) / 20;
  const mixed = [208, 96, 63].map((value, place) => value + share * ([63, 127, 208][place] - value));
  return `rgb(${mixed.map(Math.round).join(" ")})`;
}

function showLegend(cloud) {
  const { data, legend } = cloud;
  const swatch = (colour, tag = "i") => {
    const mark = makeElement(tag);
    mark.style.background = colour;
    return mark;
  };
  const add = (mark, words) => makeElement("li", {}, mark, words);
  const kinds =
    data.colour === "confidence"
      ? [0.4, 0.7, 1].map((sure) => add(swatch(mixSure(sure)), `${100 * sure} %${sure < 0.5 ? " sure or less" : ""}`))
      : data.names.map((name, kind) => add(swatch(colourKind(data, kind)), name));
  legend.replaceChildren(...kinds, add(makeElement("b", {}, "×"), "read wrong"));
  if (data.own) legend.append(add(swatch(data.ownColour, "em"), "your drawing"));
}

function hover(cloud, place) {
  cloud.hovered = place;
  const { tip, map, canvas } = cloud;
  tip.hidden = place < 0;
  if (place < 0) return;
  const words = describe(cloud, place);
  tip.querySelector("span").textContent = words;
  cloud.said.textContent = `${words}. Enter opens it.`;
  const picture = tip.querySelector("canvas");
  picture.width = picture.height = TIP;
  const context = picture.getContext("2d");
  context.imageSmoothingEnabled = false;
  const [left, top] = [place % map.columns, Math.floor(place / map.columns)].map((at) => at * map.side);
  context.drawImage(map.sheet, left, top, map.side, map.side, 0, 0, TIP, TIP);
  const [x, y] = cloud.locate(cloud.points[2 * place], cloud.points[2 * place + 1]);
  tip.style.left = `${x + (x > canvas.clientWidth / 2 ? -tip.offsetWidth - 12 : 12)}px`;
  tip.style.top = `${Math.max(0, Math.min(y - TIP / 2, canvas.clientHeight - tip.offsetHeight))}px`;
}

function describe({ map, data }, place) {
  const [label, guess] = [map.labels[place], map.guesses[place]].map((kind) => data.names[kind]);
  const sure = `${(100 * map.confidences[place]).toFixed(0)} % sure`;
  return label === guess ? `${label}, ${sure}` : `${label}, read as ${guess}, ${sure}`;
}

function listenToPointer(cloud) {
  const find = (event) => {
    if (!cloud.locate || cloud.root.dataset.state !== "still") return -1;
    const box = cloud.canvas.getBoundingClientRect();
    return findNear(cloud, event.clientX - box.left, event.clientY - box.top);
  };
  const point = (event) => {
    const place = find(event);
    if (place === cloud.hovered) return place;
    hover(cloud, place);
    drawLarge(cloud);
    return place;
  };
  cloud.canvas.addEventListener("pointermove", point);
  cloud.canvas.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "touch" || !cloud.map) return; // what was tapped stays
    hover(cloud, -1);
    redraw(cloud);
  });
  cloud.canvas.addEventListener("click", (event) => {
    const place = point(event);
    if (place >= 0) cloud.send(place);
  });
}

function listenToKeys(cloud) {
  cloud.canvas.addEventListener("keydown", (event) => {
    if (!cloud.map || cloud.root.dataset.state !== "still") return;
    if ((event.key === "Enter" || event.key === " ") && cloud.hovered >= 0) {
      event.preventDefault();
      cloud.send(cloud.hovered);
    }
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const { canvas } = cloud;
    const start = cloud.data.picked ?? findNear(cloud, canvas.clientWidth / 2, canvas.clientHeight / 2, Infinity);
    hover(cloud, cloud.hovered < 0 ? start : findBeside(cloud, cloud.hovered, STEPS[event.key]));
    drawLarge(cloud);
  });
}
