// What plays in the browser: a button, a slider, a choice of speed and keys. What is shown is up to others.
const REST_MS = 250; // a slider that rests is told of
const LONGEST_STEP_MS = 100; // a tab that was hidden goes on where it was

/**
 * Makes a player of the controls in an element. Its parts: `last()`, its last place; `pace()`, how many places pass
 * in a millisecond; `show()`, which draws the place `shown`; `names`, of the button where it rests and plays;
 * `tell(seen)`, which gets `seen()` after pauses and rests, and while it plays each `tellEveryMs`; `slide()`.
 */
export function makePlayer(root, parts) {
  const find = (name) => root.querySelector(`.${name}`);
  const player = {
    root,
    button: find("play"),
    slider: find("slider"),
    speed: find("speed"),
    said: find("said"),
    isPlaying: false,
    toldAt: 0,
    ...parts,
  };
  player.button.addEventListener("click", () => (player.isPlaying ? pause(player) : play(player)));
  player.slider.addEventListener("input", () => {
    player.slide?.();
    seek(player, Number(player.slider.value));
    tellSoon(player);
  });
  root.addEventListener("keydown", (event) => useKey(player, event));
  return player;
}

// Keys work wherever in the player the focus is; the slider moves by itself with arrows, Home and End.
function useKey(player, event) {
  const isButton = event.target === player.button;
  const steps = { ",": -1, ".": 1 };
  if (event.key === "k" || (event.key === " " && !isButton && event.target !== player.speed)) {
    player.button.click();
  } else if (event.key in steps) {
    jump(player, player.shown + steps[event.key]);
  } else if (event.key === "+" || event.key === "-") {
    const place = player.speed.selectedIndex + (event.key === "+" ? 1 : -1);
    player.speed.selectedIndex = Math.min(Math.max(place, 0), player.speed.length - 1);
  } else {
    return;
  }
  event.preventDefault();
}

/** Plays on from where it is; at its end, from the start. */
export function play(player) {
  if (!player.isPlaying && player.shown >= player.last()) seek(player, 0);
  player.isPlaying = true;
  nameButton(player);
  cancelAnimationFrame(player.frame);
  let before = null;
  const step = (now) => {
    const passed = before === null ? 0 : Math.min(now - before, LONGEST_STEP_MS);
    before = now;
    player.position += passed * player.pace() * Number(player.speed.value);
    if (Math.floor(player.position) !== player.shown) seek(player, player.position);
    if (player.shown >= player.last()) return pause(player);
    if (now - player.toldAt > player.tellEveryMs) tell(player);
    player.frame = requestAnimationFrame(step);
  };
  player.frame = requestAnimationFrame(step);
}

function pause(player) {
  stop(player);
  tell(player);
}

/** Stops without a word. */
export function stop(player) {
  cancelAnimationFrame(player.frame);
  player.isPlaying = false;
  nameButton(player);
}

/** Shows a place, within what there is. */
export function seek(player, position) {
  player.position = Math.min(Math.max(position, 0), player.last());
  player.shown = Math.floor(player.position);
  player.show();
}

/** Stops at a place, and tells of it once it rests there. */
export function jump(player, position) {
  stop(player);
  seek(player, position);
  tellSoon(player);
}

/** Ends what goes on by itself, as when the component is drawn anew; `play` takes it up. */
export function suspend(player) {
  cancelAnimationFrame(player.frame);
  clearTimeout(player.timer);
}

function tell(player) {
  clearTimeout(player.timer);
  player.toldAt = performance.now();
  const seen = player.seen();
  if (player.told === seen) return;
  player.told = seen;
  player.tell(seen);
}

function tellSoon(player) {
  clearTimeout(player.timer);
  player.timer = setTimeout(tell, REST_MS, player);
}

function nameButton({ button, isPlaying, names }) {
  const name = names[Number(isPlaying)];
  if (button.title === name) return;
  button.title = name;
  button.setAttribute("aria-label", name);
  button.classList.toggle("playing", isPlaying);
}
