// What the lab does with insides of Streamlit and of its canvas, which no promise covers: all that scripts do
// stands here. tests/e2e/test_streamlit_insides.py sees each of it in a browser.

const CANVAS = '[data-testid="stBidiComponentIsolated"]'; // where Streamlit puts a component with styles of its own
const PAPER = "canvas.upper-canvas"; // of Fabric.js below the canvas: what the pen touches
const SEND = '[aria-label="Update the app with this drawing"]'; // of the canvas's toolbar
const STYLE = `
/* Its buttons are too small for a finger, unseen until hovered, and would stand beside ours of the same names. */
.dc-toolbar { display: none !important; }
/* On a phone a wide canvas is shown smaller; the pen is then placed right, as the canvas measures itself. */
.dc-container, .canvas-container { max-width: 100%; height: auto !important; }
.canvas-container canvas { width: 100% !important; height: auto !important; }
.canvas-container .lower-canvas { position: relative !important; display: block; }
canvas:focus-visible { outline: 2px solid var(--st-primary-color, Highlight); outline-offset: 2px; }
`;
const LEAST_STEP = 0.4; // canvas pixels: points that are closer to the one before are left out
const CURVE_STEPS = 4; // points along a curve between two places of the pen, as mnist_ui/components/canvas has them

/** Finds the canvas that an event began on; null where it is none. It lies in a shadow root. */
export function findPaper(event) {
  const [touched] = event.composedPath();
  return touched instanceof Element && touched.matches(PAPER) ? touched : null;
}

/**
 * Sends a drawing now: the canvas by itself waits 200 ms first, in case another change follows. Its hidden toolbar has
 * a button that sends at once, and what waited is then dropped; without that it sends as ever.
 */
export function sendDrawing(paper) {
  paper.getRootNode().querySelector(SEND)?.click();
}

/** Presses the button of a widget whose key ends so, in the container of a key. */
export function pressButton(container, key) {
  const button = document.querySelector(`.st-key-${container} [class*="-${key}"] button`);
  button?.click();
  return Boolean(button);
}

/** Tells whether an event began in the container of a key. */
export function isWithin(event, container) {
  return event.composedPath().includes(document.querySelector(`.st-key-${container}`));
}

/** Finds the container of a key around a component, which lies in a shadow root. */
export function findContainer(element, container) {
  return element.getRootNode().host?.closest(`.st-key-${container}`);
}

/**
 * Fits each canvas in the container of a key into the page, also one that comes later, and gives its paper to `name`
 * once. No style sheet of the page reaches into its shadow root. Returns what ends that.
 */
export function tidyCanvases(container, name) {
  const tidy = () => {
    for (const host of document.querySelectorAll(`.st-key-${container} ${CANVAS}`)) {
      for (const root of shadowsBelow(host)) {
        observer.observe(root, { childList: true, subtree: true }); // also one that a canvas before has styled
        const paper = root.querySelector(`${PAPER}:not([role])`);
        if (paper) name(paper, root.querySelectorAll(`canvas:not(${PAPER})`));
        if (root.querySelector("style.lab-tidy")) continue;
        root.append(Object.assign(document.createElement("style"), { className: "lab-tidy", textContent: STYLE }));
      }
    }
  };
  const observer = new MutationObserver(tidy);
  observer.observe(document.body, { childList: true, subtree: true });
  tidy();
  return () => observer.disconnect();
}

const shadowsBelow = (element) =>
  [element, ...element.querySelectorAll("*")].map((part) => part.shadowRoot).filter(Boolean);

/** Where an event is on the paper, in its own pixels; the canvas sees a mouse at whole pixels of the page. */
export function locate(event, paper) {
  const box = paper.getBoundingClientRect();
  const seen = event.pointerType === "touch" ? (place) => place : Math.floor;
  return [
    ((seen(event.clientX) - box.left) * paper.width) / box.width,
    ((seen(event.clientY) - box.top) * paper.height) / box.height,
  ];
}

/** Rounds the way of the pen off as the canvas does, with curves through the middles of its places. */
export function smoothStroke(places) {
  const kept = thinOut(places);
  let from = kept[0];
  const points = [from];
  for (let next = 1; next < kept.length; next++) {
    const control = kept[next - 1];
    const to = [0, 1].map((axis) => (control[axis] + kept[next][axis]) / 2);
    for (let step = 1; step <= CURVE_STEPS; step++) {
      points.push(placeOnCurve(from, control, to, step / CURVE_STEPS));
    }
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
    (axis) => (1 - share) ** 2 * from[axis] + 2 * share * (1 - share) * control[axis] + share ** 2 * to[axis],
  );

/** Says whether an address is where Streamlit sends a chosen file, or takes one back. */
export function isUpload(address) {
  return address.includes("/_stcore/upload_file/");
}
