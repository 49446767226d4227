// Says so when live updates are interrupted. The stream itself is opened by hx-sse.

const PATIENCE_MS = 10_000;

const stream = document.getElementById("live");
let timer = 0;
let isLive = true;

function tell(news) {
  clearTimeout(timer);
  timer = 0;
  isLive = news;
  show();
}

function show() {
  const banner = document.querySelector("[data-stale]");
  if (banner) banner.hidden = isLive;
  const state = document.querySelector("[data-live-state]");
  if (!state) return;
  state.firstElementChild.className = isLive ? "dot ok pulse" : "dot warn";
  state.lastElementChild.textContent = isLive ? "Live" : "Not live";
}

function doubt() {
  if (!timer && !document.hidden) timer = setTimeout(() => tell(false), PATIENCE_MS);
}

if (stream) {
  stream.addEventListener("htmx:sse:after:connection", () => tell(true));
  stream.addEventListener("htmx:sse:error", doubt);
  stream.addEventListener("htmx:sse:close", doubt);
  stream.addEventListener("htmx:response:error", doubt);
  stream.addEventListener("htmx:error", doubt);
  document.addEventListener("htmx:after:swap", show); // what was refreshed says again how things are
}
