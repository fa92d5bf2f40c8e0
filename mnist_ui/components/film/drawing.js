import { paintPixels } from "../colours.js";
import { makeElement } from "../elements.js";

const LEAST_ERROR = 0.002;

export function drawPictures(film, pictures) {
  const { side, captions, label } = film.data;
  const size = side * side;
  const shape = JSON.stringify([captions, side]);
  if (film.shape !== shape) buildPictures(film, captions, side);
  film.shape = shape;
  film.pictures.setAttribute("aria-label", `${label}, ${captions.length} pictures, after epoch ${film.wanted}`);
  film.canvases.forEach((canvas, unit) => {
    paintPixels(canvas, pictures.subarray(unit * size, (unit + 1) * size), (value) => film.palette[value & 255]);
  });
}

function buildPictures(film, captions, side) {
  film.canvases = captions.map(() => makeElement("canvas", { width: side, height: side }));
  const figures = captions.map((caption, unit) =>
    makeElement("figure", {}, film.canvases[unit], ...(caption ? [makeElement("figcaption", {}, caption)] : [])),
  );
  film.pictures.replaceChildren(...figures);
  film.pictures.classList.toggle("many", captions.length > 24);
  film.root.classList.toggle("few", captions.length <= 10);
}

export function drawConfusion(film, rows) {
  const names = film.data.names;
  if (film.cells?.length !== rows.length * rows.length) buildConfusion(film, names);
  let worst = { count: 0 };
  let right = 0;
  let total = 0;
  rows.forEach((row, truth) => {
    const sum = row.reduce((all, count) => all + count, 0) || 1;
    row.forEach((count, guess) => {
      const cell = film.cells[truth * rows.length + guess];
      cell.textContent = count || "";
      cell.style.setProperty("--strength", truth === guess ? count / sum : Math.min((4 * count) / sum, 1));
      total += count;
      if (truth === guess) right += count;
      else if (count > worst.count) worst = { count, truth, guess };
    });
  });
  const often = worst.count ? `; most often ${names[worst.truth]} was read as ${names[worst.guess]}, ${worst.count} times` : "";
  film.confusion.setAttribute(
    "aria-label",
    `Confusion matrix after epoch ${film.wanted}: ${right} of ${total} validation images read right${often}`,
  );
}

function buildConfusion(film, names) {
  const make = (className, words) => makeElement("span", { className }, words);
  film.cells = [];
  const parts = [make("head", ""), ...names.map((name) => make("head", name))];
  names.forEach((name, truth) => {
    parts.push(make("head", name));
    names.forEach((_, guess) => {
      const cell = make(truth === guess ? "right" : "wrong", "");
      film.cells.push(cell);
      parts.push(cell);
    });
  });
  film.confusion.style.gridTemplateColumns = `1.2rem repeat(${names.length}, minmax(0, 1fr))`;
  film.confusion.replaceChildren(...parts);
}

// Both curves have a logarithmic axis: the error, and the loss.
export function drawCurves(film) {
  const { facts, ghost } = film.data;
  const error = (row) => row[2] === null ? null : Math.max(1 - row[2], LEAST_ERROR);
  const [accuracies, losses] = film.curves;
  drawCurve(film, accuracies, { valid: facts.map(error), ghost: ghost.map(error) }, 0.9, true, (value) => {
    const percent = 100 * (1 - value);
    return `${percent.toFixed(percent > 99 ? 1 : 0)} %`;
  });
  const column = (rows, place) => rows.map((row) => row[place]);
  const lines = { train: column(facts, 0), valid: column(facts, 1), ghost: column(ghost, 1) };
  drawCurve(film, losses, lines, 1, false, (value) => `${Number(value.toPrecision(2))}`);
  const known = lines.valid.filter((loss) => loss !== null);
  if (known.length) {
    const best = lines.valid.indexOf(Math.min(...known));
    losses.querySelector(".last").textContent = `lowest at epoch ${best} of ${lastEpoch(film)}`;
  }
}

function drawCurve(film, figure, lines, usualMost, isTurned, name) {
  const values = Object.values(lines).flat().filter((value) => value !== null && value > 0);
  const most = Math.max(...values, usualMost);
  const least = Math.min(...values, most / 10) * 0.9;
  const share = (value) => Math.log(most / value) / Math.log(most / least);
  const height = (value) => 100 * (isTurned ? 1 - share(value) : share(value));
  const last = lastEpoch(film);
  for (const [kind, line] of Object.entries(lines)) {
    const points = line.flatMap((value, epoch) =>
      value > 0 && epoch <= last ? [`${((100 * epoch) / last).toFixed(2)},${height(value).toFixed(2)}`] : [],
    );
    figure.querySelector(`.${kind}`).setAttribute("points", points.join(" "));
  }
  figure.querySelector(".top").textContent = name(isTurned ? least : most);
  figure.querySelector(".bottom").textContent = name(isTurned ? most : least);
  figure.querySelector(".last").textContent = `epoch ${last}`;
}

export function moveMarks(film) {
  const along = (100 * film.wanted) / lastEpoch(film);
  for (const curve of film.curves) {
    const mark = curve.querySelector(".mark");
    mark.setAttribute("x1", along);
    mark.setAttribute("x2", along);
  }
}

/** The last epoch that there is, at least 1. */
export function lastEpoch(film) {
  return Math.max(film.data.facts.length - 1, 1);
}
