// Fits the canvas, a component of others, into the page. It lies in a shadow root, where no style sheet of the
// page reaches. Its own toolbar is hidden: the buttons are too small for a finger, unseen until hovered, and
// would stand beside ours under the same names. The canvas gets a name and the focus, for keys and for ears.
const CANVAS = '.st-key-lab-canvas [data-testid="stBidiComponentIsolated"]'
const STYLE = `
.dc-toolbar { display: none !important; }
/* On a phone a wide canvas is shown smaller; the pen is then placed right, as the canvas measures itself. */
.dc-container, .canvas-container { max-width: 100%; height: auto !important; }
.canvas-container canvas { width: 100% !important; height: auto !important; }
.canvas-container .lower-canvas { position: relative !important; display: block; }
canvas:focus-visible { outline: 2px solid var(--st-primary-color, Highlight); outline-offset: 2px; }
`
const NAME = "Paper: draw a digit with mouse, pen or finger. Control Z takes a stroke back, Delete clears."

const shadowsBelow = (element) =>
  [element, ...element.querySelectorAll("*")].map((part) => part.shadowRoot).filter(Boolean)

const nameCanvas = (root, otherwise) => {
  const canvas = root.querySelector("canvas.upper-canvas:not([role])")
  if (!canvas) return
  canvas.setAttribute("role", "application")
  canvas.setAttribute("aria-label", `${NAME} ${otherwise}`)
  canvas.tabIndex = 0
  canvas.addEventListener("pointerdown", () => canvas.focus({ preventScroll: true }))
  root.querySelectorAll("canvas:not(.upper-canvas)").forEach((other) => (other.ariaHidden = "true"))
}

const tidyCanvas = (otherwise) => {
  const tidy = () => {
    for (const host of document.querySelectorAll(CANVAS)) {
      for (const root of shadowsBelow(host)) {
        nameCanvas(root, otherwise)
        if (root.querySelector("style.lab-tidy")) continue
        const style = document.createElement("style")
        style.className = "lab-tidy"
        style.textContent = STYLE
        root.append(style)
        observer.observe(root, { childList: true, subtree: true })
      }
    }
  }
  const observer = new MutationObserver(tidy)
  observer.observe(document.body, { childList: true, subtree: true })
  tidy()
  return () => observer.disconnect()
}
