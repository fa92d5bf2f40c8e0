// Pen strokes -> the image that a network knows -> its probabilities: the same numbers as draw_strokes of
// mnist_core/pens/render.py and MLP of mnist_core/network/architecture.py give, which the browser tests hold it to.
const SIDE = 28; // pixels along an edge of the image
const FINE = 10; // fine pixels along a pixel
const FINE_SIDE = 190; // fine pixels of the solid ink's longer side
const CENTRE = 14.25; // pixels; where the centre of mass goes
// Half the width of the pen's round tip, row by row from its middle to its edge, fine pixels.
const TIP = [11, 11, 11, 11, 10, 10, 9, 8, 8, 6, 5, 3];
const REACH = TIP.length - 1; // from the pen's middle to its edge
const DOT = 1e-200; // strokes no larger than this are one point

const ACTIVATIONS = {
  sigmoid: (sum) => 1 / (1 + Math.exp(-sum)),
  relu: (sum) => Math.max(sum, 0),
  tanh: Math.tanh,
  linear: (sum) => sum,
  square: (sum) => sum * sum,
};

/** Draws strokes, lists of points [x, y] at any scale, as an image: 784 values of ink from 0 to 1. */
export function drawStrokes(strokes) {
  return settleInk(inkStrokes(fitStrokes(strokes.filter((stroke) => stroke.length))));
}

/** Scales strokes into the box, in whole fine pixels. */
function fitStrokes(strokes) {
  const range = [0, 1].map((axis) => {
    const places = strokes.flatMap((stroke) => stroke.map((point) => point[axis]));
    const [low, high] = [places.reduce((a, b) => Math.min(a, b)), places.reduce((a, b) => Math.max(a, b))];
    return { low, extent: high - low };
  });
  const extent = Math.max(range[0].extent, range[1].extent);
  const scale = extent > DOT ? (FINE_SIDE - 2 * REACH - 1) / extent : 0;
  const fit = (point) => range.map(({ low }, axis) => roundToEven((point[axis] - low) * scale) + REACH);
  return strokes.map((stroke) => stroke.map(fit));
}

function roundToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

function inkStrokes(strokes) {
  const points = strokes.flat();
  const size = (axis) => points.reduce((most, point) => Math.max(most, point[axis]), 0) + REACH + 1;
  const ink = { width: size(0), height: size(1) };
  ink.rows = new Uint8Array(ink.width * ink.height);
  for (const stroke of strokes) {
    stroke.forEach(([x, y], index) => {
      const [before, after] = index ? stroke[index - 1] : [];
      if (x === before && y === after) return;
      if (index) inkPiece(ink, before, after, x, y);
      inkTip(ink, x, y);
    });
  }
  return ink;
}

function inkTip(ink, x, y) {
  for (let row = -REACH; row <= REACH; row++) {
    const half = TIP[Math.abs(row)];
    inkRow(ink, y + row, x - half, x + half);
  }
}

/** Inks a straight piece as wide as the pen: a rectangle whose corners are whole fine pixels. */
function inkPiece(ink, x0, y0, x1, y1) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const aside = [roundHalfIn((REACH * (y1 - y0)) / length), roundHalfOut((REACH * (x1 - x0)) / length)];
  const corners = [
    [x0 - aside[0], y0 + aside[1]],
    [x1 - aside[0], y1 + aside[1]],
    [x1 + aside[0], y1 - aside[1]],
    [x0 + aside[0], y0 - aside[1]],
  ];
  const sides = corners.map((corner, index) => [corner, corners[(index + 1) % corners.length]]);
  const rows = corners.map((corner) => corner[1]);
  for (let row = Math.min(...rows); row <= Math.max(...rows); row++) {
    const places = sides.flatMap((side) => crossings(side, row));
    inkRow(ink, row, roundHalfOut(Math.min(...places)), roundHalfIn(Math.max(...places)));
  }
}

/** Where a side of a rectangle crosses a row, in single precision as in Python. */
function crossings([[xa, ya], [xb, yb]], row) {
  if (row < Math.min(ya, yb) || row > Math.max(ya, yb)) return [];
  if (ya === yb) return [xa, xb];
  const slope = Math.fround((xb - xa) / (yb - ya));
  return [Math.fround(Math.fround((row - ya) * slope) + xa)];
}

const roundHalfOut = (value) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
const roundHalfIn = (value) => Math.sign(value) * Math.ceil(Math.abs(value) - 0.5);

function inkRow(ink, row, first, last) {
  if (row < 0 || row >= ink.height) return;
  const begin = row * ink.width;
  ink.rows.fill(1, begin + Math.max(first, 0), begin + Math.min(last, ink.width - 1) + 1);
}

/** Averages fine ink down to an image, its centre of mass at the centre, without losing ink. */
function settleInk({ width, height, rows }) {
  const ofRow = new Float64Array(height);
  const ofColumn = new Float64Array(width);
  rows.forEach((value, place) => {
    ofRow[Math.floor(place / width)] += value;
    ofColumn[place % width] += value;
  });
  const down = shares(height, findShift(ofRow));
  const across = shares(width, findShift(ofColumn));
  const image = new Float64Array(SIDE * SIDE);
  rows.forEach((value, place) => {
    if (!value) return;
    for (const [row, part] of down[Math.floor(place / width)]) {
      for (const [column, share] of across[place % width]) image[row * SIDE + column] += part * share;
    }
  });
  return image.map((value) => Math.fround(Math.min(value, 1)));
}

/** How far, in fine pixels, ink must move along one axis for its centre of mass, within the image. */
function findShift(mass) {
  let [sum, moment] = [0, 0];
  mass.forEach((value, place) => {
    sum += value;
    moment += value * (place + 0.5);
  });
  const shift = CENTRE * FINE - Math.fround(moment / sum);
  return Math.fround(Math.min(Math.max(shift, 0), SIDE * FINE - mass.length));
}

/** Which pixels each fine pixel of an axis falls into when it is moved, with the share of a pixel in each. */
function shares(length, shift) {
  const clip = (edge) => Math.min(Math.max(edge, 0), length);
  const edges = Array.from({ length: SIDE + 1 }, (_, pixel) => clip(Math.fround(pixel * FINE - shift))); // as in Python
  const found = Array.from({ length }, () => []);
  for (let pixel = 0; pixel < SIDE; pixel++) {
    const [begin, end] = [edges[pixel], edges[pixel + 1]];
    for (let place = Math.floor(begin); place < end; place++) {
      found[place].push([pixel, (Math.min(end, place + 1) - Math.max(begin, place)) / FINE]);
    }
  }
  return found;
}

/**
 * Computes what each layer is given, sums up and hands on; a network has layers of weights, a row a unit, and biases.
 * The output hands on its sums, the logits.
 */
export function computeLayers(network, image) {
  const activate = ACTIVATIONS[network.activation];
  const last = network.layers.length - 1;
  let inputs = image;
  return network.layers.map(({ weights, biases }, index) => {
    const lit = findLit(inputs);
    const sums = Float64Array.from(biases, (bias, unit) => {
      const begin = unit * inputs.length;
      return lit.reduce((sum, place) => sum + weights[begin + place] * inputs[place], bias);
    });
    const layer = { inputs, sums, values: index < last ? sums.map(activate) : sums };
    inputs = layer.values;
    return layer;
  });
}

/** Finds the places of values that are not 0. */
export function findLit(values) {
  return Array.from(values.keys()).filter((place) => values[place]);
}

/** Computes the logits of an image. */
export const computeLogits = (network, image) => computeLayers(network, image).at(-1).sums;

/** Computes the probabilities of the classes at a model's temperature. */
export function computeProbabilities(network, image) {
  return spreadLogits(computeLogits(network, image), network.temperature);
}

/** Turns logits into probabilities. */
export function spreadLogits(logits, temperature) {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((logit) => Math.exp((logit - most) / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** Unpacks a network that Python sent. */
export function unpackNetwork({ widths, activation, temperature, values }) {
  const numbers = unpackFloats(values);
  let place = 0;
  const take = (count) => numbers.subarray(place, (place += count));
  const layers = widths.slice(1).map((units, index) => ({
    weights: take(units * widths[index]),
    biases: take(units),
  }));
  return { activation, temperature, layers };
}

/** Unpacks numbers of four bytes that Python sent as base64. */
export function unpackFloats(packed) {
  return new Float32Array(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)).buffer);
}
