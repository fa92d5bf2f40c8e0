const REST_MS = 250; // a slider that rests is told of
const LONGEST_STEP_MS = 100; // a tab that was hidden goes on where it was

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".film");
  const film = (root.lab ??= makeFilm(root));
  film.send = (name, value) => setTriggerValue(name, value);
  if (film.name !== data.name) begin(film, data);
  take(film, data);
  if (film.isPlaying) play(film);
  return () => {
    cancelAnimationFrame(film.frame);
    clearTimeout(film.timer);
  };
}

function makeFilm(root) {
  const find = (name) => root.querySelector(`.${name}`);
  const film = {
    root,
    button: find("play"),
    slider: find("slider"),
    speed: find("speed"),
    said: find("said"),
    pictures: find("pictures"),
    confusion: find("confusion"),
    curves: [...root.querySelectorAll(".curve")],
    isPlaying: false,
  };
  film.button.addEventListener("click", () => (film.isPlaying ? pause(film) : play(film)));
  film.slider.addEventListener("input", () => {
    stop(film);
    seek(film, Number(film.slider.value));
    tellSoon(film);
  });
  for (const curve of film.curves) {
    curve.addEventListener("pointerdown", (event) => {
      const box = curve.querySelector("svg").getBoundingClientRect();
      const epoch = ((event.clientX - box.left) / box.width) * lastEpoch(film);
      stop(film);
      seek(film, nearest(film, epoch));
      tellSoon(film);
    });
  }
  root.addEventListener("keydown", (event) => useKey(film, event));
  return film;
}

// Another training or another layer: nothing of the one before stays but that it plays.
function begin(film, data) {
  stop(film);
  film.name = data.name;
  film.shots = new Map();
  film.epochs = [];
  film.told = null;
  film.follows = data.seen === null;
  film.wanted = data.seen;
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

// Keys work wherever in the film the focus is; the slider moves by itself with arrows, Home and End.
function useKey(film, event) {
  const isButton = event.target === film.button;
  const steps = { ",": -1, ".": 1 };
  if (event.key === "k" || (event.key === " " && !isButton && event.target !== film.speed)) {
    film.button.click();
  } else if (event.key in steps) {
    stop(film);
    seek(film, film.shown + steps[event.key]);
    tellSoon(film);
  } else if (event.key === "+" || event.key === "-") {
    const place = film.speed.selectedIndex + (event.key === "+" ? 1 : -1);
    film.speed.selectedIndex = Math.min(Math.max(place, 0), film.speed.length - 1);
  } else {
    return;
  }
  event.preventDefault();
}

function play(film) {
  if (!film.isPlaying && film.shown >= film.epochs.length - 1) seek(film, 0);
  film.isPlaying = true;
  nameButton(film);
  cancelAnimationFrame(film.frame);
  let before = null;
  const step = (now) => {
    const passed = before === null ? 0 : Math.min(now - before, LONGEST_STEP_MS);
    before = now;
    film.position += (passed / 1000) * Number(film.speed.value);
    if (Math.floor(film.position) !== film.shown) seek(film, film.position);
    if (film.shown >= film.epochs.length - 1) pause(film);
    else film.frame = requestAnimationFrame(step);
  };
  film.frame = requestAnimationFrame(step);
}

function pause(film) {
  stop(film);
  tell(film);
}

function stop(film) {
  cancelAnimationFrame(film.frame);
  film.isPlaying = false;
  nameButton(film);
}

// Shows the epoch at a place of the film; at its end the film follows what is still to come.
function seek(film, position) {
  const last = film.epochs.length - 1;
  film.position = Math.min(Math.max(position, 0), last);
  film.shown = Math.floor(film.position);
  film.wanted = film.epochs[film.shown];
  film.follows = film.shown === last && !film.isPlaying;
  show(film);
}

function nearest(film, epoch) {
  const far = (place) => Math.abs(film.epochs[place] - epoch);
  return film.epochs.reduce((best, _, place) => (far(place) < far(best) ? place : best), 0);
}

function lastEpoch(film) {
  return Math.max(film.data.facts.length - 1, 1);
}

function tell(film) {
  clearTimeout(film.timer);
  const seen = film.follows ? null : film.wanted;
  if (film.told === seen) return;
  film.told = seen;
  film.send("moved", { seen });
}

function tellSoon(film) {
  clearTimeout(film.timer);
  film.timer = setTimeout(() => tell(film), REST_MS);
}

function show(film) {
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

function nameButton(film) {
  const label = film.isPlaying ? "Pause the film" : "Play the film";
  if (film.button.title === label) return;
  film.button.title = label;
  film.button.setAttribute("aria-label", label);
  film.button.classList.toggle("playing", film.isPlaying);
}
