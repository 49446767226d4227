// Where a row of links is wider than the screen, the one that leads here is brought into sight.
for (const row of document.querySelectorAll(".subnav, nav.tabs, nav.seg")) {
  const here = row.querySelector("[aria-current]");
  if (!here || row.scrollWidth <= row.clientWidth) continue;
  const beside = (row.clientWidth - here.offsetWidth) / 2;
  row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - beside;
}
