// Tells that what is watched has ended, by a notification of the browser: only where it was asked for by a click.
const WISH = "lab-notify"

export default ({ data, parentElement }) => {
  const button = parentElement.querySelector("button")
  const own = (button.lab ??= { watched: null })
  const can = typeof Notification === "function"
  const draw = () => {
    const isBlocked = can && Notification.permission === "denied"
    button.hidden = !can || !data.is_live
    button.disabled = isBlocked
    button.setAttribute("aria-pressed", String(wishes()))
    button.textContent = isBlocked
      ? "Notifications are blocked"
      : wishes() ? "Will notify you" : "Notify me when it ends"
  }
  button.onclick = async () => {
    const isAsked = !wishes()
    if (isAsked && Notification.permission === "default") await Notification.requestPermission()
    localStorage.setItem(WISH, isAsked && Notification.permission === "granted" ? "1" : "")
    draw()
  }
  draw()
  if (data.is_live) own.watched = data.id
  else if (own.watched === data.id) {
    own.watched = null
    if (can && wishes()) tell(data)
  }
}

function wishes() {
  return Notification.permission === "granted" && localStorage.getItem(WISH) === "1"
}

function tell({ id, title, body }) {
  try {
    new Notification(title, { body, tag: id })
  } catch {
    // Some phones leave notifications to installed apps; the title of the tab tells there, too.
  }
}
