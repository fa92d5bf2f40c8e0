// A map as Python sends it: the clouds of each stage, and the pictures.

/** Unpacks what Python packed. */
export function unpackMap(data) {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const map = {
    n: data.n,
    labels: bytes(data.labels),
    guesses: bytes(data.guesses),
    confidences: new Float32Array(bytes(data.confidences).buffer),
    stages: data.stages.map((stage) => fitStage(new Float32Array(bytes(stage).buffer))),
    side: data.side,
    columns: data.columns,
    sheet: new Image(),
  };
  map.sheet.src = data.sheet;
  return map;
}

/** Moves and scales a cloud into the square from -1 to 1, and says how, so that one more point can follow. */
function fitStage(points) {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  points.forEach((value, place) => {
    low[place % 2] = Math.min(low[place % 2], value);
    high[place % 2] = Math.max(high[place % 2], value);
  });
  const middle = [0, 1].map((axis) => (low[axis] + high[axis]) / 2);
  const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2 || 1;
  const fit = (value, axis) => (value - middle[axis]) / half;
  return { fit, points: points.map((value, place) => fit(value, place % 2)) };
}
