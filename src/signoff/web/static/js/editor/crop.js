// The frame of a crop is drawn where its sliders say, and can be dragged. Only the server cuts.
import { replacePicture, setCrop } from "./variants.js";

const number = (form, name) => Number(form.elements[name].value);

function draw(form) {
  const place = form.querySelector("[data-cropping]");
  const frame = form.querySelector("[data-crop-frame]");
  const shape = room(form);
  frame.hidden = false;
  Object.assign(frame.style, {
    width: `${shape.across * 100}%`,
    height: `${shape.down * 100}%`,
    left: `${(1 - shape.across) * number(form, "left")}%`,
    top: `${(1 - shape.down) * number(form, "top")}%`,
  });
  place.dataset.drawn = "yes";
  const [width, height] = [shape.across * form.dataset.width, shape.down * form.dataset.height].map(Math.round);
  form.querySelector("[data-crop-said]").textContent = `${width} × ${height} pixels are kept.`;
}

// How much of the picture the frame takes, across and down, from 0 to 1.
function room(form) {
  const [width, height] = [Number(form.dataset.width), Number(form.dataset.height)];
  const ratio = number(form, "ratio");
  const across = (Math.min(width, height * ratio) * number(form, "size")) / 100;
  return { across: across / width, down: Math.min(1, across / ratio / height) };
}

function drag(form, frame, start) {
  const place = frame.parentElement.getBoundingClientRect();
  const shape = room(form);
  const from = { left: number(form, "left"), top: number(form, "top") };
  const free = { left: place.width * (1 - shape.across), top: place.height * (1 - shape.down) };
  const move = (event) => {
    const by = { left: event.clientX - start.clientX, top: event.clientY - start.clientY };
    for (const name of ["left", "top"]) {
      if (free[name] > 1) form.elements[name].value = Math.round(from[name] + (by[name] / free[name]) * 100);
    }
    draw(form);
  };
  frame.setPointerCapture(start.pointerId);
  frame.addEventListener("pointermove", move);
  frame.addEventListener("lostpointercapture", () => frame.removeEventListener("pointermove", move), { once: true });
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-crop]");
  if (form) draw(form);
});

document.addEventListener("pointerdown", (event) => {
  const frame = event.target.closest("[data-crop-frame]");
  if (!frame) return;
  event.preventDefault();
  drag(frame.closest("[data-crop]"), frame, event);
});

// In the editor the new picture takes the old one's place, with what was said about it; for one channel only, where the
// form says so.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("dialog [data-crop]");
  const path = form && new URL(form.action).pathname;
  const channel = form?.elements.channel.value;
  const old = form && document.querySelector(`[data-media] a[href^="${path}"]`)?.closest("[data-media]");
  if (!old) return;
  event.preventDefault();
  const sent = new FormData(form);
  sent.delete("once");
  sent.set("alt", old.querySelector("[name=alt]").value);
  const response = await fetch(form.action, { method: "POST", body: sent, headers: { "HX-Request": "true" } }).catch(() => null);
  const answer = (await response?.text()) ?? "";
  if (!response?.ok) {
    const page = new DOMParser().parseFromString(answer, "text/html");
    form.querySelector("[data-crop-said]").textContent = page.querySelector("#problem, [data-reason]")?.textContent ?? "The server didn’t answer. Try again.";
    return;
  }
  const before = path.split("/")[2];
  if (channel) {
    const crop = response.headers.get("Signoff-Picture");
    setCrop(channel, before, crop === before ? "" : crop);
    form.closest("dialog").close();
  } else {
    old.insertAdjacentHTML("afterend", answer);
    const made = old.nextElementSibling;
    old.remove();
    replacePicture(before, made.querySelector("[name=media_id]").value);
    form.closest("dialog").close();
    made.querySelector("a[data-dialog]").focus();
  }
  document.querySelector("[data-editor]").dispatchEvent(new Event("refresh"));
}, true);

document.addEventListener("load", (event) => {
  const form = event.target.closest?.("[data-crop]");
  if (form) draw(form);
}, true);
for (const form of document.querySelectorAll("[data-crop]")) draw(form);
