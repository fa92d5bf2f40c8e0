// What each link of a network carries, weight times value, and how that adds up to the sum of a unit.
import { findLit } from "../../../mnist_core/network/in_browser/reading.js";

const SHOWN = 1000; // numbers are shown in thousandths

/**
 * Finds the links into a layer that carry most, the strongest first: all, or those from or to one unit; with what
 * they carry together, and what all of them do, by strength without sign.
 */
export function findStrongest({ weights, inputs, sums }, most, { from = null, to = null } = {}) {
  const links = [];
  let [all, least] = [0, 0];
  const begins = from === null ? findLit(inputs) : [from];
  const ends = to === null ? sums.keys() : [to];
  for (const end of ends) {
    for (const begin of begins) {
      const carries = weights[end * inputs.length + begin] * inputs[begin];
      const strength = Math.abs(carries);
      all += strength;
      if (strength <= least) continue;
      insert(links, { from: begin, to: end, carries, strength }, most);
      if (links.length === most) least = links[most - 1].strength;
    }
  }
  return { links, drawn: links.reduce((sum, link) => sum + link.strength, 0), all };
}

function insert(links, link, most) {
  let place = links.length;
  while (place && links[place - 1].strength < link.strength) place--;
  links.splice(place, 0, link);
  if (links.length > most) links.pop();
}

/**
 * Lists what adds up to the sum of a unit: its bias, the links that carry most and the one that is asked for, and all
 * others as one number. `shown` is each in whole thousandths, rounded up or down so that they too add up to the sum.
 */
export function addUp({ weights, biases, inputs, sums }, unit, most, asked = null) {
  const lit = findLit(inputs).map((from) => {
    const weight = weights[unit * inputs.length + from];
    return { from, value: inputs[from], weight, carries: weight * inputs[from] };
  });
  const parts = lit.filter((part) => part.carries || part.from === asked); // a link that was cut is none
  parts.sort((one, other) => Math.abs(other.carries) - Math.abs(one.carries));
  const isNamed = (part, place) => place < most || part.from === asked;
  const named = parts.filter(isNamed);
  const others = parts.filter((part, place) => !isNamed(part, place));
  const rest = others.reduce((sum, part) => sum + part.carries, 0);
  const shown = roundTogether([biases[unit], ...named.map((part) => part.carries), rest], sums[unit]);
  return { bias: biases[unit], named, nOthers: others.length, rest, sum: sums[unit], shown };
}

/** Rounds numbers to thousandths, each up or down, so that they add up to their rounded sum. */
export function roundTogether(numbers, sum) {
  const rounded = numbers.map((number) => Math.floor(number * SHOWN));
  const short = Math.round(sum * SHOWN) - rounded.reduce((a, b) => a + b, 0);
  const behind = [...numbers.keys()].sort(
    (one, other) => numbers[other] * SHOWN - rounded[other] - (numbers[one] * SHOWN - rounded[one]),
  );
  for (const place of behind.slice(0, Math.max(short, 0))) rounded[place]++;
  return rounded;
}
