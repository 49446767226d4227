// Keeps what is typed in the editor: on the device with every key, on the server with every pause, and as a version of
// the post when the page is left. Nothing here is needed to save: the button does it without any script.
import { Device, forgetArrived, hold } from "./device.js";

const PAUSE_MS = 1_000;
const LONGEST_MS = 5_000;
const BEAT_MS = 20_000;
const PATIENCE_MS = 20_000;
const SOON_MS = 60_000;
const AGAIN_MS = [2_000, 5_000, 15_000, 30_000];
const NOT_WRITTEN = new Set(["csrf", "once", "then", "act", "brand", "version", "copy", "post", "turn", "upload"]);

const form = document.querySelector("[data-editor]");
if (!form?.hasAttribute("data-changed")) forgetArrived();
if (form) start();

function start() {
  const state = document.querySelector("[data-saved]");
  const isHeld = form.hasAttribute("data-conflict"); // two texts are on the page: only a button decides between them
  const left = recall();
  if (left) form.elements.copy.value = left.copy;
  let address = form.action.endsWith("/posts") ? "" : new URL(form.action).pathname;
  let device = new Device(form.dataset.person, address || `new:${form.elements.brand.value}`);
  let typed = 0;
  let kept = 0;
  let hasWords = false;
  let isOnDevice = true;
  let isSent = false;
  let isBusy = false;
  let tries = 0;
  let waits = 0;
  let firstTyped = 0;
  let turn = 0;

  hold(form.elements.copy.value);
  offer();
  if (left && refill(left.fields)) changed();
  else if (form.hasAttribute("data-changed") && form.querySelector("#problem, .conflict[role=alert]")) changed();
  setInterval(() => { if (!document.hidden && address && typed === kept) keep(); }, BEAT_MS);
  if (address) keep();

  function changed() {
    typed += 1;
    firstTyped ||= Date.now();
    isOnDevice = device.store(form.elements.copy.value, { fields: fields(), version: version() });
    if (state.dataset.state !== "bad") say("busy", "Saving");
    plan(Math.min(PAUSE_MS, Math.max(0, firstTyped + LONGEST_MS - Date.now())));
  }

  function plan(after) {
    clearTimeout(waits);
    waits = setTimeout(keep, after);
  }

  async function keep() {
    if (isBusy || isSent) return;
    isBusy = true;
    const upTo = typed;
    firstTyped = 0;
    try {
      if (!address) await begin();
      else hear(await post(`${address}/keep`, upTo > kept), upTo > kept);
      kept = upTo;
      tries = 0;
      if (typed === kept) device.drop(form.elements.copy.value);
      else plan(PAUSE_MS);
    } catch (trouble) {
      if (!isSent && (typed > kept || upTo > kept)) fail(trouble);
    } finally {
      isBusy = false;
    }
  }

  async function begin() {
    if (!typed) return;
    const begun = await post("/posts/begin", true);
    device.drop(form.elements.copy.value);
    address = begun.address;
    device = new Device(form.dataset.person, address);
    form.action = address;
    form.insertAdjacentHTML("afterbegin", '<input type="hidden" name="version">');
    form.elements.version.value = begun.version;
    form.elements.post.value = begun.address.split("/").pop();
    history.replaceState(null, "", `${address}/edit`);
    document.querySelector(".top a[aria-label^=Back]").href = address;
    say("ok", "Saved");
  }

  function hear(told, hadWords) {
    show("[data-news]", told.news);
    show("[data-here]", told.here);
    hasWords = told.has_words;
    if (told.is_saved && form.elements.version && !isHeld) form.elements.version.value = told.version;
    if (isHeld) say("warn", "Kept, not in the post yet");
    else if (hadWords && told.is_saved) say("ok", `Saved ${told.at}`);
    else if (!told.is_saved && (hadWords || hasWords)) say("warn", `Kept ${told.at}, not in the post`);
  }

  function fail(trouble) {
    const reason = trouble.reason ?? (navigator.onLine ? "no answer" : "offline");
    say("bad", `Not saved: ${reason}${isOnDevice ? ", kept on this device" : ""}`);
    if (!trouble.isFinal) plan(AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]);
    tries += 1;
  }

  function body(withWords) {
    const sent = new FormData();
    turn = Math.max(turn + 1, Date.now());
    for (const name of ["csrf", "brand", "version", "copy"]) sent.set(name, form.elements[name]?.value ?? "");
    sent.set("turn", String(turn));
    if (isHeld) sent.set("held", "yes");
    if (withWords) for (const [name, value] of fields()) sent.append(name, value);
    return sent;
  }

  async function post(path, withWords) {
    const response = await fetch(path, {
      method: "POST",
      body: body(withWords),
      headers: { "HX-Request": "true" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return response.json();
    throw await refusal(response);
  }

  // A page that is left while its words are on their way: the beacon arrives after the page is gone.
  function leave() {
    if (isSent || !address) return;
    if (typed > kept || hasWords) remember({ copy: form.elements.copy.value, version: version(), fields: fields() });
    const words = typed > kept;
    if (!navigator.sendBeacon(`${address}/leave`, body(words)) && words) navigator.sendBeacon(`${address}/leave`, body(false));
  }

  async function offer() {
    const place = document.querySelector("[data-device]");
    const shown = JSON.stringify(fields());
    for (const words of await device.left()) {
      if (JSON.stringify(words.fields) === shown) device.drop(words.window);
      else if (words.window !== form.elements.copy.value) place.append(note(words));
    }
    place.hidden = !place.children.length;
  }

  function note(words) {
    const made = document.querySelector("[data-device-note]").content.cloneNode(true).firstElementChild;
    const moment = new Date(words.at);
    made.querySelector("time").dateTime = moment.toISOString();
    made.querySelector("time").textContent = moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    made.querySelector("[data-take]").addEventListener("click", () => take(words));
    made.querySelector("[data-forget]").addEventListener("click", (event) => {
      if (event.defaultPrevented) return;
      device.drop(words.window);
      made.remove();
    });
    return made;
  }

  function take(words) {
    const sent = Object.assign(document.createElement("form"), { method: "post", action: `${address || "/posts"}/take`, hidden: true });
    const own = ["csrf", "brand"].map((name) => [name, form.elements[name].value]);
    for (const [name, value] of [...own, ["version", words.version], ...words.fields]) {
      const field = document.createElement("textarea");
      Object.assign(field, { name, value });
      sent.append(field);
    }
    document.body.append(sent);
    sent.submit();
  }

  function version() {
    return form.elements.version?.value ?? "";
  }

  function say(mood, words) {
    state.dataset.state = mood;
    state.querySelector("[data-words]").textContent = words;
    const spoken = document.querySelector("[data-saved-spoken]");
    if (mood !== "busy" && spoken.dataset.mood !== mood) spoken.textContent = words; // not with every pause
    if (mood !== "busy") spoken.dataset.mood = mood;
  }

  form.addEventListener("input", changed);
  form.addEventListener("refresh", changed); // a picture came, went or moved
  form.addEventListener("submit", () => {
    isSent = true;
    clearTimeout(waits);
    if (typed > kept) device.store(form.elements.copy.value, { fields: fields(), version: version(), isSent });
  });
  addEventListener("beforeunload", (event) => {
    if (typed > kept && !isOnDevice && !isSent) event.preventDefault();
  });
  addEventListener("online", () => { if (typed > kept) plan(0); });
  addEventListener("offline", () => { if (typed > kept) fail({ reason: "offline" }); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && typed > kept) plan(0); });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

function fields() {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_WRITTEN.has(name))
    .map(([name, value]) => [name, value.replaceAll("\r\n", "\n")]);
}

// Puts words back into the fields; false where pictures came or went, which only the server can draw.
function refill(words) {
  const pictures = (pairs) => JSON.stringify(pairs.filter(([name]) => name === "media_id" || name.startsWith("crop_")));
  if (pictures(words) !== pictures(fields()) || JSON.stringify(words) === JSON.stringify(fields())) return false;
  const alts = words.filter(([name]) => name === "alt").map(([, value]) => value);
  form.querySelectorAll("[name=alt]").forEach((field, place) => { field.value = alts[place]; });
  const channels = new Set(words.filter(([name]) => name === "channel").map(([, value]) => value));
  for (const box of form.querySelectorAll("[name=channel]")) box.checked = channels.has(box.value);
  for (const [name, value] of words) {
    const field = form.elements[name];
    if (field instanceof Element && !["alt", "media_id", "channel"].includes(name)) field.value = value;
  }
  return true;
}

async function refusal(response) {
  if (response.status === 401) return { reason: "you are signed out", isFinal: true };
  if (response.status >= 500) return { reason: "the server is in trouble" };
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const said = page.querySelector("[data-reason]")?.textContent.trim().replace(/\.$/, "");
  return { reason: said ?? "it was refused", isFinal: true };
}

// Fragments of our own server, escaped there. What is the same stays, with the focus in it.
function show(where, html) {
  const place = document.querySelector(where);
  if (place.dataset.shown === html) return;
  place.dataset.shown = html;
  place.innerHTML = html;
}

// A reload may be answered before the words that it interrupted are stored: the same window brings them along.
function remember(words) {
  try {
    sessionStorage.setItem(`left:${location.pathname}`, JSON.stringify({ ...words, at: Date.now() }));
  } catch { /* then the page shows what the server has */ }
}

function recall() {
  const key = `left:${location.pathname}`;
  try {
    const words = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.removeItem(key);
    const isFresh = words && Date.now() - words.at < SOON_MS && words.version === form.elements.version?.value;
    return isFresh && !form.hasAttribute("data-changed") ? words : null;
  } catch {
    return null;
  }
}
