// Lets the arrow keys, Home and End move between the buttons of a group, as in a grid: only one of them is
// a Tab stop. `moved(button)` is told of every button that is reached by a key.
export function useArrowKeys(group, buttons, moved) {
  const stop = (button) => {
    for (const other of buttons()) other.tabIndex = other === button ? 0 : -1;
  };
  group.addEventListener("focusin", (event) => {
    const button = event.target.closest("button");
    if (button) stop(button);
  });
  group.addEventListener("keydown", (event) => {
    const all = buttons();
    const from = all.indexOf(event.target.closest("button"));
    const to = from < 0 ? -1 : nextPlace(all, from, event.key);
    if (to < 0) return;
    event.preventDefault();
    all[to].focus();
    if (to !== from) moved(all[to]);
  });
}

function nextPlace(all, from, key) {
  const places = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: all.length - 1 };
  if (key in places) return Math.min(Math.max(places[key], 0), all.length - 1);
  if (key === "ArrowUp" || key === "ArrowDown") return verticalPlace(all, from, key === "ArrowUp" ? -1 : 1);
  return -1;
}

// The nearest button of the row above or below: the rows are read off the screen, as they wrap.
function verticalPlace(all, from, step) {
  const box = (button) => button.getBoundingClientRect();
  const here = box(all[from]);
  const beyond = all.filter((button) => (box(button).top - here.top) * step > here.height / 2);
  if (!beyond.length) return from;
  const tops = beyond.map((button) => box(button).top * step);
  const row = beyond.filter((_, index) => tops[index] - Math.min(...tops) < here.height / 2);
  const distance = (button) => Math.abs(box(button).left - here.left);
  return all.indexOf(row.reduce((best, button) => (distance(button) < distance(best) ? button : best)));
}
