// Keys of the canvas: Control Z, on a Mac Command Z, takes the last stroke back, unless a text field has the
// focus and undoes its own; Escape, Delete and Backspace clear while the canvas or one of its buttons has it.
const PLACE = ".st-key-lab-canvas"
const TEXT = "input:not([type=range]), textarea, select, [contenteditable=true]"
const CLEARING = ["Escape", "Delete", "Backspace"]

const useCanvasKeys = () => {
  const buttonFor = (event) => {
    const focused = event.composedPath()[0]
    if (!(focused instanceof Element) || focused.matches(TEXT)) return null
    const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
    if (plain) {
      const isHere = event.composedPath().includes(document.querySelector(PLACE))
      return isHere && CLEARING.includes(event.key) ? "clear" : null
    }
    const isUndo = event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey
    return isUndo && event.key.toLowerCase() === "z" ? "undo" : null
  }
  const press = (event) => {
    const name = buttonFor(event)
    const button = name && document.querySelector(`${PLACE} [class*="-${name}"] button`)
    if (!button) return
    event.preventDefault()
    button.click()
  }
  document.addEventListener("keydown", press)
  return () => document.removeEventListener("keydown", press)
}
