// Hides the canvas's own toolbar: its buttons are too small for a finger, unseen until hovered, and would
// stand beside ours under the same names. It lies in a shadow root, where no style sheet of the page reaches.
const CANVAS = '.st-key-lab-canvas [data-testid="stBidiComponentIsolated"]'
const STYLE = '.dc-toolbar { display: none !important; }'

const shadowsBelow = (element) =>
  [element, ...element.querySelectorAll("*")].map((part) => part.shadowRoot).filter(Boolean)

const tidy = () => {
  for (const host of document.querySelectorAll(CANVAS)) {
    for (const root of shadowsBelow(host)) {
      if (root.querySelector("style.lab-tidy")) continue
      const style = document.createElement("style")
      style.className = "lab-tidy"
      style.textContent = STYLE
      root.append(style)
    }
  }
}

const tidyCanvas = () => {
  const observer = new MutationObserver(tidy)
  observer.observe(document.body, { childList: true, subtree: true })
  tidy()
  return () => observer.disconnect()
}
