const LEVELS = 127; // of a signed byte, on each side of zero

// A colour for each byte, as the pixels of a canvas have them.
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
