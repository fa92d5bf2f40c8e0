// What Python has sent once, under names: one shelf for all components of a tab.
const MOST = 8; // things that are kept; each has some hundred kilobytes
export const shelf = new Map();
const waiting = new Set();

/** Keeps a thing under its name, and tells all who wait; the oldest goes once there are too many. */
export function keep(thing) {
  if (shelf.has(thing.name)) return;
  shelf.set(thing.name, { thing });
  if (shelf.size > MOST) shelf.delete(shelf.keys().next().value);
  for (const tell of waiting) tell();
}

/** Returns what stands under a name, as `unpack` made it of what was sent; undefined where nothing does. */
export function findKept(name, unpack) {
  const kept = shelf.get(name);
  if (kept && !("unpacked" in kept)) kept.unpacked = unpack(kept.thing);
  return kept?.unpacked;
}

/** Tells of each thing that comes; returns what ends that. */
export function waitForMore(tell) {
  waiting.add(tell);
  return () => waiting.delete(tell);
}
