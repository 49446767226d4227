// <details data-menu> lies over the page while it is open: Escape folds it, and so does a press elsewhere.

const unfolded = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of unfolded()) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});

document.addEventListener("click", (event) => {
  for (const menu of unfolded()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
