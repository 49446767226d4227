// Pictures in the editor: uploaded at once, with their progress.

const form = document.querySelector("[data-editor]");

if (form) {
  const list = form.querySelector("[data-media-list]");
  const input = form.querySelector("[data-upload]");
  const progress = form.querySelector("[data-uploading]");
  const trouble = form.querySelector("[data-upload-error]");
  const changed = () => form.dispatchEvent(new Event("refresh"));

  const send = (file) => new Promise((resolve, reject) => {
    const body = new FormData();
    body.set("csrf", form.elements.csrf.value);
    body.set("upload", file);
    const request = new XMLHttpRequest();
    request.open("POST", "/media");
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      const done = Math.round((event.loaded / event.total) * 100);
      progress.querySelector("progress").value = done;
      progress.querySelector("[role=status]").textContent = done < 100 ? `${file.name}: ${done} %` : `${file.name}: being checked`;
    });
    request.addEventListener("load", () => (request.status < 400 ? resolve(request.responseText) : reject(request)));
    request.addEventListener("error", () => reject(request));
    request.send(body);
  });

  const say = (file, request) => {
    const page = new DOMParser().parseFromString(request.responseText ?? "", "text/html");
    const reason = page.querySelector("[data-reason]")?.textContent ?? "The connection broke off. Try again.";
    trouble.textContent = `${file.name}: ${reason}`;
    trouble.hidden = false;
  };

  input.addEventListener("change", async () => {
    trouble.hidden = true;
    const files = [...input.files];
    input.value = ""; // else the form would send them again
    for (const file of files) {
      progress.hidden = false;
      try {
        list.insertAdjacentHTML("beforeend", await send(file));
        list.lastElementChild.querySelector("textarea").focus();
        changed();
      } catch (request) {
        say(file, request);
      }
      progress.hidden = true;
    }
  });

  list.addEventListener("click", (event) => {
    const block = event.target.closest("[data-media]");
    const up = event.target.closest("[data-media-up]");
    if (!up && !event.target.closest("[data-media-remove]")) return;
    event.preventDefault();
    if (!up) block.remove();
    else if (block.previousElementSibling) list.insertBefore(block, block.previousElementSibling);
    if (up) up.focus();
    changed();
  });
}
