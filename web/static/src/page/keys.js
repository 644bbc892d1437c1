// Which key was meant, on any keyboard layout, and which sequence ("g i") is being typed.
// Pure: no document here.

const SEQUENCE_MILLISECONDS = 1200;
// On a Russian layout the key of "/" types "." (and "," with Shift); no other common layout has
// a full stop on that key.
const MARK_OF_CYRILLIC_SLASH = { ".": "/", ",": "?" };

/** Return the Latin letter or sign of a key event: "j", "/", "?", "Enter"; "" for a dead key. */
export function keyOf({ key, code }) {
  if (!key || key === "Dead" || key === "Unidentified") return "";
  if (code === "Slash" && key in MARK_OF_CYRILLIC_SLASH) return MARK_OF_CYRILLIC_SLASH[key];
  if (key.length > 1) return key;
  if (key.charCodeAt(0) < 128) return key.toLowerCase();
  // A letter of another alphabet: the place of the key says which shortcut was meant.
  return /^Key[A-Z]$/.test(code ?? "") ? code.slice(3).toLowerCase() : key;
}

/** Tell whether the person is writing, so that a single key is text and not a command. */
export function isTyping(element) {
  if (!element) return false;
  if (element.isContentEditable) return true;
  const tag = element.tagName;
  if (tag === "TEXTAREA" || tag === "SELECT") return true;
  const notText = ["checkbox", "radio", "button", "submit", "reset", "file", "range", "color"];
  return tag === "INPUT" && !notText.includes(element.type);
}

/** Remembers the keys just typed, so that "g" then "i" within a moment is the sequence "g i". */
export class Sequence {
  #typed = [];
  #last = 0;

  /** Add a key at `now` milliseconds; return the candidates, longest first: ["g i", "i"]. */
  add(key, now) {
    if (now - this.#last > SEQUENCE_MILLISECONDS) this.#typed = [];
    this.#last = now;
    this.#typed = [...this.#typed, key].slice(-2);
    return this.#typed.map((_, from) => this.#typed.slice(from).join(" "));
  }

  clear() {
    this.#typed = [];
  }
}
