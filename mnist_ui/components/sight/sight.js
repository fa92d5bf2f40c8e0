// Tells whether the tab is seen.
export default function ({ data, setStateValue }) {
  const tell = () => {
    if (document.hidden !== data.hidden) setStateValue("hidden", document.hidden);
  };
  document.addEventListener("visibilitychange", tell);
  tell();
  return () => document.removeEventListener("visibilitychange", tell);
}
