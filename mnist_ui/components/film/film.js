import { makePalette } from "../colours.js";
import { jump, makePlayer, play, seek, stop, suspend } from "../player/player.js";
import { drawConfusion, drawCurves, drawPictures, lastEpoch, moveMarks } from "./drawing.js";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".film");
  const film = (root.lab ??= makeFilm(root));
  film.send = (name, value) => setTriggerValue(name, value);
  if (film.name !== data.name) begin(film, data);
  take(film, data);
  if (film.isPlaying) play(film);
  return () => suspend(film);
}

function makeFilm(root) {
  const film = makePlayer(root, {
    names: ["Play the film", "Pause the film"],
    last: () => film.epochs.length - 1,
    pace: () => 1 / 1000,
    slide: () => stop(film),
    show: () => show(film),
    seen: () => (film.follows ? null : film.wanted),
    tell: (seen) => film.send("moved", { seen }),
    pictures: root.querySelector(".pictures"),
    confusion: root.querySelector(".confusion"),
    curves: [...root.querySelectorAll(".curve")],
  });
  for (const curve of film.curves) {
    curve.addEventListener("pointerdown", (event) => {
      const box = curve.querySelector("svg").getBoundingClientRect();
      jump(film, nearest(film, ((event.clientX - box.left) / box.width) * lastEpoch(film)));
    });
  }
  return film;
}

// Another training or another layer: nothing of the one before stays but that it plays.
function begin(film, data) {
  stop(film);
  Object.assign(film, { name: data.name, shots: new Map(), epochs: [], told: null, wanted: data.seen });
  film.follows = data.seen === null;
  film.palette = makePalette(data.colours);
}

function take(film, data) {
  film.data = data;
  // What came before this page, or was lost on its way, is asked for once more.
  if (data.since >= 0 && !film.shots.has(data.since)) {
    if (film.asked !== data.since) film.send("missing", { name: data.name });
    film.asked = data.since;
    return;
  }
  film.asked = null;
  for (const [epoch, pictures, confusion] of data.shots) {
    film.shots.set(epoch, { pictures: decode(pictures), confusion });
  }
  const kept = new Set(data.epochs);
  for (const epoch of film.shots.keys()) if (!kept.has(epoch)) film.shots.delete(epoch);
  film.epochs = data.epochs.filter((epoch) => film.shots.has(epoch));
  film.slider.max = Math.max(film.epochs.length - 1, 0);
  film.root.classList.toggle("empty", !film.epochs.length);
  film.root.classList.toggle("branched", data.ghost.length > 0);
  if (!film.epochs.length) return;
  drawCurves(film);
  if (film.follows || film.shown === undefined || film.wanted === null) seek(film, film.epochs.length - 1);
  else seek(film, nearest(film, film.wanted));
}

function decode(words) {
  return Int8Array.from(atob(words), (letter) => letter.charCodeAt(0));
}

function nearest(film, epoch) {
  const far = (place) => Math.abs(film.epochs[place] - epoch);
  return film.epochs.reduce((best, _, place) => (far(place) < far(best) ? place : best), 0);
}

// Shows the epoch at its place of the film; at its end the film follows what is still to come.
function show(film) {
  film.wanted = film.epochs[film.shown];
  film.follows = film.shown === film.last() && !film.isPlaying;
  const shot = film.shots.get(film.wanted);
  drawPictures(film, shot.pictures);
  drawConfusion(film, shot.confusion);
  moveMarks(film);
  const [trainLoss, validLoss, accuracy, lr, decay] = film.data.facts[film.wanted];
  const words = `epoch ${film.wanted} of ${film.data.facts.length - 1}`;
  const parts = [film.wanted ? `${words[0].toUpperCase()}${words.slice(1)}` : "Epoch 0, before it learns"];
  parts.push(`validation accuracy ${(100 * accuracy).toFixed(2)} %`);
  if (film.wanted) {
    parts.push(`loss ${say(trainLoss)} in training, ${say(validLoss)} in validation`);
    parts.push(`learning rate ${lr}${decay ? `, weight decay ${decay}` : ""}`);
  }
  film.said.textContent = parts.join(" · ");
  film.slider.value = film.shown;
  film.slider.setAttribute("aria-valuetext", words);
}

function say(loss) {
  return loss === null ? "none" : loss.toPrecision(3);
}
