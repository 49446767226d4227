// Pictures in the editor: uploaded at once, with their progress.

const form = document.querySelector("[data-editor]");

if (form) {
  const list = form.querySelector("[data-media-list]");
  const input = form.querySelector("[data-upload]");
  const progress = form.querySelector("[data-uploading]");
  const trouble = form.querySelector("[data-upload-error]");
  const moved = form.querySelector("[data-media-moved]");
  const changed = () => form.dispatchEvent(new Event("refresh"));

  const send = (file) => new Promise((resolve, reject) => {
    const body = new FormData();
    body.set("csrf", form.elements.csrf.value);
    body.set("brand", form.elements.brand.value);
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
    const button = event.target.closest("[data-media-up], [data-media-down], [data-media-remove]");
    if (!button) return;
    event.preventDefault();
    if (button.matches("[data-media-remove]")) block.remove();
    else if (!place(block, button.matches("[data-media-up]") ? block.previousElementSibling : block.nextElementSibling)) return;
    button.focus();
    changed();
  });

  // Puts a picture where its neighbour is; false at the end of the row.
  const place = (block, neighbour) => {
    if (!neighbour) return false;
    const isBefore = block.compareDocumentPosition(neighbour) & Node.DOCUMENT_POSITION_PRECEDING;
    neighbour.insertAdjacentElement(isBefore ? "beforebegin" : "afterend", block);
    const order = [...list.children];
    moved.textContent = `Picture ${order.indexOf(block) + 1} of ${order.length}`;
    return true;
  };

  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-media-grip]");
    if (!grip) return;
    event.preventDefault();
    const block = grip.closest("[data-media]");
    const over = (at) => {
      const target = document.elementFromPoint(at.clientX, at.clientY)?.closest("[data-media]");
      if (target && target !== block && target.parentElement === list && place(block, target)) changed();
    };
    const end = () => {
      block.classList.remove("dragged");
      removeEventListener("pointermove", over);
    };
    block.classList.add("dragged");
    addEventListener("pointermove", over);
    addEventListener("pointerup", end, { once: true });
    addEventListener("pointercancel", end, { once: true });
  });
}
