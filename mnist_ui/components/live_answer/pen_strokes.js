// Follows the pen on the canvas, and turns where it went into the points that Python reads from the canvas.
const PAPER = "canvas.upper-canvas";
const LEAST_STEP = 0.4; // canvas pixels: points that are closer to the one before are left out
const STEPS = 4; // points along a curve between two places of the pen, as in mnist_ui/components/canvas/__init__.py

/** Tells of the stroke in hand, at each move, and when it is lifted; returns what ends that. */
function followPen(told) {
  const listening = new AbortController();
  const listen = (kind, act) =>
    document.addEventListener(kind, act, { capture: true, signal: listening.signal });
  let pen = null;
  const add = (event) => pen.places.push(locate(event, pen.paper));
  listen("pointerdown", (event) => {
    const paper = event.composedPath()[0];
    if (!(paper instanceof Element && paper.matches(PAPER)) || !event.isPrimary || event.button) return;
    pen = { paper, id: event.pointerId, places: [] };
    add(event);
    told.moved(pen.places);
  });
  listen("pointermove", (event) => {
    if (pen?.id !== event.pointerId) return;
    add(event);
    told.moved(pen.places);
  });
  listen("pointerup", (event) => {
    if (pen?.id !== event.pointerId) return;
    const { places } = pen;
    pen = null;
    told.lifted(places);
  });
  listen("pointercancel", (event) => {
    if (pen?.id !== event.pointerId) return;
    pen = null;
    told.dropped();
  });
  return () => listening.abort();
}

/** Where an event is on the paper, in its own pixels; the canvas sees a mouse at whole pixels of the page. */
function locate(event, paper) {
  const box = paper.getBoundingClientRect();
  const seen = event.pointerType === "touch" ? (place) => place : Math.floor;
  return [
    ((seen(event.clientX) - box.left) * paper.width) / box.width,
    ((seen(event.clientY) - box.top) * paper.height) / box.height,
  ];
}

/** Rounds the way of the pen off as the canvas does, with curves through the middles of its places. */
function smoothStroke(places) {
  const kept = thinOut(places);
  let from = kept[0];
  const points = [from];
  for (let next = 1; next < kept.length; next++) {
    const control = kept[next - 1];
    const to = [0, 1].map((axis) => (control[axis] + kept[next][axis]) / 2);
    for (let step = 1; step <= STEPS; step++) points.push(placeOnCurve(from, control, to, step / STEPS));
    from = to;
  }
  return [...points, kept[kept.length - 1]];
}

// The canvas leaves out what is close to the place before, and always the last but one.
function thinOut(places) {
  const kept = [places[0]];
  for (const place of places.slice(1, -2)) {
    const before = kept[kept.length - 1];
    if (Math.hypot(place[0] - before[0], place[1] - before[1]) >= LEAST_STEP) kept.push(place);
  }
  if (places.length > 1) kept.push(places[places.length - 1]);
  return kept;
}

const placeOnCurve = (from, control, to, share) =>
  [0, 1].map(
    (axis) =>
      (1 - share) ** 2 * from[axis] + 2 * share * (1 - share) * control[axis] + share ** 2 * to[axis],
  );
