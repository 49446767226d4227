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

document.addEventListener("htmx:after:swap", look);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-tab]")) requestAnimationFrame(look);
});
look();
