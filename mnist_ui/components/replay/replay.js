import { findKept, waitForMore } from "../kept/shelf.js";
import { makePlayer, play, seek, stop, suspend } from "../player/player.js";
import { buildCells, changeCell } from "../small_curves/cells.js";

const TELL_EVERY_MS = 1000; // while it plays; what stands below follows

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".replay");
  const player = (root.lab ??= makeReplay(root));
  player.tell = (seen) => setTriggerValue("moved", { seen });
  player.data = data;
  take(player);
  if (player.isPlaying) play(player);
  player.stopWaiting ??= waitForMore(() => take(player)); // once: new data come without the end of the old
  return () => {
    player.stopWaiting?.();
    player.stopWaiting = null;
    suspend(player);
  };
}

/** Takes the run that Python names, once it is there. */
function take(player) {
  const { name, seen } = player.data;
  if (player.run?.name === name) return;
  const run = findKept(name, (thing) => thing);
  if (run) load(player, run, seen);
}

function makeReplay(root) {
  const player = makePlayer(root, {
    names: ["Play", "Pause"],
    last: () => player.run?.places.length ?? 0,
    pace: () => player.run.pace,
    show: () => show(player),
    seen: () => player.shown,
    tellEveryMs: TELL_EVERY_MS,
    grid: root.querySelector(".grid"),
  });
  return player;
}

function load(player, run, seen) {
  stop(player);
  player.run = run;
  player.cells = buildCells(player.grid, run, "div");
  player.grid.setAttribute("aria-label", run.label);
  player.slider.max = run.places.length;
  forget(player);
  seek(player, seen);
  player.told = player.shown;
}

function forget(player) {
  player.drawn = player.nBegun = player.nOver = 0; // of the epochs that are shown, so many are drawn
  player.leader = undefined;
  player.networks = player.run.order.map(() => ({ curves: new Map(), over: new Set() }));
  player.isForgotten = true;
}

// Brings the figure to where it stood after so many epochs; only networks that changed are drawn.
function show(player) {
  if (!player.run) return;
  if (player.shown < player.drawn) forget(player);
  const changed = new Set(player.isForgotten ? player.networks.keys() : []);
  player.isForgotten = false;
  for (; player.drawn < player.shown; player.drawn++) changed.add(takeEpoch(player, player.drawn));
  const leader = findLeader(player.run.leaders, player.shown);
  if (leader?.place !== player.leader?.place) {
    for (const one of [leader, player.leader]) if (one) changed.add(one.place);
  }
  player.leader = leader;
  for (const place of changed) draw(player, place);
  say(player);
}

function takeEpoch(player, number) {
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
    const isDropped = run.dropped.includes(place);
    cell.kind = over.size < curves.size ? "trains" : isDropped ? "dropped" : "stopped";
    cell.points = mean.map((accuracy, epoch) => pointAt(run, epoch, accuracy)).join(" ");
    cell.score = (Math.floor(1000 * mean.at(-1) + 0.5) / 10).toFixed(1);
    cell.note = String(Math.round(lengths.reduce((sum, length) => sum + length) / lengths.length));
    cell.words = `${name}: ${describe(lengths, over.size, isDropped)}, accuracy ${percent(mean.at(-1))}`;
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

function describe(lengths, nOver, isDropped) {
  const [first, last] = [Math.min(...lengths), Math.max(...lengths)];
  const span = first === last ? `${first}` : `${first} to ${last}`;
  if (nOver === lengths.length) return `${isDropped ? "dropped, not measured," : "stopped"} at epoch ${span}`;
  return `trains, at epoch ${span}${nOver ? `, ${nOver} of ${lengths.length} folds stopped` : ""}`;
}

// Of networks that were dropped: their folds that never began.
function countUnbegun({ run, networks }) {
  const gone = run.dropped.filter((place) => {
    const { curves, over } = networks[place];
    return over.size > 0 && over.size === curves.size;
  });
  return gone.reduce((sum, place) => sum + run.lengths[place].filter((length) => length === 0).length, 0);
}

function say(player) {
  const { run, shown } = player;
  const count = (number) => number.toLocaleString("en-US");
  const words = `after ${count(shown)} of ${count(run.places.length)} epochs`;
  const nSettled = player.nOver + countUnbegun(player);
  const fits = `${count(nSettled)} of ${count(run.n_fits)} fits had ended${run.dropped.length ? " or were dropped" : ""}`;
  const training = `${count(player.nBegun - player.nOver)} in training`;
  const best = player.leader ? `. Best so far: ${player.leader.words}` : "";
  player.said.textContent = `${words[0].toUpperCase()}${words.slice(1)}: ${fits}, ${training}${best}.`;
  player.slider.value = shown;
  player.slider.setAttribute("aria-valuetext", words);
}

function percent(share) {
  return `${(100 * share).toFixed(2)}%`;
}
