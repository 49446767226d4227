// A form is sent once: the button that was pressed shows that it works and takes no second press.
// <button data-copy="#id"> copies the value of a field.

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  button?.classList.add("busy");
  button?.setAttribute("aria-busy", "true");
});

// <form data-autosend> is sent as soon as something else is chosen; its button is for browsers without scripts.
const hideButtons = () => {
  for (const button of document.querySelectorAll("[data-autosend-button]")) button.hidden = true;
};
document.addEventListener("htmx:after:swap", hideButtons);
hideButtons();
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosend]");
  if (form) form.requestSubmit();
});

// The browser's back button shows the page as it was left: let its forms be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector(".busy")?.classList.remove("busy");
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// A button that can't be used stays reachable and says why; pressing it does nothing.
document.addEventListener("click", (event) => {
  if (event.target.closest("[aria-disabled='true']")) event.preventDefault();
}, true);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  await navigator.clipboard?.writeText(field.value).catch(() => document.execCommand("copy"));
  button.querySelector("[data-said]").textContent = "Copied";
});

// <button data-ask="Really?"> asks once: the first press changes its words, the second one counts.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (!button || button.dataset.asked) return;
  event.preventDefault();
  button.dataset.asked = "yes";
  button.querySelector("span").textContent = button.dataset.ask;
  button.setAttribute("aria-live", "assertive");
}, true);

// <button data-print> prints the page; print.css unfolds what is folded.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
