// What was done is said for ten seconds, longer while somebody points at it or has the focus in it.

const LASTS_MS = 10_000;

const host = document.querySelector("[data-toasts]");

function expire(element) {
  const leave = () => (element.matches(":hover, :focus-within") ? setTimeout(leave, LASTS_MS) : element.remove());
  setTimeout(leave, LASTS_MS);
}

// Says something; `actions` are buttons: {word, run}. What went wrong (`isBad`) is said at once to screen readers, too.
export function toast(text, { actions = [], isBad = false } = {}) {
  if (!host) return;
  const said = Object.assign(document.createElement("div"), { className: isBad ? "toast bad" : "toast" });
  said.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (isBad) said.setAttribute("role", "alert");
  for (const { word, run } of actions) {
    const button = Object.assign(document.createElement("button"), { className: "btn sm", type: "button", textContent: word });
    button.addEventListener("click", () => { said.remove(); run(); });
    said.append(button);
  }
  host.replaceChildren(said);
  expire(said);
}

// Takes over what a page that was brought has to say.
export function adopt(fresh) {
  if (!host || !fresh?.childElementCount) return;
  host.replaceChildren(...fresh.children);
  for (const each of host.children) expire(each);
}

for (const each of document.querySelectorAll("[data-toast]")) expire(each);
