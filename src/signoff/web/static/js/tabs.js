// <div data-tabs> holds <button data-tab="x"> or <a data-tab="x" href="#…">; whatever has data-pane="x", or x among
// others, belongs to it. With data-tabs="kept" the same tab is chosen when the page is loaded anew.
// Without this script all panes are shown one below the other, and links lead down to them.

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

const chosen = new Map(); // by list: an update of the page keeps the tab that was chosen

const tabsOf = (list) => [...list.querySelectorAll("[data-tab]:not([hidden])")];
const keyOf = (list) => `tab:${location.pathname}:${list.id}`;

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

function recalled(list) {
  if (chosen.has(list.id) || list.dataset.tabs !== "kept") return chosen.get(list.id);
  try {
    return sessionStorage.getItem(keyOf(list));
  } catch {
    return null;
  }
}

// What a person chose; what the page chooses by itself isn't kept.
function pick(list, tab, isFocused) {
  choose(list, tab, isFocused);
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (list.dataset.tabs !== "kept") return;
  try {
    sessionStorage.setItem(keyOf(list), tab.dataset.tab);
  } catch { /* then the first tab is chosen */ }
}

export function upgrade(root) {
  for (const pane of root.querySelectorAll("[data-later]")) pane.removeAttribute("data-later");
  for (const list of root.querySelectorAll("[data-tabs]")) {
    const tabs = tabsOf(list);
    list.setAttribute("role", "tablist");
    for (const tab of list.querySelectorAll("[data-tab]")) {
      tab.setAttribute("role", "tab");
      document.getElementById(tab.getAttribute("aria-controls"))?.setAttribute("role", "tabpanel");
    }
    const kept = tabs.find((tab) => tab.dataset.tab === recalled(list));
    if (tabs.length) choose(list, kept ?? tabs[0], false);
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (!tab) return;
  event.preventDefault();
  pick(tab.closest("[data-tabs]"), tab, false);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[data-tab]");
  const step = STEPS[event.key];
  if (!tab || !step) return;
  const list = tab.closest("[data-tabs]");
  const tabs = tabsOf(list);
  const next = tabs.indexOf(tab) + step;
  event.preventDefault();
  pick(list, Number.isFinite(step) ? tabs[(next + tabs.length) % tabs.length] : tabs.at(step < 0 ? 0 : -1), true);
});

document.addEventListener("htmx:after:swap", () => upgrade(document));
upgrade(document);
