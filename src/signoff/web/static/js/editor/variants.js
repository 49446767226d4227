// What the channels of a post say differently: their tabs come and go with their boxes, their fields show the master's
// words until something else is typed, and their crops stand in the form. The server does the same for a plain form.
import { upgrade } from "../tabs.js";

const form = document.querySelector("[data-editor]");
if (form) start();

function start() {
  const body = form.elements.body;
  const refresh = () => form.dispatchEvent(new Event("refresh"));
  const follow = (name) => {
    for (const field of form.querySelectorAll(`[data-follows="${name}"]`)) {
      field.placeholder = form.elements[name].value || (field.type === "url" ? "https://" : " ");
    }
  };
  const showTabs = () => {
    for (const box of form.querySelectorAll("[name=channel]")) document.getElementById(`tab-${box.value}`).hidden = !box.checked;
    upgrade(document);
  };

  for (const name of ["title", "body", "link"]) follow(name); // words that were brought back are in no event
  showTabs();
  form.addEventListener("input", (event) => follow(event.target.name));
  form.addEventListener("change", (event) => { if (event.target.name === "channel") showTabs(); });

  document.querySelector("[data-choose-channels]")?.addEventListener("click", () => {
    document.getElementById("tab-master").click();
    const boxes = [...form.querySelectorAll("[name=channel]")];
    const first = boxes.find((box) => !box.checked) ?? boxes[0];
    first.focus();
    first.closest("fieldset").scrollIntoView({ block: "nearest" });
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-own-text], [data-from-master], [data-uncrop]");
    if (!button) return;
    event.preventDefault();
    if (button.matches("[data-uncrop]")) {
      setCrop(button.dataset.uncrop, button.dataset.picture, "");
      refresh();
      return;
    }
    const field = button.closest(".field").querySelector("textarea");
    write(field, button.matches("[data-own-text]") ? body.value : "");
  });

  // The button that can't be used leads to what stands in its way.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#send[aria-disabled=true]")) return;
    const reasons = document.getElementById("readiness");
    reasons.scrollIntoView({ block: "nearest" });
    reasons.focus();
  });
}

// As if it were typed, so that the browser can take it back.
function write(field, words) {
  field.focus();
  field.select();
  const isDone = words ? document.execCommand("insertText", false, words) : document.execCommand("delete");
  if (isDone) return;
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Without a crop, the channel gets the picture as the master has it.
export function setCrop(channel, picture, crop) {
  const place = document.querySelector(`[data-crops="${channel}"]`);
  place.querySelector(`[value^="${picture}:"]`)?.remove();
  if (!crop) return;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: `crop_${channel}`, value: `${picture}:${crop}` });
  place.append(field);
}

// The master's picture became another one: what the channels get in its place stays theirs.
export function replacePicture(before, now) {
  for (const field of document.querySelectorAll(`[data-crops] [value^="${before}:"]`)) {
    field.value = field.value.replace(before, now);
  }
}
