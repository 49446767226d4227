// The review page goes on without being loaded anew: links and forms with data-swap bring the next page, and what
// differs takes the place of the old. What was typed about a post and which posts were chosen stays. Without this script
// they are plain links and forms.
import { upgrade } from "./tabs.js";
import { adopt, toast } from "./toasts.js";

const PATIENCE_MS = 30_000;

const notes = new Map(); // by the form's address: what was typed for a post that isn't decided yet
const chosen = new Set(); // the values of the boxes, so that a newer version isn't chosen by mistake
let asked = null;
let isSending = false;
let missesNews = false; // while a decision is on its way, news of it aren't news to who decides

const page = () => document.querySelector("main[data-review]");
const boxes = () => [...document.querySelectorAll("[form=bulk][type=checkbox]")];

async function bring(address, { body = null, isBack = false } = {}) {
  if (isSending) return; // a decision on its way isn't given up for a look at another post
  asked?.abort();
  asked = new AbortController();
  const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(PATIENCE_MS)]);
  isSending = Boolean(body);
  const response = await fetch(address, { method: body ? "POST" : "GET", body, signal }).finally(() => { isSending = false; });
  const type = response.headers.get("Content-Type") ?? "";
  const found = type.startsWith("text/html") ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  const main = found?.querySelector("main[data-review]");
  if (!main) {
    if (response.status >= 500 || body) throw new Error("Signoff couldn’t answer. What you typed is still here; try again.");
    location.href = response.url;
    return;
  }
  show(found, main);
  const isPage = response.ok && (response.redirected || !body);
  if (!isBack && isPage && response.url !== location.href) history.pushState({}, "", response.url);
}

function show(found, main) {
  const place = document.querySelector(".review > .list > .scroll")?.scrollTop ?? 0;
  retire(page());
  page().replaceWith(main);
  document.getElementById("top").replaceWith(found.getElementById("top"));
  document.title = found.title;
  adopt(found.querySelector("[data-toasts]"));
  window.htmx.process(main);
  upgrade(document);
  main.dispatchEvent(new Event("htmx:after:swap", { bubbles: true }));
  const list = main.querySelector(".list > .scroll");
  if (list) list.scrollTop = place;
  main.querySelector("[data-item][aria-current]")?.scrollIntoView({ block: "nearest" });
  (main.querySelector("[role=alert]") ? null : main.querySelector("[data-heading]"))?.focus({ preventScroll: true });
}

function catchUp(form) {
  if (missesNews && form.isConnected) document.getElementById("live").dispatchEvent(new Event("review"));
  missesNews = false;
}

// What is replaced asks for nothing any more: its parts listen at the stream of events, which stays.
function retire(old) {
  old.setAttribute("hx-ignore", "");
  window.htmx.process(old, true);
}

function settle() {
  if (!page()) return;
  const note = document.getElementById("note");
  const kept = notes.get(note?.form.getAttribute("action"));
  if (kept && !note.value) note.value = kept;
  for (const box of boxes()) box.checked = chosen.has(box.value);
  count();
}

function count() {
  const number = boxes().filter((box) => box.checked).length;
  const said = document.querySelector("[data-chosen]");
  const words = number === 1 ? "1 post chosen" : `${number} posts chosen`;
  if (said && number) said.textContent = words;
  const approve = document.querySelector("#bulk [value=approve]");
  if (!approve) return;
  approve.dataset.ask = number === 1 ? "Approve it?" : `Approve all ${number}?`;
  delete approve.dataset.asked; // others are chosen now: it asks again
  approve.querySelector("span").textContent = "Approve";
}

function free(form) {
  delete form.dataset.sent;
  form.querySelector(".busy")?.classList.remove("busy");
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
}

function fail(problem) {
  if (problem.name !== "AbortError") toast(problem.message, { isBad: true });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form");
  const isOurs = page() && (form.hasAttribute("data-swap") || form.action.endsWith("/review/undo"));
  if (!isOurs || event.defaultPrevented) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  const isRead = form.method === "get";
  const away = form.getAttribute("action");
  bring(isRead ? `${form.action}?${fields}` : form.action, { body: isRead ? null : fields })
    .then(() => { if (!form.isConnected && !document.querySelector(`form[action="${away}"]`)) notes.delete(away); })
    .catch((problem) => { free(form); fail(problem); })
    .finally(() => catchUp(form));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || !page() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  mark(link);
  bring(link.href).catch((problem) => { if (problem.name !== "AbortError") location.href = link.href; });
});

addEventListener("popstate", () => {
  if (page() && location.pathname.startsWith("/review")) bring(location.href, { isBack: true }).catch(() => location.reload());
});

document.addEventListener("input", (event) => {
  if (event.target.id === "note") notes.set(event.target.form.getAttribute("action"), event.target.value);
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[form=bulk][type=checkbox]")) return;
  chosen[event.target.checked ? "add" : "delete"](event.target.value);
  count();
});

// The mark moves at once, so that “j j j” goes three posts on however long each takes.
function mark(link) {
  if (!link.hasAttribute("data-item")) return;
  for (const each of document.querySelectorAll(".list [aria-current]:is([data-item], [data-entry])")) each.removeAttribute("aria-current");
  for (const each of [link, link.closest("[data-entry]")]) each?.setAttribute("aria-current", "true");
}

function unchoose() {
  chosen.clear();
  settle();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-unchoose]")) unchoose();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen.size && page() && !document.querySelector("dialog[open]")) unchoose();
});

// “x” chooses the post that is looked at, “d” shows what changed about it.
export function reviewKey(key) {
  if (!page()) return false;
  if (key === "x") {
    const box = document.querySelector("[data-entry][aria-current] [form=bulk]");
    box?.click();
    return Boolean(box);
  }
  if (key !== "d") return false;
  const card = [...document.querySelectorAll("[data-change]")].find((each) => each.checkVisibility())?.querySelector(".card");
  card?.scrollIntoView({ block: "start", behavior: "instant" });
  card?.focus({ preventScroll: true });
  return Boolean(card);
}

document.addEventListener("htmx:after:swap", settle);

document.addEventListener("htmx:before:swap", (event) => {
  if (!isSending || event.target.id !== "freshness") return;
  event.preventDefault();
  missesNews = true;
});
