// The navigation: opened by a button on a phone, folded to its icons on a desk.

import { say } from "./strings.js";
import { forget, read, write } from "./store.js";

const KEY = "cadastre.sidebar";

export function startNavigation() {
  const toggle = document.querySelector("[data-navigation-toggle]");
  toggle?.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    toggle.setAttribute("aria-label", say(open ? "menuOpen" : "menuClosed"));
    document.documentElement.toggleAttribute("data-navigation-open", open);
  });

  const fold = document.querySelector("[data-sidebar-fold]");
  const showFold = () => fold?.setAttribute("aria-pressed", String(read(KEY) === "folded"));
  fold?.addEventListener("click", () => {
    if (read(KEY) === "folded") {
      forget(KEY);
      delete document.documentElement.dataset.sidebar;
    } else {
      write(KEY, "folded");
      document.documentElement.dataset.sidebar = "folded";
    }
    showFold();
  });
  showFold();
}
