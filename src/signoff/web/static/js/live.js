// Says so when live updates are interrupted. The stream itself is opened by hx-sse.

const PATIENCE_MS = 10_000;

const stream = document.getElementById("live");
let timer = 0;
let isLive = true;
let shownAsOf = null; // when the connection was last known to be there

function tell(news) {
  clearTimeout(timer);
  timer = 0;
  isLive = news;
  if (news) shownAsOf = null;
  show();
}

function show() {
  const banner = document.querySelector("[data-stale]");
  if (banner) {
    banner.hidden = isLive;
    if (shownAsOf) banner.querySelector("[data-as-of]").textContent = clock(shownAsOf, banner.dataset.zone);
  }
  const state = document.querySelector("[data-live-state]");
  if (!state) return;
  state.firstElementChild.className = isLive ? "dot ok pulse" : "dot warn";
  state.lastElementChild.textContent = isLive ? "Live" : "Not live";
}

function clock(moment, timeZone) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(moment);
}

function doubt() {
  shownAsOf ??= new Date();
  if (!timer && !document.hidden) timer = setTimeout(() => tell(false), PATIENCE_MS);
}

if (stream) {
  stream.addEventListener("htmx:sse:after:connection", () => tell(true));
  stream.addEventListener("htmx:sse:error", doubt);
  stream.addEventListener("htmx:sse:close", doubt);
  stream.addEventListener("htmx:response:error", doubt);
  stream.addEventListener("htmx:error", doubt);
  addEventListener("offline", doubt);
  document.addEventListener("htmx:after:swap", show); // what was refreshed says again how things are
}
