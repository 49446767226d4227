// Where in the window the text cursor of a text field is: a copy of the field, with a mark in its place, is measured.

const SAME = [
  "boxSizing", "width", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft", "borderTopWidth", "borderRightWidth",
  "borderBottomWidth", "borderLeftWidth", "fontFamily", "fontSize", "fontWeight", "lineHeight", "letterSpacing", "tabSize",
];

export function caretPlace(area, at) {
  const copy = document.createElement("div");
  const style = getComputedStyle(area);
  for (const name of SAME) copy.style[name] = style[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word", borderStyle: "solid" });
  const mark = Object.assign(document.createElement("span"), { textContent: "/" });
  copy.append(area.value.slice(0, at), mark);
  document.body.append(copy);
  const box = area.getBoundingClientRect();
  const place = { left: box.left + mark.offsetLeft, top: box.top + mark.offsetTop - area.scrollTop, height: mark.offsetHeight };
  copy.remove();
  return place;
}
