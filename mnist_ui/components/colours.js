const LEVELS = 127; // of a signed byte, on each side of zero

/** Makes a colour for each byte, as the pixels of a canvas have them. */
export function makePalette(anchors) {
  const colours = anchors.map((code) => [1, 3, 5].map((at) => parseInt(code.slice(at, at + 2), 16)));
  const palette = new Uint32Array(256);
  for (let value = -LEVELS; value <= LEVELS; value++) {
    const along = ((value + LEVELS) / (2 * LEVELS)) * (colours.length - 1);
    const low = Math.min(Math.floor(along), colours.length - 2);
    const [red, green, blue] = colours[low].map((part, channel) =>
      Math.round(part + (along - low) * (colours[low + 1][channel] - part)),
    );
    palette[value & 255] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return palette;
}

/** Returns the colour of a number from -1 to 1. */
export function pickColour(palette, number) {
  return palette[Math.round(LEVELS * number) & 255];
}

/** Paints numbers as the pixels of a square canvas, by a colour for each. */
export function paintPixels(canvas, numbers, colourOf) {
  const side = Math.sqrt(numbers.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  const colours = new Uint32Array(pixels.data.buffer);
  numbers.forEach((number, place) => (colours[place] = colourOf(number)));
  context.putImageData(pixels, 0, 0);
}
