// Says why an upload did not arrive, which the browser alone learns where a proxy has refused it.
import { isUpload } from "../../streamlit_insides.js";

const RECENT_MS = 10_000; // what failed while this was loading is told of, what failed on another page is not

export default function ({ data, parentElement }) {
  const said = parentElement.querySelector("p");
  const look = (list) => {
    const since = performance.now() - RECENT_MS;
    const uploads = list.getEntries().filter((entry) => isUpload(entry.name) && entry.responseEnd > since);
    if (uploads.length > 0) say(uploads.at(-1).responseStatus);
  };
  const say = (status) => {
    const hasArrived = status >= 200 && status < 400;
    const sentence = data.sentences[status] ?? data.sentences.other;
    said.textContent = hasArrived ? "" : sentence.replace("{status}", status || "no answer");
    said.hidden = hasArrived;
  };
  const observer = new PerformanceObserver(look);
  observer.observe({ type: "resource", buffered: true });
  return () => observer.disconnect();
}
