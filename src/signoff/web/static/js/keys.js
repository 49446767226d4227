// Single letters, as printed on the buttons: <… data-key="a"> is pressed by "a". They work only where nothing is being
// written, chosen or asked, and <html data-keys="off"> switches them off.

import { reviewKey } from "./review.js";
import { tick, walk } from "./rows.js";

const GO_WITHIN_MS = 1_500;
const PLACES = { h: "/", r: "/review", c: "/calendar", p: "/publishing", o: "/posts" };

let goneAt = 0;

function move(step) {
  if (walk(step)) return;
  const items = [...document.querySelectorAll("[data-item]")];
  const here = items.findIndex((item) => item.hasAttribute("aria-current"));
  const next = items[here + step];
  next?.click();
  next?.scrollIntoView({ block: "nearest" });
}

// 1 is the first of the post's channels, and 0 what they have in common. With Alt also out of a field, which the
// tab hides then: so the tab has the focus.
function channel(number, takesFocus) {
  const tabs = [...document.querySelectorAll("[data-channel]:not([hidden])")];
  const tab = number ? tabs[number - 1] : document.querySelector("[data-tab=master]");
  tab?.click();
  if (takesFocus) tab?.focus();
  return Boolean(tab);
}

function press(key) {
  if (Date.now() - goneAt < GO_WITHIN_MS && PLACES[key]) {
    location.href = PLACES[key];
    return true;
  }
  goneAt = key === "g" ? Date.now() : 0;
  if (key === "g") return true;
  if (key === "?") { document.getElementById("keys")?.showModal(); return true; }
  if (key === "j" || key === "k") { move(key === "j" ? 1 : -1); return true; }
  if (key === "x" && tick()) return true;
  if (reviewKey(key)) return true;
  if (/^[0-9]$/.test(key)) return channel(Number(key), false);
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  const target = all.find((each) => each.checkVisibility()) ?? (key === "/" ? document.querySelector("[data-palette]") : null);
  if (!target) return false;
  if (target.matches("textarea, input")) target.focus();
  else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey && event.target.matches("[data-send]")) {
    const form = event.target.form;
    form.requestSubmit(form.querySelector(event.target.dataset.send));
    return;
  }
  const digit = /^Digit([0-9])$/.exec(event.code); // with Alt, some keyboards write something else
  if (digit && event.altKey && !event.ctrlKey && !event.metaKey && !event.getModifierState("AltGraph")) {
    if (!document.querySelector("dialog[open]") && channel(Number(digit[1]), true)) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("input:not([data-pick], [data-choose]), textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  if (press(event.key)) event.preventDefault();
});

// What a model wrote is approved with a tick that its facts were checked.
document.addEventListener("click", (event) => {
  const asks = event.target.closest("[data-ticked]");
  const box = asks && document.querySelector(asks.dataset.ticked);
  if (!box || box.checked) return;
  event.preventDefault();
  event.stopPropagation();
  box.focus();
  document.querySelector(`${asks.dataset.ticked}-error`)?.removeAttribute("hidden");
}, true);

// What a key leads to may be a field that waits for words: request changes needs a note.
document.addEventListener("click", (event) => {
  const asks = event.target.closest("[data-needs]");
  if (!asks) return;
  const field = document.querySelector(asks.dataset.needs);
  if (field.value.trim()) return;
  event.preventDefault();
  field.focus();
  field.setAttribute("aria-invalid", "true");
  document.querySelector(`${asks.dataset.needs}-error`)?.removeAttribute("hidden");
});
