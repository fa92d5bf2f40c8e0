// What the game asks and says, and how long a digit has taken; tells when its time is up.
const TICK_MS = 100
const AGAIN_MS = 1000 // a page that is just being drawn may lose what it is told: it is told again

export default ({ data, parentElement, setTriggerValue }) => {
  const find = (name) => parentElement.querySelector(`.${name}`)
  const write = (name, words) => {
    // The same words written again would be said again by a screen reader.
    if (find(name).textContent !== words) find(name).textContent = words
  }
  // New data come without the end of the old: clocks of earlier steps would go on, and tell of times long up.
  const face = find("face")
  face.stop?.()
  write("asked", data.asked)
  write("said", data.said)
  const start = performance.now() - 1000 * data.spent_s
  const tick = () => {
    const spent = (performance.now() - start) / 1000
    find("left").style.transform = `scaleX(${Math.max(0, 1 - spent / data.limit_s)})`
    find("seconds").textContent = data.is_counted ? `${Math.min(spent, data.limit_s).toFixed(1)} s` : ""
  }
  tick()
  const ticking = setInterval(tick, TICK_MS)
  let ending = 0
  const end = () => {
    setTriggerValue("up", data.step)
    ending = setTimeout(end, AGAIN_MS)
  }
  ending = setTimeout(end, 1000 * (data.limit_s - data.spent_s))
  const stop = () => {
    clearInterval(ticking)
    clearTimeout(ending)
  }
  face.stop = stop
  return stop
}
