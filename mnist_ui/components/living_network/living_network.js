// The network while one draws: image, units and outputs, and the links that carry most, at every move of the pen.
import { makePalette, paintPixels, pickColour } from "../colours.js";
import { makeElement } from "../elements.js";
import { findKept, waitForMore } from "../kept/shelf.js";
import { followImage } from "../live_answer/images.js";
import { computeLayers, spreadLogits, unpackNetwork } from "../../../mnist_core/network/in_browser/reading.js";
import { makePick, markPicked, usePicking } from "../picking/picking.js";
import { findStrongest } from "./links.js";
import { paint, prepare } from "./painting.js";
import { findLink, placeLayers, placeOnLink, placePixel } from "./places.js";
import { capitalise, fillList, fillTable, listLines, nameBegin, nameUnit, put, sayShare, saySum, write, writePercent } from "./words.js";

const MOST = 24; // links drawn into a layer
const REACH = { mouse: 8, touch: 16, pen: 12 }; // pixels, of a click beside a link
const PAUSE_MS = 800; // after the answer, which is said first
const THEMED_MS = 300; // after which the page has taken up another theme
const EMPTY = "Draw: the links that carry most light up.";
const FULL = "Click a unit or a link to see its sum.";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".alive");
  const view = (root.lab ??= makeView(root));
  const isAnother = view.data?.network !== data.network;
  view.data = data;
  view.visit = (place) => setTriggerValue("opened", place);
  if (isAnother) forget(view);
  view.stop ??= follow(view);
  return () => {
    view.stop?.();
    view.stop = null;
  };
}

function makeView(root) {
  const view = { root, image: null, isSettled: true, drawn: [], open: null, picture: document.createElement("canvas") };
  for (const name of ["hint", "stage", "paper", "layers", "links", "shares", "sums", "said"]) {
    view[name] = root.querySelector(`.${name}`);
  }
  view.paper.addEventListener("click", (event) => clickPaper(view, event));
  view.sums.querySelector(".close").addEventListener("click", () => open(view, null));
  view.sums.querySelector("a").addEventListener("click", (event) => visit(view, event));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && view.open) open(view, null);
  });
  usePicking(view.links, () => [...view.links.children], (button) => openLink(view, view.drawn[button.dataset.index]), () => false);
  return view;
}

/** Follows the drawing, the room that there is, and the theme; returns what ends that. */
function follow(view) {
  const listening = new AbortController();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const hear = ({ image, isSettled }) => {
    if (calm.matches && !isSettled) return;
    Object.assign(view, { image, isSettled });
    show(view);
  };
  const watch = new ResizeObserver(() => lay(view));
  watch.observe(view.stage);
  const repaint = () => setTimeout(show, THEMED_MS, view);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint, { signal: listening.signal });
  const ends = [followImage(hear), waitForMore(() => lay(view)), () => watch.disconnect(), () => listening.abort()];
  return () => {
    clearTimeout(view.timer);
    ends.forEach((end) => end());
  };
}

function forget(view) {
  view.open = view.places = null;
  view.sums.hidden = true;
  view.paper.width = 0;
  for (const part of [view.layers, view.links, view.shares, view.said]) part.replaceChildren();
  lay(view);
}

/** Places the network anew where it or its room is another. */
function lay(view) {
  const network = findKept(view.data.network, unpackNetwork);
  const width = view.stage.clientWidth;
  if (!network) view.hint.textContent = "";
  if (!network || !width || (view.places?.width === width && view.network === network)) return;
  view.network = network;
  view.places = placeLayers(network.layers.map(({ biases }) => biases.length), width);
  view.stage.style.height = `${view.places.height}px`;
  view.root.classList.toggle("wide", view.places.isWide);
  prepare(view.paper, width, view.places.height);
  view.layers.replaceChildren(...view.places.layers.map((layer, index) => makeLayer(view, layer, index)));
  show(view);
}

function makeLayer(view, { cell, nodes }, layer) {
  const label = `${view.data.words[layer]}, ${nodes.length} units`;
  const group = makeElement("div", { role: "group", ariaLabel: label });
  const isOutput = layer === view.places.layers.length - 1;
  nodes.forEach(({ x, y }, unit) => {
    const button = makePick(unit, { className: isOutput ? "output" : "" });
    button.ariaLabel = nameUnit(view.data, layer, unit);
    Object.assign(button.style, { left: `${x - cell / 2}px`, top: `${y - cell / 2}px`, width: `${cell}px`, height: `${cell}px` });
    if (isOutput) button.append(makeElement("b", {}, view.data.names[unit]), makeElement("span"));
    group.append(button);
  });
  const choose = (button) => {
    const unit = Number(button.dataset.index);
    const isOpen = view.open?.layer === layer && view.open.unit === unit && view.open.from === null;
    open(view, isOpen ? null : { layer, unit, from: null });
  };
  usePicking(group, () => [...group.children], choose, () => false);
  markPicked(group, null);
  return group;
}

function clickPaper(view, event) {
  const box = view.paper.getBoundingClientRect();
  const place = { x: event.clientX - box.left, y: event.clientY - box.top };
  const link = findLink(view.drawn, view.places.isWide, place, REACH[event.pointerType] ?? REACH.mouse);
  if (link) openLink(view, link);
  else open(view, null);
}

const openLink = (view, link) => open(view, { layer: link.layer, unit: link.to, from: link.from });

/** Shows the sum of a unit, with the link that was asked for; of none for null. */
function open(view, asked) {
  view.open = asked;
  show(view);
  if (!asked) return;
  view.sums.scrollIntoView({ block: "nearest" });
  say(view, 0);
}

function visit(view, event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { layer, unit } = view.open;
  view.visit({ layer: view.data.layers[layer], unit });
}

/** Shows what the network makes of the image now. */
function show(view) {
  const { network, places } = view;
  if (!places) return;
  const image = view.image ?? new Float32Array(network.layers[0].weights.length / network.layers[0].biases.length);
  const worked = computeLayers(network, image);
  view.layered = worked.map((layer, index) => ({ ...network.layers[index], ...layer }));
  view.probabilities = spreadLogits(worked.at(-1).sums, network.temperature);
  const kinds = view.image ? chooseLinks(view) : [];
  view.drawn = kinds.flatMap(({ links, layer }) => links.map((link) => placeLink(view, link, layer)));
  paintImage(view, image);
  const asked = view.open && view.drawn.find((link) => isAsked(view.open, link));
  paint(view.paper, { places, image: view.picture, layers: worked, drawn: view.drawn, open: view.open, asked });
  put(view.hint, view.image ? FULL : EMPTY);
  fillList(view.shares, kinds.map((kind) => sayShare(describe(view, kind))));
  fillOutputs(view);
  fillSums(view);
  if (view.isSettled) settle(view);
}

const isAsked = (asked, link) => link.layer === asked.layer && link.to === asked.unit && link.from === asked.from;

/** Chooses the links to draw: of each layer, or those from and to the unit that is open. */
function chooseLinks({ layered, open: asked }) {
  if (!asked) return layered.map((layer, index) => ({ layer: index, ...findStrongest(layer, MOST) }));
  const into = { layer: asked.layer, ...findStrongest(layered[asked.layer], MOST, { to: asked.unit }) };
  const next = layered[asked.layer + 1];
  return next ? [into, { layer: asked.layer + 1, ...findStrongest(next, MOST, { from: asked.unit }) }] : [into];
}

function placeLink({ places, layered }, link, layer) {
  const side = Math.sqrt(layered[0].inputs.length);
  const begin = layer ? places.layers[layer - 1].nodes[link.from] : placePixel(places.picture, link.from, side);
  return { ...link, layer, begin, end: places.layers[layer].nodes[link.to] };
}

/** Paints the ink, or what each pixel of it carries to the unit of the first layer that is open. */
function paintImage(view, image) {
  const { layered, open: asked, data } = view;
  const isCarried = asked?.layer === 0 && view.image;
  const { weights } = layered[0];
  const begin = isCarried ? asked.unit * image.length : 0;
  const numbers = isCarried ? image.map((ink, pixel) => ink * weights[begin + pixel]) : image;
  const most = isCarried ? numbers.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12) : 1;
  const palette = ((view.palettes ??= {})[isCarried ? "signed" : "ink"] ??= makePalette(data[isCarried ? "signed" : "ink"]));
  const scale = (number) => (isCarried ? number / most : 2 * number - 1);
  paintPixels(view.picture, numbers, (number) => pickColour(palette, scale(number)));
}

function fillOutputs(view) {
  [...view.layers.lastElementChild.children].forEach((button, unit) => {
    const percent = Math.round(100 * view.probabilities[unit]);
    put(button.lastElementChild, view.image && percent ? `${percent} %` : "");
  });
}

function fillSums(view) {
  const { open: asked, sums, data } = view;
  sums.hidden = !asked;
  if (!asked) return;
  put(sums.querySelector("h2"), capitalise(nameUnit(data, asked.layer, asked.unit)));
  sums.querySelector("a").href = `${data.page}&layer=${data.layers[asked.layer]}&unit=${asked.unit}`;
  fillTable(sums.querySelector("tbody"), listLines(view, asked));
}

/** Tells what there is no time for while the pen moves: names with numbers, and what is said. */
function settle(view) {
  const { data, layered, drawn, probabilities } = view;
  [...view.layers.children].forEach((group, layer) => {
    const isOutput = layer === layered.length - 1;
    [...group.children].forEach((button, unit) => {
      const value = isOutput ? writePercent(probabilities[unit]) : write(layered[layer].values[unit]);
      button.ariaLabel = `${nameUnit(data, layer, unit)}${view.image ? `: ${value}` : ""}`;
    });
    markPicked(group, view.open?.layer === layer ? view.open.unit : null);
  });
  const side = Math.sqrt(layered[0].inputs.length);
  const marks = drawn.map((link, index) => {
    const begin = nameBegin(data, link.layer, link.from, side);
    const label = `${begin} to ${nameUnit(data, link.layer, link.to)} carries ${write(link.carries)}`;
    const mark = makePick(index, { ariaLabel: label });
    const { x, y } = placeOnLink(link, view.places.isWide, 0.5);
    Object.assign(mark.style, { left: `${x}px`, top: `${y}px` });
    return mark;
  });
  const hadFocus = view.links.querySelector(":focus") !== null;
  const place = view.open ? drawn.findIndex((link) => isAsked(view.open, link)) : -1;
  view.links.replaceChildren(...marks);
  markPicked(view.links, place < 0 ? null : place);
  if (hadFocus) marks[Math.max(place, 0)]?.focus();
  say(view, PAUSE_MS);
}

function describe(view, kind) {
  const { data, layered, open: asked } = view;
  const { inputs, sums } = layered[kind.layer];
  const isInto = asked?.layer === kind.layer;
  const begin = asked && !isInto ? nameUnit(data, asked.layer, asked.unit) : kind.layer ? data.words[kind.layer - 1] : "image";
  const end = isInto ? nameUnit(data, asked.layer, asked.unit) : data.words[kind.layer];
  const n = (asked && !isInto ? 1 : inputs.length) * (isInto ? 1 : sums.length);
  return { ...kind, begin: capitalise(begin), end, n };
}

/** Says the sum that is open, else that of the greatest output, to those who hear the page. */
function say(view, pause) {
  clearTimeout(view.timer);
  view.timer = setTimeout(() => {
    const greatest = view.probabilities.indexOf(Math.max(...view.probabilities));
    const asked = view.open ?? { layer: view.layered.length - 1, unit: greatest, from: null };
    const said = view.image ? saySum(view, asked) : "";
    if (view.said.textContent !== said) view.said.textContent = said;
  }, pause);
}
