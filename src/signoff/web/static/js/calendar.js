// Moving what stands in the calendar: dragging, Alt and the arrow keys, or M for a dialog. The server decides; until it
// has answered the chip stays where it was, faint. What is dragged lives outside of the part that live updates replace.
import { toast } from "./toasts.js";

const STARTS_AT_PX = 5;
const ASKS_AFTER_MS = 120;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const MORNING = "09:00";

const page = document.querySelector("[data-cal]");
let drag = null;

function label(slot, chip) {
  const day = slot.dataset.label ?? slot.dataset.slot;
  return `${day}, ${timeIn(slot, chip)}`;
}

function timeIn(slot, chip) {
  const time = chip.dataset.time || MORNING;
  return slot.dataset.hour ? `${slot.dataset.hour}:${chip.dataset.time ? time.slice(3) : "00"}` : time;
}

async function post(fields) {
  const body = new URLSearchParams({ csrf: page.dataset.csrf, zone: page.dataset.zone });
  for (const [name, value] of fields) body.append(name, value);
  const response = await fetch("/calendar/move", { method: "POST", body });
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error([told.detail ?? "It could not be moved.", told.next_step].filter(Boolean).join(" "));
  return told;
}

function what(chip) {
  const ids = chip.dataset.ids.split(" ");
  if (chip.dataset.drag === "deliveries") return ids.map((id) => ["delivery", id]);
  return [["post", ids[0]], ["version", chip.dataset.version]];
}

async function moveTo(chip, slot) {
  const local = `${slot.dataset.slot}T${timeIn(slot, chip)}`;
  if (chip.dataset.drag === "schedule") {
    schedule(chip, local);
    return;
  }
  const fields = what(chip);
  chip.classList.add("waits");
  try {
    const told = await post([...fields, ["to_local", local]]);
    said(told, fields, [["to_local", local]], timeIn(slot, chip));
    refresh(chip.id);
  } catch (problem) {
    chip.classList.remove("waits");
    toast(problem.message, { isBad: true });
  }
}

// Says what became of a move. Where a rule moved it on, there are two ways: back, or there all the same.
function said(told, fields, to, time) {
  const actions = [{ word: "Undo", run: () => takeBack(fields, told) }];
  if (told.shifted) actions.push({ word: `Keep ${time}`, run: () => keep(fields, to, told) });
  toast(told.said, { actions });
}

async function keep(fields, to, before) {
  try {
    const told = await post([...fields, ...to, ["keep", "yes"]]);
    toast(told.said, { actions: [{ word: "Undo", run: () => takeBack(fields, before) }] });
    refresh();
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
}

async function takeBack(fields, { back, kept }) {
  try {
    const version = fields.find(([name]) => name === "version");
    if (version) version[1] = String(Number(version[1]) + 1);
    toast((await post([...fields, ["to", back], ["keep", kept ? "yes" : ""]])).said);
    refresh();
  } catch (problem) {
    toast(problem.message, { isBad: true });
  }
}

function refresh(focused) {
  document.body.dispatchEvent(new Event("calendar-moved"));
  if (focused) addEventListener("htmx:after:swap", () => document.getElementById(focused)?.focus(), { once: true });
}

// An approved post gets its channels and its time in the dialog that also schedules elsewhere.
function schedule(chip, local) {
  const link = document.createElement("a");
  link.href = `/posts/${chip.dataset.ids}/schedule?at=${encodeURIComponent(local)}&zone=${encodeURIComponent(page.dataset.zone)}`;
  link.dataset.dialog = "";
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

function lift(event) {
  drag.ghost = drag.chip.cloneNode(true);
  drag.ghost.removeAttribute("id");
  drag.ghost.classList.add("ghost-ev");
  drag.tip = Object.assign(document.createElement("div"), { className: "tip" });
  document.body.append(drag.ghost, drag.tip);
  drag.chip.classList.add("lift");
  drag.chip.setPointerCapture?.(event.pointerId);
}

function follow(event) {
  drag.ghost.style.translate = `${event.clientX - 24}px ${event.clientY - 14}px`;
  const above = event.clientY > innerHeight - 90;
  drag.tip.style.translate = `${Math.min(event.clientX + 14, innerWidth - 230)}px ${event.clientY + (above ? -70 : 30)}px`;
  for (const each of document.querySelectorAll(".drop")) each.classList.remove("drop");
  const slot = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-slot]");
  slot?.classList.add("drop");
  if (slot === drag.slot && drag.tip.firstChild) return;
  drag.slot = slot;
  tell(slot ? neighbours(slot) : "Only today and later");
  clearTimeout(drag.timer);
  if (slot) drag.timer = setTimeout(() => check(drag, slot), ASKS_AFTER_MS);
}

function tell(text, warns = false) {
  const note = Object.assign(document.createElement("small"), { textContent: text });
  drag.tip.classList.toggle("warns", warns);
  drag.tip.replaceChildren(drag.slot ? label(drag.slot, drag.chip) : "Not here", note);
}

// Asks what the rules of the cadence make of the place that is pointed at.
async function check(lifted, slot) {
  const to = `${slot.dataset.slot}T${timeIn(slot, lifted.chip)}`;
  const asked = new URLSearchParams({ zone: page.dataset.zone, to_local: to });
  for (const [name, value] of what(lifted.chip)) if (name !== "version") asked.append(name, value);
  try {
    const response = await fetch(`/calendar/check?${asked}`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) return;
    const told = await response.json();
    if (drag === lifted && drag.slot === slot) tell(told.said, !told.is_clear);
  } catch {
    // The answer to the drop says it as well.
  }
}

// What the tip warns of: the same channel's other posts in that place.
function neighbours(slot) {
  const hue = [...drag.chip.classList].find((name) => name.startsWith("c-"));
  const others = [...slot.querySelectorAll(".ev")].filter((each) => each !== drag.chip && hue && each.classList.contains(hue));
  return others.length ? `${others.length} more on this channel` : "Nothing else on this channel";
}

function end(isMeant) {
  if (!drag) return;
  const { chip, slot, ghost, tip, timer } = drag;
  drag = null;
  clearTimeout(timer);
  ghost?.remove();
  tip?.remove();
  chip.classList.remove("lift");
  for (const each of document.querySelectorAll(".drop")) each.classList.remove("drop");
  if (ghost && isMeant && slot && slot !== chip.closest("[data-slot]")) moveTo(chip, slot);
}

if (page) {
  page.addEventListener("pointerdown", (event) => {
    const chip = event.target.closest("[data-drag]");
    if (chip && event.button === 0 && event.pointerType !== "touch") drag = { chip, x: event.clientX, y: event.clientY };
  });
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < STARTS_AT_PX) return;
      lift(event);
      // A link that was dragged isn't followed as well.
      drag.chip.addEventListener("click", (click) => click.preventDefault(), { once: true });
    }
    follow(event);
  });
  addEventListener("pointerup", () => end(true));
  addEventListener("pointercancel", () => end(false));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") end(false);
  });
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-settle]");
    if (button) settle(button);
  });
  page.addEventListener("keydown", (event) => {
    const chip = event.target.closest("[data-drag]");
    if (!chip) return;
    if (event.altKey && STEPS[event.key]) {
      event.preventDefault();
      step(chip, STEPS[event.key]);
    } else if (event.key.toLowerCase() === "m" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      ask(chip);
    }
  });
  const busy = page.querySelector(".week .ev") ?? page.querySelector(".slot[data-slot]");
  busy?.scrollIntoView({ block: "center" });
}

// What is proposed beside the calendar: the next moment that keeps the rules, or this one all the same.
async function settle(button) {
  const fields = button.dataset.settle.split(" ").map((id) => ["delivery", id]);
  button.classList.add("busy");
  try {
    const told = await post([...fields, ["to", button.dataset.to], ["keep", button.dataset.keep ?? ""]]);
    toast(told.said, { actions: [{ word: "Undo", run: () => takeBack(fields, told) }] });
    refresh();
  } catch (problem) {
    button.classList.remove("busy");
    toast(problem.message, { isBad: true });
  }
}

function step(chip, days) {
  const here = chip.closest("[data-slot]");
  const slots = [...page.querySelectorAll("[data-slot]")];
  const row = here?.dataset.hour ? { "-7": -7, 7: 7, "-1": -1, 1: 1 }[days] : days;
  const slot = slots[slots.indexOf(here) + row];
  if (here && slot) moveTo(chip, slot);
  else toast("That is outside of this view, or past.", { isBad: true });
}

function ask(chip) {
  if (chip.dataset.drag === "schedule") {
    schedule(chip, "");
    return;
  }
  const isOne = chip.dataset.drag === "deliveries" && !chip.dataset.ids.includes(" ");
  if (!isOne) {
    location.href = chip.href;
    return;
  }
  const link = Object.assign(document.createElement("a"), { href: `/deliveries/${chip.dataset.ids}/reschedule`, hidden: true });
  link.dataset.dialog = "";
  document.body.append(link);
  link.click();
  link.remove();
}

// On a phone a month is a list: what is first in sight is today, or what comes next.
const ahead = page?.querySelector(".day:is(.today, .today ~ .day):not(.empty)");
const days = page?.querySelector(".calwrap");
if (ahead && getComputedStyle(ahead.parentElement).display === "block") days.scrollTop = ahead.offsetTop - days.offsetTop;

// A week begins at night; what is first in sight is the morning, or what stands before it.
const hours = page?.querySelector("[data-hours]");
const first = hours?.querySelector(".slot:has(.ev)");
const morning = hours?.querySelectorAll(".hr")[7];
if (hours && morning) hours.scrollTop = Math.min(morning.offsetTop, first?.offsetTop ?? morning.offsetTop) - 8;
