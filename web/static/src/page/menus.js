// <details data-menu>: closes on a click elsewhere and on Escape, arrows walk its entries, and the
// list opens to the other side where it would leave the page.

const ENTRIES = "a[href], button:not([disabled]), input:not([type=hidden])";

export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]") ?? openMenus()[0];
    if (!menu) return;
    if (event.key === "Escape") close(menu);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(menu, event);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.("details[data-menu][open]")) keepInside(event.target);
    },
    true,
  );
  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}

function keepInside(menu) {
  const list = menu.querySelector(".menu-list");
  if (!list) return;
  list.classList.remove("menu-list-other");
  const frame = (menu.closest("main") ?? document.body).getBoundingClientRect();
  const outside = () => {
    const shown = list.getBoundingClientRect();
    return Math.max(frame.left - shown.left, shown.right - frame.right, 0);
  };
  const before = outside();
  if (before === 0) return;
  list.classList.add("menu-list-other");
  if (outside() >= before) list.classList.remove("menu-list-other");
}

function openMenus() {
  return [...document.querySelectorAll("details[data-menu][open]")];
}

function close(menu) {
  menu.open = false;
  menu.querySelector("summary").focus();
}

function walk(menu, event) {
  const entries = [...menu.querySelectorAll(ENTRIES)];
  if (entries.length === 0) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  const here = entries.indexOf(document.activeElement);
  const next = here < 0 && step < 0 ? entries.length - 1 : here + step;
  entries[(next + entries.length) % entries.length].focus();
}
