// <button data-copy="text"> puts text on the clipboard; data-copy-from="#id" takes an element's.

import { say } from "./strings.js";
import { toast } from "./toasts.js";

export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
    const copied = await copy(source ? source.textContent.trim() : (button.dataset.copy ?? ""));
    toast(say(copied ? "copied" : "copyFailed"), copied ? "good" : "bad");
  });
}

async function copy(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused: try the old way.
    }
  }
  // Plain HTTP beyond localhost has no clipboard object.
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
