// What the network says in words: names, shares, and sums line by line.
import { makeElement } from "../elements.js";
import { addUp } from "./links.js";

const NAMED = 8; // links of a sum that have a line of their own
const SPOKEN = 3; // of these in a sentence

/** Writes a number with three digits behind the point. */
export const write = (number) => writeThousandths(Math.round(number * 1000));

const writeThousandths = (count) => `${count < 0 ? "\u2212" : ""}${(Math.abs(count) / 1000).toFixed(3)}`;

export const writePercent = (share) => `${(100 * share).toFixed(1)} %`;

/** Names a unit of a layer. */
export function nameUnit({ words, names }, layer, unit) {
  return layer === words.length - 1 ? `output ${names[unit]}` : `unit ${unit} of ${words[layer]}`;
}

/** Names where a link into a layer begins: a pixel of the image, by row and column from 0, or a unit. */
export function nameBegin(data, layer, from, side) {
  return layer ? nameUnit(data, layer - 1, from) : `pixel ${Math.floor(from / side)}, ${from % side}`;
}

/** Says how much of what all links of a kind carry those carry that are drawn. */
export function sayShare({ begin, end, links, drawn, all, n }) {
  const share = all ? `: the ${links.length} strongest of ${n.toLocaleString("en")} links carry ${writePercent(drawn / all)}` : "";
  return `${begin} to ${end}${share}`;
}

/** Lists how the sum of a unit comes about, a line each: what, its value, its weight, and what it carries. */
export function listLines(view, { layer, unit, from }) {
  const { data, layered, probabilities, network } = view;
  const side = Math.sqrt(layered[0].inputs.length);
  const { named, nOthers, sum, shown } = addUp(layered[layer], unit, NAMED, from);
  const lines = [{ what: "bias", carries: writeThousandths(shown[0]) }];
  named.forEach((part, place) =>
    lines.push({
      what: nameBegin(data, layer, part.from, side),
      value: write(part.value),
      weight: write(part.weight),
      carries: writeThousandths(shown[place + 1]),
      isAsked: part.from === from,
    }),
  );
  if (nOthers) lines.push({ what: `${nOthers} others together`, carries: writeThousandths(shown.at(-1)) });
  lines.push({ what: "sum", carries: write(sum), isSum: true });
  const isOutput = layer === layered.length - 1;
  lines.push({
    what: isOutput ? nameSoftmax(layered[layer].sums.length, network.temperature) : `${network.activation} of the sum`,
    carries: isOutput ? writePercent(probabilities[unit]) : write(layered[layer].values[unit]),
    isSum: true,
  });
  return lines;
}

function nameSoftmax(n, temperature) {
  const over = temperature === 1 ? "" : ` over ${Number(temperature.toPrecision(3))}`;
  return `softmax of the ${n} sums${over}`;
}

/** Says a sum in one sentence: the strongest of what adds up to it. */
export function saySum(view, asked) {
  const lines = listLines(view, asked);
  const parts = lines.filter((line) => line.weight);
  const said = parts.filter((line, place) => line.isAsked || place < SPOKEN);
  const last = lines.slice(-2).map((line) => `${line.what} ${line.carries}`);
  const each = said.map((line) => `${line.what} carries ${line.carries}`);
  return `${capitalise(nameUnit(view.data, asked.layer, asked.unit))}: ${[...each, ...last].join(", ")}.`;
}

/** Fills the table of a sum; rows and words that stay are left alone, as this happens at every move. */
export function fillTable(body, lines) {
  fit(body, lines.length, makeRow);
  lines.forEach(({ what, value, weight, carries, isAsked, isSum }, place) => {
    const row = body.children[place];
    row.className = `${isAsked ? "asked" : ""} ${isSum ? "sum" : ""}`.trim();
    [what, value, weight, carries].forEach((words, column) => put(row.children[column], words ?? ""));
  });
}

function makeRow() {
  const cells = Array.from({ length: 3 }, () => makeElement("td"));
  return makeElement("tr", {}, makeElement("th", { scope: "row" }), ...cells);
}

/** Fills a list. */
export function fillList(list, items) {
  fit(list, items.length, () => makeElement("li"));
  items.forEach((words, place) => put(list.children[place], words));
}

/** Gives an element so many children. */
function fit(element, n, make) {
  while (element.children.length > n) element.lastElementChild.remove();
  while (element.children.length < n) element.append(make());
}

/** Puts words into an element where it has others. */
export function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export const capitalise = (words) => words.charAt(0).toUpperCase() + words.slice(1);
