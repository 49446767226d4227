// Pieces of text that are kept for a brand, put in at the cursor: by “/” and a shortcut as one writes, or by the button above
// a text, which without this script is a link to the page with all of them. What is put in is the literal text.
import { caretPlace } from "./caret.js";

const FRESH_MS = 30_000;
const SLASH = /(?:^|\s)\/([\p{L}\p{N}-]{0,30})$/u;

const links = () => [...document.querySelectorAll("[data-snippets]")];
let panel = null; // made when it is needed first
let area = null; // the text that is being written
let from = 0; // what is replaced begins here
let letGo = -1; // the slash that was meant as one
let loadedAt = -Infinity;
const visited = new WeakSet(); // texts that had the cursor; in others it would be before the first word

const part = (selector) => panel.querySelector(selector);
const isOpen = () => panel?.matches(":popover-open") ?? false;
const isSearching = () => !part("input").hidden;
const shown = () => [...panel.querySelectorAll("[role=option]:not([hidden])")];
const chosen = () => shown().find((each) => each.getAttribute("aria-selected") === "true");

function make() {
  panel = document.createElement("div");
  panel.className = "snippets";
  panel.popover = "manual";
  panel.innerHTML = `<input class="input" type="text" role="combobox" aria-label="Search snippets" aria-expanded="true" aria-controls="snippets-found"
    aria-autocomplete="list" autocomplete="off" spellcheck="false" placeholder="Search snippets">
    <div class="founds" id="snippets-found" role="listbox" aria-label="Snippets"></div>
    <p class="small muted" data-none hidden></p><a class="micro link" href="/settings/snippets">All snippets</a><span class="sr" role="status"></span>`;
  document.getElementById("main").append(panel); // a landmark; it is drawn above everything, wherever it is
  part("input").addEventListener("input", () => narrow(part("input").value));
  panel.addEventListener("keydown", steer);
  panel.addEventListener("pointerdown", (event) => { if (!event.target.closest("input, a")) event.preventDefault(); }); // the text keeps its cursor
  panel.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) put(option);
  });
}

async function load() {
  if (!panel) make();
  if (performance.now() - loadedAt < FRESH_MS) return true;
  const address = `/settings/snippets/offers?brand=${encodeURIComponent(links()[0].dataset.brand)}`;
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10_000) });
    if (!response.ok || response.redirected) throw new Error("no answer");
    part("[role=listbox]").innerHTML = await response.text(); // our own answer, escaped by the server
    loadedAt = performance.now();
    return true;
  } catch {
    return false;
  }
}

// Shows what has a word that begins with what was typed; gives how many.
function narrow(typed) {
  const asked = typed.toLowerCase().trim().split(/\s+/).filter(Boolean);
  for (const each of panel.querySelectorAll("[role=option]")) {
    const words = each.dataset.words.split(/\s+/);
    each.hidden = !asked.every((one) => words.some((word) => word.startsWith(one)));
  }
  const found = shown();
  choose(asked.length || isSearching() ? found[0] : undefined); // after a mere slash, Enter still begins a line
  part("[data-none]").hidden = found.length > 0;
  part("[data-none]").textContent = panel.querySelector("[role=option]") ? "No snippet has this." : "There are no snippets yet.";
  part("[role=status]").textContent = found.length ? `${found.length} ${found.length === 1 ? "snippet" : "snippets"}. Choose with the arrow keys.` : "";
  return found.length;
}

function choose(option) {
  for (const each of panel.querySelectorAll("[role=option]")) each.setAttribute("aria-selected", String(each === option));
  const field = isSearching() ? part("input") : area;
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function show({ left, top, height }) {
  if (!isOpen()) panel.showPopover();
  const { offsetWidth, offsetHeight } = panel;
  const below = top + height + 4;
  const fits = below + offsetHeight <= innerHeight || top < offsetHeight;
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - offsetWidth - 8))}px`;
  panel.style.top = `${fits ? below : top - offsetHeight - 4}px`;
}

function close() {
  if (!isOpen()) return;
  panel.hidePopover();
  for (const name of ["aria-activedescendant", "aria-controls", "aria-autocomplete"]) area?.removeAttribute(name);
  for (const link of links()) link.setAttribute("aria-expanded", "false");
}

async function openBy(link) {
  const isThere = await load();
  area = document.getElementById(link.dataset.snippets);
  if (!isThere || !area) {
    location.href = link.href;
    return;
  }
  if (!visited.has(area)) area.setSelectionRange(area.value.length, area.value.length);
  from = area.selectionStart;
  part("input").hidden = false;
  part("input").value = "";
  narrow("");
  link.setAttribute("aria-expanded", "true");
  const { left, top, height } = link.getBoundingClientRect();
  show({ left, top, height });
  part("input").focus();
}

async function follow(field) {
  const slash = () => field.selectionStart === field.selectionEnd && SLASH.exec(field.value.slice(0, field.selectionStart));
  if (!slash()) letGo = -1;
  if (!slash() || field.selectionStart - slash()[1].length - 1 === letGo) return close();
  if (!(await load()) || document.activeElement !== field || !slash()) return close();
  const typed = slash()[1];
  area = field;
  from = field.selectionStart - typed.length - 1;
  part("input").hidden = true;
  if (!narrow(typed)) return close();
  field.setAttribute("aria-controls", "snippets-found");
  field.setAttribute("aria-autocomplete", "list");
  show(caretPlace(field, from));
}

function put(option) {
  if (option.getAttribute("aria-disabled") === "true") return;
  const end = isSearching() ? area.selectionEnd : area.selectionStart;
  const start = Math.min(from, end);
  close();
  area.focus();
  area.setSelectionRange(start, end);
  if (document.execCommand("insertText", false, option.dataset.text)) return; // which “undo” takes back
  area.setRangeText(option.dataset.text, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function steer(event) {
  const all = shown();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length] ?? all[0]);
  else if (["Enter", "Tab"].includes(event.key) && chosen() && !event.shiftKey && !event.ctrlKey && !event.metaKey) put(chosen());
  else if (event.key === "Escape") {
    letGo = from;
    const wasSearching = isSearching();
    close();
    if (wasSearching) area.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

const isText = (target) => target.matches?.("[data-editor] textarea") && links().some((link) => link.dataset.snippets === target.id);

if (links().length) {
  for (const link of links()) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "listbox");
    link.setAttribute("aria-expanded", "false");
  }
  document.addEventListener("input", (event) => { if (isText(event.target)) follow(event.target); });
  document.addEventListener("keydown", (event) => { if (isOpen() && event.target === area) steer(event); }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.closest("[data-snippets]")) { event.preventDefault(); openBy(event.target); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-snippets]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (isOpen()) close();
      else openBy(link);
    } else if (isOpen() && !panel.contains(event.target)) close();
  });
  document.addEventListener("focusin", (event) => { if (isText(event.target)) visited.add(event.target); });
  document.addEventListener("focusin", (event) => { if (isOpen() && event.target !== area && !panel.contains(event.target)) close(); });
  document.addEventListener("scroll", (event) => { if (isOpen() && !panel.contains(event.target)) close(); }, true);
}
