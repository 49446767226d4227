// Notes that what was said to the viewer is on the screen: once for each page, and again when more is said.

function tell(section) {
  const isShown = section.checkVisibility?.() ?? true;
  if (!isShown || !section.dataset.unseen) return;
  delete section.dataset.unseen;
  const body = new URLSearchParams({ csrf: section.querySelector("[name=csrf]")?.value ?? "" });
  fetch(`${section.dataset.path}/seen`, { method: "POST", body, signal: AbortSignal.timeout(10_000) }).catch(() => {});
}

function look() {
  for (const section of document.querySelectorAll(".discussion[data-path]")) tell(section);
}

// What somebody types outlives an update of the page; once it is among what was said, its field is empty again.
let sent = null;

document.addEventListener("submit", ({ target }) => {
  const field = target.closest("#discussion form")?.querySelector("textarea");
  if (field) sent = { id: field.id, text: field.value.trim() };
});

function empty() {
  const isSaid = sent && [...document.querySelectorAll("#discussion .written")].some((each) => each.textContent.trim() === sent.text);
  if (!isSaid) return;
  const field = document.getElementById(sent.id);
  if (field?.value.trim() === sent.text) {
    field.form.reset();
    field.closest("details")?.removeAttribute("open");
  }
  sent = null;
}

document.addEventListener("htmx:after:swap", look);
document.addEventListener("htmx:after:swap", empty);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-tab]")) requestAnimationFrame(look);
});
look();
