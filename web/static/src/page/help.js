// The list of keys: the general ones are in the page, those of this page are gathered here.

import { read, write } from "./store.js";

export const SINGLE_KEYS = "cadastre.single-keys";

export function startHelp() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-help-open]")) openHelp();
  });
  const box = document.querySelector("[data-single-keys]");
  if (!box) return;
  box.checked = read(SINGLE_KEYS) !== "off";
  box.addEventListener("change", () => write(SINGLE_KEYS, box.checked ? "on" : "off"));
}

export function openHelp() {
  const dialog = document.getElementById("key-help");
  if (!dialog) return false;
  dialog.querySelector("[data-page-keys]").replaceChildren(...keysOfPage().map(row));
  dialog.showModal();
  return true;
}

function keysOfPage() {
  const seen = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    const label = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent;
    if (!seen.has(element.dataset.key)) seen.set(element.dataset.key, label.trim().replace(/\s+/g, " "));
  }
  return [...seen];
}

function row([keys, label]) {
  const line = document.createElement("div");
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key.length === 1 ? key.toUpperCase() : key;
    term.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = label;
  line.append(term, meaning);
  return line;
}
