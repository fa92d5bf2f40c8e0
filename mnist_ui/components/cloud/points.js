// Draws clouds of points on a canvas, and finds points in them; shared by the large cloud and the small ones.
const REACH = 16; // screen pixels from the pointer to a point that is meant
const WRONG = 3.2; // half of a cross, which marks what is read wrong, in radii of a point

/** Fits a canvas to its place on the screen; returns what draws on it and its size in screen pixels. */
export function fitCanvas(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharp = devicePixelRatio || 1;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  const context = canvas.getContext("2d");
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  return { context, width, height };
}

/** Turns places from -1 to 1 into screen pixels of a canvas of that size. */
export function toScreen(width, height, margin) {
  const half = Math.min(width, height) / 2 - margin;
  return (x, y) => [width / 2 + x * half, height / 2 - y * half];
}

export function drawPoints({ context, locate, radius, map, points, colourOf }) {
  const wrong = [];
  const groups = new Map();
  for (let place = 0; place < map.n; place++) {
    if (map.labels[place] !== map.guesses[place]) wrong.push(place);
    else {
      const colour = colourOf(place);
      if (!groups.has(colour)) groups.set(colour, []);
      groups.get(colour).push(place);
    }
  }
  context.globalAlpha = 0.7;
  for (const [colour, places] of groups) {
    context.fillStyle = colour;
    context.beginPath();
    for (const place of places) {
      const [x, y] = locate(points[2 * place], points[2 * place + 1]);
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  }
  context.globalAlpha = 1;
  for (const place of wrong) {
    context.strokeStyle = colourOf(place);
    drawCross(context, locate(points[2 * place], points[2 * place + 1]), radius);
  }
}

function drawCross(context, [x, y], radius) {
  const arm = (WRONG * radius) / 2;
  context.lineWidth = Math.max(1, radius * 0.8);
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x - arm, y + arm);
  context.lineTo(x + arm, y - arm);
  context.stroke();
}

export function drawRing(context, [x, y], radius, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** Draws the digit of the Draw page: a diamond, which no point of the cloud is. */
export function drawOwn(context, [x, y], size, fill, edge) {
  context.beginPath();
  context.moveTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.lineTo(x - size, y);
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = 2;
  context.stroke();
}

/** Writes the name of each class at the middle of its points. */
export function writeNames({ context, locate, map, points, kinds, names, ink, paper }) {
  const sums = names.map(() => [0, 0, 0]);
  for (let place = 0; place < map.n; place++) {
    const sum = sums[kinds[place]];
    sum[0] += points[2 * place];
    sum[1] += points[2 * place + 1];
    sum[2] += 1;
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = paper;
  context.fillStyle = ink;
  sums.forEach(([x, y, n], kind) => {
    if (!n) return;
    const [left, top] = locate(x / n, y / n);
    context.strokeText(names[kind], left, top);
    context.fillText(names[kind], left, top);
  });
}

/** Finds the point nearest to a place on the screen; -1 where none is within reach. */
export function findNear({ map, points, locate }, left, top, reach = REACH) {
  let best = -1;
  let least = reach;
  for (let place = 0; place < map.n; place++) {
    const [x, y] = locate(points[2 * place], points[2 * place + 1]);
    const distance = Math.hypot(x - left, y - top);
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
}

/** Finds the next point in a direction, within 45 degrees of it; the same one where there is none. */
export function findBeside({ map, points }, from, [right, up]) {
  let best = from;
  let least = Infinity;
  for (let place = 0; place < map.n; place++) {
    const dx = points[2 * place] - points[2 * from];
    const dy = points[2 * place + 1] - points[2 * from + 1];
    const along = dx * right + dy * up;
    const across = Math.abs(dx * up - dy * right);
    if (along <= 1e-6 || across > along) continue;
    const distance = along + 2 * across;
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
}
