// Lists: j and k move from row to row by moving the focus to the row's link, so Enter opens it and
// a screen reader follows; x ticks the row; a click anywhere in a row opens it too.

import { isTyping, keyOf } from "./keys.js";
import { SINGLE_KEYS } from "./help.js";
import { read } from "./store.js";

export function startRows() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  // What a refused form left ticked, or the browser itself when one comes back.
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach(tellHowMany));
}

function onKey(event) {
  const key = keyOf(event);
  if (!["j", "k", "x"].includes(key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (read(SINGLE_KEYS) === "off") return;
  const done = key === "x" ? tick(currentRow()) : move(key === "j" ? 1 : -1);
  if (done) event.preventDefault();
}

function currentRow() {
  return document.activeElement?.closest("[data-keyboard-list] > tr, [data-keyboard-list] > li") ?? null;
}

function move(step) {
  const row = currentRow();
  const list = row?.parentElement ?? document.querySelector("[data-keyboard-list]");
  if (!list) return false;
  const rows = [...list.children].filter((child) => linkOf(child));
  const here = rows.indexOf(row);
  const next = rows[row ? here + step : step > 0 ? 0 : rows.length - 1];
  if (!next) return Boolean(row);
  linkOf(next).focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function linkOf(row) {
  return row.querySelector("[data-row-link], a[href]");
}

function tick(row) {
  const box = row?.querySelector("input[type=checkbox]");
  if (!box) return false;
  box.click();
  return true;
}

/** Rows open on a click beside their link, but never when text was selected or a control hit. */
function onClick(event) {
  const row = event.target.closest?.("[data-keyboard-list] > tr");
  if (!row || event.target.closest("a, button, input, label, select, summary, textarea")) return;
  if (String(getSelection())) return;
  const link = row.querySelector("[data-row-link]");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
  else link.click();
}

function onChange(event) {
  const { target } = event;
  if (target.matches?.("[data-select-all]")) {
    for (const box of boxesOf(target.closest("table"))) box.checked = target.checked;
  } else if (!target.matches?.("input[name=selected]")) return;
  tellHowMany(target.form);
}

function boxesOf(root) {
  return root.querySelectorAll("tbody input[name=selected]");
}

/** Say beside what can be done to the ticked rows how many they are. */
function tellHowMany(form) {
  const told = form?.querySelector("[data-selected-count]");
  if (!told) return;
  const number = [...boxesOf(form)].filter((box) => box.checked).length;
  told.value = number ? String(number) : "";
}
