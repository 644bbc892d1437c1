// Ctrl-K: go to anything, do anything. The server finds things (htmx fills #palette-found), this
// module adds what the page itself offers: navigation and everything with data-command or data-key.

import { say } from "./strings.js";

const COMMANDS_SHOWN = 8;

export function startPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("[name=q]");
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-palette-open]")) openPalette();
    else if (event.target === dialog) dialog.close();
  });
  input.addEventListener("input", () => {
    dropStale(dialog, input.value);
    showCommands(dialog, input.value);
    choose(dialog, input, 0);
  });
  input.addEventListener("keydown", (event) => drive(dialog, input, event));
  dialog.addEventListener("htmx:beforeSwap", (event) => {
    const asked = event.detail.requestConfig?.parameters?.q;
    // An answer to other words comes too late: the next one is under way.
    if (asked !== undefined && asked !== input.value) event.detail.shouldSwap = false;
    // The row pointed to goes with the old results.
    else input.removeAttribute("aria-activedescendant");
  });
  dialog.addEventListener("htmx:afterSwap", () => {
    choose(dialog, input, 0);
    showNothing(dialog);
  });
}

export function openPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return false;
  const input = dialog.querySelector("[name=q]");
  if (!dialog.open) dialog.showModal();
  input.select();
  showCommands(dialog, input.value);
  choose(dialog, input, 0);
  // What one worked with last, before a letter is typed.
  input.dispatchEvent(new CustomEvent("palette-open"));
  return true;
}

/** Keep the labels that hold every word of `text`; those that start with it come first. */
export function matching(labels, text) {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = labels
    .map((label, position) => ({ position, folded: label.toLocaleLowerCase() }))
    .filter(({ folded }) => words.every((word) => folded.includes(word)));
  const rank = ({ folded }) => (words.length && folded.startsWith(words[0]) ? 0 : 1);
  return fits.sort((a, b) => rank(a) - rank(b) || a.position - b.position).map(({ position }) => position);
}

/** Enter must not open what was found for other words, while the answer to these is under way. */
function dropStale(dialog, text) {
  dialog.querySelector("#palette-rest").replaceChildren();
  const found = dialog.querySelector("#palette-found");
  const rows = [...found.querySelectorAll("[role=option]")];
  const kept = new Set(matching(rows.map((row) => row.textContent), text));
  rows.forEach((row, position) => kept.has(position) || row.remove());
  for (const box of found.querySelectorAll("[role=group]")) {
    if (!box.querySelector("[role=option]")) box.remove();
  }
}

function showCommands(dialog, text) {
  const place = dialog.querySelector("#palette-commands");
  const offered = [...document.querySelectorAll("[data-command], [data-key]")].filter((element) => !element.disabled);
  const labels = offered.map((element) => labelOf(element));
  const rows = matching(labels, text)
    .slice(0, COMMANDS_SHOWN)
    .map((position) => commandRow(dialog, offered[position], labels[position]));
  place.replaceChildren(...(rows.length ? [group(rows)] : []));
}

function showNothing(dialog) {
  const none = rowsOf(dialog).length === 0;
  dialog.querySelector("#palette-nothing").textContent = none ? say("noMatches") : "";
}

function labelOf(element) {
  const label = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent;
  return label.trim().replace(/\s+/g, " ");
}

function group(rows) {
  const box = document.createElement("div");
  box.className = "palette-group";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", say("onThisPage"));
  const title = document.createElement("div");
  title.className = "palette-title";
  title.setAttribute("aria-hidden", "true");
  title.textContent = say("onThisPage");
  box.append(title, ...rows);
  return box;
}

function commandRow(dialog, element, label) {
  const row = document.createElement("a");
  row.className = "palette-row";
  row.setAttribute("role", "option");
  row.tabIndex = -1;
  row.href = element.href ?? "#";
  row.append(label);
  for (const key of (element.dataset.key ?? "").split(" ").filter(Boolean)) {
    const cap = document.createElement("kbd");
    cap.textContent = key.toUpperCase();
    row.append(" ", cap);
  }
  row.addEventListener("click", (event) => {
    if (element.href) return;
    event.preventDefault();
    dialog.close();
    if (element.matches("input, textarea, select")) element.focus();
    else element.click();
  });
  return row;
}

function drive(dialog, input, event) {
  const rows = rowsOf(dialog);
  const here = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(dialog, input, here + 1);
  else if (event.key === "ArrowUp") choose(dialog, input, here - 1);
  else if (event.key === "Enter") rows[Math.max(here, 0)]?.click();
  else return;
  event.preventDefault();
}

function rowsOf(dialog) {
  return [...dialog.querySelectorAll("[role=option]")];
}

function choose(dialog, input, position) {
  const rows = rowsOf(dialog);
  input.removeAttribute("aria-activedescendant");
  if (rows.length === 0) return;
  const chosen = rows[(position + rows.length) % rows.length];
  for (const row of rows) {
    row.removeAttribute("id");
    row.setAttribute("aria-selected", String(row === chosen));
  }
  chosen.id = "palette-chosen";
  input.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}
