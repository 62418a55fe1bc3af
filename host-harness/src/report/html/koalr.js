// News of what is under way, on pages that ask for them; everything else works without a script.
"use strict";
(() => {
  const place = document.querySelector("[data-news]");
  if (!place || !window.EventSource) return;
  const news = new EventSource(place.dataset.news);
  const bar = place.querySelector("progress");
  const number = (value) => value.toLocaleString("en-US");
  const say = (name, text) => {
    const at = place.querySelector(`[data-live="${name}"]`);
    if (at) at.textContent = text;
  };
  // What is stored is shown anew once, by the server.
  const again = () => { news.close(); location.reload(); };
  let first;
  const left = (sync) => {
    const now = Date.now();
    first ??= { now, pages: sync.pages };
    const read = sync.pages - first.pages;
    if (!sync.total || read <= 0) return "not known yet";
    const secs = Math.ceil((Math.max(sync.total - sync.pages, 0) * (now - first.now)) / read / 1000);
    return secs < 120 ? `about ${secs} s` : `about ${number(Math.ceil(secs / 60))} minutes`;
  };
  news.addEventListener("sync-progress", (event) => {
    const sync = JSON.parse(event.data);
    if (sync.integration !== place.dataset.integration) return;
    // The page was made before this sync began.
    if (!bar) return again();
    if (sync.total) {
      bar.max = sync.total;
      bar.value = Math.min(sync.pages, sync.total);
    } else {
      bar.removeAttribute("value");
    }
    const wait = sync["paused-secs"];
    say("pages", sync.total ? `${number(sync.pages)} of ${number(sync.total)}` : number(sync.pages));
    say("records", number(sync.records));
    say("requests", number(sync.requests));
    say("left", wait ? `the upstream asked to wait ${number(wait)} s` : left(sync));
  });
  news.addEventListener("sync-ended", (event) => {
    if (JSON.parse(event.data).integration === place.dataset.integration) again();
  });
  news.addEventListener("job-failed", (event) => {
    if (JSON.parse(event.data).key === "sync") again();
  });
  news.addEventListener("lagged", again);
})();
