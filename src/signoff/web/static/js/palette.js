// Ctrl K opens a palette over the page: type, choose with the arrow keys, Enter goes there. Without this script its link
// leads to the search page.
import { commands } from "./commands.js";

const WAIT_MS = 120;

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
let timer = 0;
let asked = null;

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => options().find((each) => each.getAttribute("aria-selected") === "true");

function choose(option) {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

async function find() {
  asked?.abort();
  asked = new AbortController();
  const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(10_000)]);
  try {
    const response = await fetch(`/search?q=${encodeURIComponent(input.value)}`, { headers: { "HX-Request": "true" }, signal });
    if (!response.ok || response.redirected) throw new Error("no answer");
    list.innerHTML = await response.text(); // our own answer, escaped by the server
    const here = commands(input.value);
    if (here) list.prepend(here);
    choose(options()[0]);
  } catch (problem) {
    if (asked.signal.aborted) return; // something newer was asked
    list.textContent = "The search can't be reached. Press Enter to try on its own page.";
  }
}

function open() {
  if (document.querySelector("dialog[open]")) return;
  input.value = "";
  dialog.showModal();
  find();
}

function go(option) {
  dialog.close();
  if (option) option.click();
  else location.href = `/search?q=${encodeURIComponent(input.value)}`;
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || !event.target.closest("[data-palette]")) return;
    event.preventDefault();
    open();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) {
      event.preventDefault();
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(chosen());
    }
  });
}
