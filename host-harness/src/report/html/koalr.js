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
  // So is what a sync has stored so far, every few seconds.
  let next = 0;
  const anew = async () => {
    if (Date.now() < next) return;
    next = Date.now() + 5000;
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // It began or ended while nobody listened.
    if (!bar !== !page.querySelector("[data-news] progress")) return again();
    for (const old of document.querySelectorAll("[data-anew]")) {
      const part = page.querySelector(`[data-anew="${old.dataset.anew}"]`);
      if (part) old.replaceWith(part);
    }
  };
  const left = (secs) => {
    if (secs === null) return "not known yet";
    return secs < 120 ? `about ${secs} s` : `about ${number(Math.ceil(secs / 60))} minutes`;
  };
  const told = (sync) => {
    if (sync["paused-secs"] !== null) return `The upstream asked to wait: it goes on in ${number(sync["paused-secs"])} s.`;
    return sync.reading ? `Reading ${sync.reading}.` : "Asking for the first pages.";
  };
  // What happened between the page and this is not told.
  news.addEventListener("open", () => {
    next = 0;
    anew().catch(() => {});
  });
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
    const pace = sync["requests-per-minute"];
    say("told", told(sync));
    say("pages", sync.total ? `${number(sync.pages)} of ${number(sync.total)}` : number(sync.pages));
    say("records", number(sync.records));
    say("requests", number(sync.requests));
    say("pace", pace === null ? "" : `, about ${number(pace)} a minute`);
    say("left", left(sync["left-secs"]));
    // The news tell of it if the server is gone.
    anew().catch(() => {});
  });
  news.addEventListener("sync-ended", (event) => {
    if (JSON.parse(event.data).integration === place.dataset.integration) again();
  });
  news.addEventListener("job-failed", (event) => {
    if (JSON.parse(event.data).key === "sync") again();
  });
  news.addEventListener("lagged", again);
})();
