// What was done is said for ten seconds, longer while somebody points at it or has the focus in it.

const LASTS_MS = 10_000;

for (const toast of document.querySelectorAll("[data-toast]")) {
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, LASTS_MS) : toast.remove());
  setTimeout(leave, LASTS_MS);
}
