// <a href="/…" data-dialog> leads to a page with one form; here it opens in a dialog over the present page instead.
// <button data-open="id"> opens a dialog that is part of the page, <button data-close> closes the one it is in.

const host = document.getElementById("dialog");

async function open(link) {
  const response = await fetch(link.href, { headers: { "HX-Request": "true" } });
  if (!response.ok || response.redirected) {
    location.href = link.href;
    return;
  }
  host.innerHTML = await response.text(); // our own answer, escaped by the server; scripts in it don't run
  window.htmx.process(host);
  host.showModal();
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a[data-dialog]");
  if (link && host) {
    event.preventDefault();
    open(link).catch(() => { location.href = link.href; });
    return;
  }
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.open)?.showModal();
    return;
  }
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog[open]");
  if (dialog) {
    event.preventDefault(); // without a dialog around it, it is a link back
    dialog.close();
  }
});

host?.addEventListener("close", () => host.replaceChildren());
