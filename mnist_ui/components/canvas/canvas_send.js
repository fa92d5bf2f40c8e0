// Sends a drawing when the pen is lifted. The canvas by itself waits 200 ms first, in case another change
// follows; its hidden toolbar has a button that sends at once, and what waited is then dropped.
const SEND = '[aria-label="Update the app with this drawing"]' // without it the canvas sends as ever

const sendOnLift = () => {
  let root = null // of the canvas on which the pen went down
  const listen = new AbortController()
  const on = (kind, act) => addEventListener(kind, act, { capture: false, signal: listen.signal })
  const down = (event) => {
    const touched = event.composedPath()[0]
    root = touched.matches?.("canvas.upper-canvas") ? touched.getRootNode() : null
  }
  const up = () => {
    const pressed = root
    root = null
    // Later, as the canvas has noted the stroke only when all that listens has heard of the lift.
    if (pressed) setTimeout(() => pressed.querySelector(SEND)?.click())
  }
  addEventListener("pointerdown", down, { capture: true, signal: listen.signal })
  on("mouseup", up)
  on("touchend", up)
  return () => listen.abort()
}
