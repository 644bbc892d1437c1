// Single keys and sequences: data-key="r" on a link, button or field is pressed, opened or focused
// by that key. data-key="g i" is a sequence. Ctrl-K, "/" and "?" are always there.

import { openHelp, SINGLE_KEYS } from "./help.js";
import { isTyping, keyOf, Sequence } from "./keys.js";
import { openPalette } from "./palette.js";
import { read } from "./store.js";


export function startKeyboard() {
  const sequence = new Sequence();
  document.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (!listens(event)) return;
    const used = sequence.add(key, event.timeStamp).some((typed) => press(typed));
    if (!used) return;
    sequence.clear();
    event.preventDefault();
  });
}

function listens(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.isComposing || isTyping(event.target)) return false;
  if (document.querySelector("dialog[open]")) return false;
  return read(SINGLE_KEYS) !== "off";
}

function press(typed) {
  if (typed === "/") return focusSearch();
  if (typed === "?") return openHelp();
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(typed)}"]`)].find(reachable);
  if (!target) return false;
  if (isTyping(target)) target.focus();
  else target.click();
  return true;
}

function focusSearch() {
  const field = document.querySelector("[data-search]");
  if (!field || !reachable(field)) {
    openPalette();
    return true;
  }
  field.focus();
  field.select();
  return true;
}

/** What stands in a closed menu may still be pressed by its key; what is hidden or off may not. */
function reachable(element) {
  if (element.disabled || element.closest("[hidden]")) return false;
  return element.offsetParent !== null || element.closest("details[data-menu]") !== null;
}
