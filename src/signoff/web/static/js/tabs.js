// <div data-tabs> holds buttons <button data-tab="x">; whatever has data-pane="x", or x among others, belongs to it.
// Without this script all panes are shown one below the other.

const chosen = new Map(); // by list: an update of the page keeps the tab that was chosen

function choose(list, tab, isFocused) {
  const scope = list.closest("[data-tabs-scope]") ?? document;
  for (const each of list.querySelectorAll("[data-tab]")) {
    const isChosen = each === tab;
    each.setAttribute("aria-selected", String(isChosen));
    each.tabIndex = isChosen ? 0 : -1;
  }
  for (const pane of scope.querySelectorAll("[data-pane]")) pane.hidden = !pane.dataset.pane.split(" ").includes(tab.dataset.tab);
  chosen.set(list.id, tab.dataset.tab);
  if (isFocused) tab.focus();
}

export function upgrade(root) {
  for (const pane of root.querySelectorAll("[data-later]")) pane.removeAttribute("data-later");
  for (const list of root.querySelectorAll("[data-tabs]")) {
    const tabs = [...list.querySelectorAll("[data-tab]")];
    list.setAttribute("role", "tablist");
    for (const tab of tabs) tab.setAttribute("role", "tab");
    const kept = tabs.find((tab) => tab.dataset.tab === chosen.get(list.id));
    if (tabs.length) choose(list, kept ?? tabs[0], false);
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) choose(tab.closest("[data-tabs]"), tab, false);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[data-tab]");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!tab || !step) return;
  const list = tab.closest("[data-tabs]");
  const tabs = [...list.querySelectorAll("[data-tab]")];
  event.preventDefault();
  choose(list, tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], true);
});

document.addEventListener("htmx:after:swap", () => upgrade(document));
upgrade(document);
