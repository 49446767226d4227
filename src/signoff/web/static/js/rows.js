// A list of rows: j and k walk over the links <a data-row>, x ticks the row that has the focus. What is ticked stays so
// when the list refreshes itself.

const picked = new Set();

const boxes = () => [...document.querySelectorAll("[data-pick]")];

function tell() {
  const count = boxes().filter((box) => box.checked).length;
  const all = document.querySelector("[data-pick-all]");
  const said = document.querySelector("[data-picked]");
  if (said) said.textContent = `${count} chosen`;
  if (!all) return;
  all.checked = count > 0 && count === boxes().length;
  all.indeterminate = count > 0 && !all.checked;
}

function note(box) {
  if (box.checked) picked.add(box.value);
  else picked.delete(box.value);
}

function upgrade() {
  for (const each of document.querySelectorAll("[data-pick-all], [data-unpick]")) each.hidden = false;
  for (const box of boxes()) box.checked = picked.has(box.value);
  tell();
}

function set(isChecked) {
  for (const box of boxes()) {
    box.checked = isChecked;
    note(box);
  }
  tell();
}

// Moves the focus by so many rows; tells whether there are rows at all.
export function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.closest("tr")?.contains(document.activeElement));
  const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

export function tick() {
  const box = document.activeElement?.closest("tr")?.querySelector("[data-pick]");
  box?.click();
  return Boolean(box);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) set(event.target.checked);
  if (!event.target.matches("[data-pick]")) return;
  note(event.target);
  tell();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-unpick]")) set(false);
});

document.addEventListener("htmx:after:swap", upgrade);
addEventListener("pageshow", () => {
  for (const box of boxes()) note(box); // the browser may bring back what was ticked
  upgrade();
});
