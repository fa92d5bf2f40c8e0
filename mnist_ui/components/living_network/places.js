// Where image, units and outputs stand: from left to right where there is room, else from top to bottom.
const WIDE = 500; // screen pixels, from which on they stand side by side
const HEIGHT = 440; // of a wide network
const TALLEST = 330; // of the hidden layers together in a narrow one
const PICTURE = { wide: 112, narrow: 84 };
const OUTPUT = { wide: 88, narrow: 58 }; // room of the outputs with their words
const GAP = { wide: 60, narrow: 40 }; // least room for links
const CELL = { wide: 26, narrow: 24, least: 5 }; // of a unit: a finger's room, where there is as much

/**
 * Places the layers of so many units in a width. A unit has its middle and its cell's edge; `isWide` tells the
 * direction.
 */
export function placeLayers(counts, width) {
  const kind = width >= WIDE ? "wide" : "narrow";
  const isWide = kind === "wide";
  const hidden = counts.slice(0, -1);
  const across = isWide ? HEIGHT : width;
  const fixed = PICTURE[kind] + OUTPUT[kind];
  const room = isWide ? width - fixed - GAP.wide * counts.length : TALLEST;
  const cell = findCell(hidden, across, room, CELL[kind]);
  const blocks = hidden.map((n) => countLines(n, across, cell) * cell);
  const taken = fixed + blocks.reduce((a, b) => a + b, 0);
  const gap = isWide ? (width - taken) / counts.length : GAP.narrow;
  const turn = ([along, aside]) => (isWide ? { x: along, y: aside } : { x: aside, y: along });
  let along = PICTURE[kind];
  const layers = hidden.map((n, index) => {
    along += gap;
    const nodes = placeBlock(n, across, cell).map(([line, aside]) => turn([along + line, aside]));
    along += blocks[index];
    return { cell, nodes };
  });
  along += gap;
  const last = Math.min(across / counts.at(-1), isWide ? 34 : 36);
  const begin = (across - last * counts.at(-1)) / 2;
  const outputs = Array.from({ length: counts.at(-1) }, (_, unit) => turn([along + 12, begin + (unit + 0.5) * last]));
  layers.push({ cell: Math.min(last, 24), nodes: outputs });
  const length = isWide ? width : along + OUTPUT.narrow;
  const corner = turn([0, (across - PICTURE[kind]) / 2]);
  return {
    isWide,
    width,
    height: isWide ? HEIGHT : length,
    picture: { ...corner, size: PICTURE[kind] },
    layers,
  };
}

/** The greatest cell by which the layers together take no more than a room. */
function findCell(counts, across, room, most) {
  for (let cell = most; cell > CELL.least; cell--) {
    const lines = counts.reduce((sum, n) => sum + countLines(n, across, cell), 0);
    if (lines * cell <= room) return cell;
  }
  return CELL.least;
}

const countLines = (n, across, cell) => Math.ceil(n / Math.floor(across / cell));

/** Places units in lines, as even as can be: along from the first line's edge, and across. */
function placeBlock(n, across, cell) {
  const inLine = Math.ceil(n / countLines(n, across, cell));
  const begin = (across - Math.min(inLine, n) * cell) / 2;
  return Array.from({ length: n }, (_, unit) => [
    (Math.floor(unit / inLine) + 0.5) * cell,
    begin + ((unit % inLine) + 0.5) * cell,
  ]);
}

/** The middle of a pixel of the image. */
export function placePixel({ x, y, size }, pixel, side) {
  const step = size / side;
  return { x: x + ((pixel % side) + 0.5) * step, y: y + (Math.floor(pixel / side) + 0.5) * step };
}

/** A point of the curve between two places, at a share of its way. */
export function placeOnLink({ begin, end }, isWide, share) {
  const [along, aside] = isWide ? ["x", "y"] : ["y", "x"];
  const middle = (begin[along] + end[along]) / 2;
  const back = 1 - share;
  const bend = 3 * back * share;
  return {
    [along]: back ** 3 * begin[along] + bend * middle + share ** 3 * end[along],
    [aside]: (back ** 3 + bend * back) * begin[aside] + (share ** 3 + bend * share) * end[aside],
  };
}

/** Finds the drawn link that a place lies on or nearest to, within a reach; undefined where none is. */
export function findLink(drawn, isWide, place, reach) {
  const distance = (link) => {
    let nearest = Infinity;
    for (let step = 0; step <= 24; step++) {
      const { x, y } = placeOnLink(link, isWide, step / 24);
      nearest = Math.min(nearest, Math.hypot(x - place.x, y - place.y));
    }
    return nearest;
  };
  const found = drawn.map((link) => ({ link, far: distance(link) })).filter(({ far }) => far <= reach);
  return found.sort((one, other) => one.far - other.far)[0]?.link;
}
