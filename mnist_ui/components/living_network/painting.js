// Paints image, units, outputs and links on a canvas, many times a second.
const THIN = 0.75; // screen pixels, of a link that carries next to nothing
const THICK = 4.5; // of the strongest of its layer
const DASH = [5, 4]; // of links that carry less than nothing, so that colour alone need not tell
const DOT = 3;
const SHARPEST = 2; // screen pixels in a CSS pixel, more are not seen

/** Prepares a canvas of a width and height for painting. */
export function prepare(canvas, width, height) {
  const sharp = Math.min(devicePixelRatio || 1, SHARPEST);
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  canvas.getContext("2d").setTransform(sharp, 0, 0, sharp, 0, 0);
}

/** Reads the colours of the theme that is on. */
function readColours(canvas) {
  const style = getComputedStyle(canvas);
  const read = (name) => style.getPropertyValue(name).trim();
  return { more: read("--more"), less: read("--less"), text: style.color, ground: read("--ground") };
}

/** Paints all: `drawn` are links with begin and end, `asked` is the one whose number is shown, `open` a unit. */
export function paint(canvas, { places, image, layers, drawn, open, asked }) {
  const context = canvas.getContext("2d");
  const colours = readColours(canvas);
  context.clearRect(0, 0, places.width, places.height);
  const strongest = [];
  for (const { layer, strength } of drawn) strongest[layer] = Math.max(strongest[layer] ?? 0, strength);
  for (const link of [...drawn].reverse()) {
    paintLink(context, link, link.strength / strongest[link.layer], places.isWide, colours, link === asked);
  }
  paintPicture(context, places.picture, image);
  for (const { layer, begin, carries } of drawn) if (!layer) paintBegin(context, begin, carries, colours);
  layers.forEach(({ values }, index) => {
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    const { cell, nodes } = places.layers[index];
    nodes.forEach((node, unit) => {
      const isOpen = open?.layer === index && open.unit === unit;
      paintNode(context, node, cell, values[unit] / most, colours, isOpen);
    });
  });
}

function paintLink(context, { begin, end, carries }, share, isWide, colours, isAsked) {
  context.beginPath();
  context.moveTo(begin.x, begin.y);
  const middle = isWide ? (begin.x + end.x) / 2 : (begin.y + end.y) / 2;
  if (isWide) context.bezierCurveTo(middle, begin.y, middle, end.y, end.x, end.y);
  else context.bezierCurveTo(begin.x, middle, end.x, middle, end.x, end.y);
  context.setLineDash(carries < 0 ? DASH : []);
  if (isAsked) stroke(context, colours.text, THICK + 4, 1);
  stroke(context, carries < 0 ? colours.less : colours.more, THIN + (THICK - THIN) * share, 0.3 + 0.7 * share);
  context.setLineDash([]);
}

function stroke(context, colour, width, strength) {
  context.globalAlpha = strength;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.globalAlpha = 1;
}

/** A unit above zero is a circle, below zero a square; the stronger its colour, the further from zero. */
function paintNode(context, { x, y }, cell, value, colours, isOpen) {
  const radius = Math.max(cell / 2 - 2.5, 1.5);
  context.beginPath();
  if (value < 0) context.rect(x - 0.86 * radius, y - 0.86 * radius, 1.72 * radius, 1.72 * radius);
  else context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colours.ground;
  context.fill();
  context.fillStyle = value < 0 ? colours.less : colours.more;
  context.globalAlpha = Math.abs(value);
  context.fill();
  stroke(context, colours.text, isOpen ? 2.5 : 1, isOpen ? 1 : 0.4);
}

function paintPicture(context, { x, y, size }, picture) {
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, x, y, size, size);
}

/** Marks on the picture where a link begins, as that is painted below it. */
function paintBegin(context, { x, y }, carries, colours) {
  context.fillStyle = carries < 0 ? colours.less : colours.more;
  context.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT);
}
