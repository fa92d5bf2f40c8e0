const TELL_EVERY_MS = 1000; // while it plays; what stands below follows
const REST_MS = 250; // a slider that rests is told of
const LONGEST_STEP_MS = 100; // a tab that was hidden goes on where it was

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".replay");
  const player = (root.lab ??= makePlayer(root));
  player.send = (seen) => setTriggerValue("moved", { seen });
  if (player.run?.name !== data.name) load(player, data);
  if (player.isPlaying) play(player);
  return () => {
    cancelAnimationFrame(player.frame);
    clearTimeout(player.timer);
  };
}

function makePlayer(root) {
  const find = (name) => root.querySelector(`.${name}`);
  const player = {
    button: find("play"),
    slider: find("slider"),
    speed: find("speed"),
    said: find("said"),
    grid: find("grid"),
    isPlaying: false,
    position: 0, // epochs, with a fraction while it plays
    shown: 0, // epochs that are drawn
    told: null,
  };
  player.button.addEventListener("click", () => (player.isPlaying ? pause(player) : play(player)));
  player.slider.addEventListener("input", () => {
    seek(player, Number(player.slider.value));
    tellSoon(player);
  });
  root.addEventListener("keydown", (event) => useKey(player, event));
  return player;
}

function load(player, run) {
  stop(player);
  player.run = run;
  player.cells = buildCells(player.grid, run, "div");
  player.grid.setAttribute("aria-label", run.label);
  player.slider.max = run.places.length;
  forget(player);
  seek(player, run.seen);
  player.told = player.shown;
}

// Keys work wherever in the player the focus is; the slider moves by itself with arrows, Home and End.
function useKey(player, event) {
  const isButton = event.target === player.button;
  const steps = { ",": -1, ".": 1 };
  if (event.key === "k" || (event.key === " " && !isButton && event.target !== player.speed)) {
    player.button.click();
  } else if (event.key in steps) {
    pause(player);
    seek(player, player.shown + steps[event.key]);
    tellSoon(player);
  } else if (event.key === "+" || event.key === "-") {
    const place = player.speed.selectedIndex + (event.key === "+" ? 1 : -1);
    player.speed.selectedIndex = Math.min(Math.max(place, 0), player.speed.length - 1);
  } else {
    return;
  }
  event.preventDefault();
}

function play(player) {
  if (player.shown >= player.run.places.length) seek(player, 0);
  player.isPlaying = true;
  say(player);
  cancelAnimationFrame(player.frame);
  let before = null;
  const step = (now) => {
    const passed = before === null ? 0 : Math.min(now - before, LONGEST_STEP_MS);
    before = now;
    player.position += passed * player.run.pace * Number(player.speed.value);
    show(player, Math.floor(player.position));
    if (player.shown >= player.run.places.length) pause(player);
    else {
      if (now - (player.toldAt ?? 0) > TELL_EVERY_MS) tell(player, now);
      player.frame = requestAnimationFrame(step);
    }
  };
  player.frame = requestAnimationFrame(step);
}

function pause(player) {
  if (!player.isPlaying) return;
  stop(player);
  tell(player, performance.now());
}

function stop(player) {
  cancelAnimationFrame(player.frame);
  player.isPlaying = false;
  if (player.run) say(player);
}

function seek(player, seen) {
  player.position = Math.min(Math.max(seen, 0), player.run.places.length);
  show(player, player.position);
}

function tell(player, now) {
  clearTimeout(player.timer);
  player.toldAt = now;
  if (player.told === player.shown) return;
  player.told = player.shown;
  player.send(player.shown);
}

function tellSoon(player) {
  clearTimeout(player.timer);
  player.timer = setTimeout(() => tell(player, performance.now()), REST_MS);
}

function forget(player) {
  player.shown = player.nBegun = player.nOver = 0;
  player.leader = undefined;
  player.networks = player.run.order.map(() => ({ curves: new Map(), over: new Set() }));
  player.networks.forEach((_, place) => draw(player, place));
}

// Brings the figure to where it stood after so many epochs; only networks that changed are drawn.
function show(player, wanted) {
  const { run } = player;
  const seen = Math.min(wanted, run.places.length);
  if (seen < player.shown) forget(player);
  const changed = new Set();
  for (; player.shown < seen; player.shown++) changed.add(take(player, player.shown));
  const leader = findLeader(run.leaders, seen);
  if (leader?.place !== player.leader?.place) {
    for (const one of [leader, player.leader]) if (one) changed.add(one.place);
  }
  player.leader = leader;
  for (const place of changed) draw(player, place);
  say(player);
}

function take(player, number) {
  const { run } = player;
  const place = run.places[number];
  const fold = run.folds[number];
  const { curves, over } = player.networks[place];
  if (!curves.has(fold)) {
    curves.set(fold, []);
    player.nBegun += 1;
  }
  curves.get(fold).push(run.accuracies[number]);
  if (run.lengths[place][fold] === curves.get(fold).length) {
    over.add(fold);
    player.nOver += 1;
  }
  return place;
}

function findLeader(leaders, seen) {
  let low = 0;
  let high = leaders.length; // of the first that came later
  while (low < high) {
    const middle = (low + high) >> 1;
    if (leaders[middle].seen <= seen) low = middle + 1;
    else high = middle;
  }
  return leaders[low - 1];
}

function draw(player, place) {
  const { run } = player;
  const own = player.cells[place];
  if (!own) return; // a grid too large to be drawn
  const { curves, over } = player.networks[place];
  const name = run.names[place];
  const cell = { index: run.order[place], kind: "waits", points: "", score: "", note: "" };
  cell.words = `${name}: not begun`;
  if (curves.size) {
    const all = [...curves.values()];
    const mean = average(curves, over);
    const lengths = all.map((curve) => curve.length);
    cell.kind = over.size === curves.size ? "stopped" : "trains";
    cell.points = mean.map((accuracy, epoch) => pointAt(run, epoch, accuracy)).join(" ");
    cell.score = (Math.floor(1000 * mean.at(-1) + 0.5) / 10).toFixed(1);
    cell.note = String(Math.round(lengths.reduce((sum, length) => sum + length) / lengths.length));
    cell.words = `${name}: ${describe(lengths, over.size)}, accuracy ${percent(mean.at(-1))}`;
  }
  cell.best = place === player.leader?.place;
  changeCell(own, cell, false);
}

// The mean of the folds, epoch by epoch; one that has stopped counts on with its last value.
function average(curves, over) {
  const longest = Math.max(...[...curves.values()].map((curve) => curve.length));
  return Array.from({ length: longest }, (_, epoch) => {
    let [sum, count] = [0, 0];
    for (const [fold, curve] of curves) {
      if (epoch >= curve.length && !over.has(fold)) continue;
      sum += curve[Math.min(epoch, curve.length - 1)];
      count += 1;
    }
    return sum / count;
  });
}

function pointAt({ axes }, epoch, accuracy) {
  const error = Math.min(Math.max(1 - accuracy, axes.least), axes.most);
  const height = Math.log(error / axes.least_error) / Math.log(axes.most / axes.least_error);
  const along = Math.sqrt(epoch / (axes.last_epoch - 1));
  return `${(100 * along).toFixed(1)},${(100 * height).toFixed(1)}`;
}

function describe(lengths, nOver) {
  const [first, last] = [Math.min(...lengths), Math.max(...lengths)];
  const span = first === last ? `${first}` : `${first} to ${last}`;
  if (nOver === lengths.length) return `stopped at epoch ${span}`;
  return `trains, at epoch ${span}${nOver ? `, ${nOver} of ${lengths.length} folds stopped` : ""}`;
}

function say(player) {
  const { run, shown, isPlaying } = player;
  const count = (number) => number.toLocaleString("en-US");
  const words = `after ${count(shown)} of ${count(run.places.length)} epochs`;
  const fits = `${count(player.nOver)} of ${count(run.n_fits)} fits had ended`;
  const training = `${count(player.nBegun - player.nOver)} in training`;
  const best = player.leader ? `. Best so far: ${player.leader.words}` : "";
  player.said.textContent = `${words[0].toUpperCase()}${words.slice(1)}: ${fits}, ${training}${best}.`;
  player.slider.value = shown;
  player.slider.setAttribute("aria-valuetext", words);
  const label = isPlaying ? "Pause" : "Play";
  if (player.button.title === label) return;
  player.button.title = label;
  player.button.setAttribute("aria-label", label);
  player.button.classList.toggle("playing", isPlaying);
}

function percent(share) {
  return `${(100 * share).toFixed(2)}%`;
}
