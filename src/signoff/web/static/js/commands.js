// What can be done on the page that is open, for the palette: <button data-command="Approve and seal this post">.

const matches = (words, asked) => asked.every((each) => words.some((word) => word.startsWith(each)));

function option(element, place) {
  const line = Object.assign(document.createElement("a"), { className: "found", id: `here-${place}`, href: "#main", tabIndex: -1 });
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  line.append(Object.assign(document.createElement("span"), { className: "clip", textContent: element.dataset.command }));
  if (element.dataset.key) line.append(Object.assign(document.createElement("kbd"), { textContent: element.dataset.key.toUpperCase() }));
  line.addEventListener("click", (event) => {
    event.preventDefault();
    element.click();
  });
  return line;
}

// Gives the group of commands whose words begin with what was typed; null if there are none.
export function commands(typed) {
  const asked = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...document.querySelectorAll("[data-command]")].filter(
    (each) => each.checkVisibility() && matches(each.dataset.command.toLowerCase().split(/\s+/), asked),
  );
  if (!found.length) return null;
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", "found-here");
  group.append(Object.assign(document.createElement("div"), { className: "found-h", id: "found-here", textContent: "On this page" }));
  group.append(...found.map(option));
  return group;
}
