// The image that the answer is about, for other components that show more of what the network makes of it.
const following = new Set();
let latest = { image: null, isSettled: true };

/** Tells which image the answer is about now, null where there is none, and whether the pen is lifted. */
export function tellImage(image, isSettled) {
  latest = { image, isSettled };
  for (const hear of following) hear(latest);
}

/** Tells of the image now, and of each that follows; returns what ends that. */
export function followImage(hear) {
  following.add(hear);
  hear(latest);
  return () => following.delete(hear);
}
