// Light, dark, or as the system says. first-paint.js applies the choice before the first paint.

import { read, write } from "./store.js";

const KEY = "cadastre.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function startTheme() {
  showChoice();
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    write(KEY, button.dataset.themeChoice);
    apply();
    showChoice();
  });
}

function apply() {
  const choice = read(KEY) ?? "auto";
  const dark = choice === "dark" || (choice === "auto" && system.matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("theme-change"));
}

function showChoice() {
  const choice = read(KEY) ?? "auto";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}
