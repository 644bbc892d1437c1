// Typing is sacred: a form with data-draft="name" keeps what was typed in this browser until it was
// saved, through reloads and signing out. Kept per person, so two people at one browser never see
// each other's words.
//
// How a draft ends: on submit it is marked "sent". The next page tells what became of it: a page
// with the form again and data-failed (refused: keep), a page of the bare layout, such as sign-in
// or an error (keep, not sent), any other page (saved: forget).

import { say } from "./strings.js";
import { forget, keys, read, write } from "./store.js";

const PREFIX = "cadastre.draft.";
const SENT_PREFIX = "cadastre.sent.";
const KEPT_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;
const PAUSE_MILLISECONDS = 300;
const NEVER_KEPT = new Set(["password", "hidden", "file", "submit", "button", "reset"]);

export function startDrafts() {
  const actor = document.body.dataset.actor;
  settleSent(actor);
  forgetOld(Date.now());
  if (!actor) return;
  for (const form of formsIn(document)) restore(form, actor);
  const saving = new Map();
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(saving.get(form));
    saving.set(form, setTimeout(() => save(form, actor), PAUSE_MILLISECONDS));
  });
  document.addEventListener("submit", (event) => markSent(event.target, actor, saving));
  document.addEventListener("htmx:afterSettle", (event) => {
    for (const form of formsIn(event.target)) restore(form, actor);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // Not event.target: the answer may have replaced the form already.
    const form = event.detail.requestConfig?.elt;
    if (form?.matches("form[data-draft]")) settleAnswer(form, actor, event.detail);
  });
}

function formsIn(root) {
  const inside = [...(root.querySelectorAll?.("form[data-draft]") ?? [])];
  return root.matches?.("form[data-draft]") ? [root, ...inside] : inside;
}

/** Return the named values of a form that may be kept: {"title": ["…"], "tags": ["a", "b"]}. */
export function valuesOf(fields) {
  const values = {};
  for (const field of fields) {
    if (!field.name || field.name === "csrf_token" || NEVER_KEPT.has(field.type)) continue;
    const kept = (values[field.name] ??= []);
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) kept.push(field.value);
    } else if (field.type === "select-multiple") {
      kept.push(...[...field.selectedOptions].map((option) => option.value));
    } else {
      kept.push(field.value);
    }
  }
  return values;
}

/** Tell whether a draft says something the form does not. */
export function differs(draft, shown) {
  return Object.entries(draft).some(([name, kept]) => name in shown && JSON.stringify(kept) !== JSON.stringify(shown[name]));
}

function keyOf(form, actor) {
  return `${PREFIX}${actor}.${form.dataset.draft}`;
}

function save(form, actor) {
  const values = valuesOf(form.elements);
  const text = Object.values(values).flat().some((value) => value !== "");
  if (text) write(keyOf(form, actor), JSON.stringify({ at: Date.now(), values }));
  else forget(keyOf(form, actor));
  form.toggleAttribute("data-draft-kept", text);
}

function restore(form, actor) {
  if (form.dataset.draftRead) return;
  form.dataset.draftRead = "yes";
  const kept = parse(read(keyOf(form, actor)));
  const shown = valuesOf(form.elements);
  if (!kept || !differs(kept.values, shown)) return;
  // A refused form comes back from the server with what was typed: that is newer than the draft.
  if ("failed" in form.dataset) return;
  putBack(form, kept.values);
  form.prepend(noteFor(form, actor, shown));
}

function putBack(form, values) {
  const used = {};
  for (const field of form.elements) {
    const kept = values[field.name];
    if (!kept || field.name === "csrf_token" || NEVER_KEPT.has(field.type)) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
    else if (field.type === "select-multiple") {
      for (const option of field.options) option.selected = kept.includes(option.value);
    } else {
      const position = used[field.name] ?? 0;
      used[field.name] = position + 1;
      if (kept[position] !== undefined) field.value = kept[position];
    }
  }
  form.dispatchEvent(new CustomEvent("draft-restored", { bubbles: true }));
}

function noteFor(form, actor, shown) {
  const note = document.createElement("p");
  note.className = "notice notice-info";
  note.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = say("discardDraft");
  button.addEventListener("click", () => {
    forget(keyOf(form, actor));
    putBack(form, shown);
    note.remove();
  });
  note.append(`${say("draftRestored")} `, button);
  return note;
}

function markSent(form, actor, saving) {
  if (!form.matches?.("form[data-draft]")) return;
  clearTimeout(saving.get(form));
  save(form, actor);
  if (!form.matches("[hx-post], [hx-put], [hx-patch]")) write(SENT_PREFIX + keyOf(form, actor), "yes");
}

function settleSent(actor) {
  for (const mark of keys(SENT_PREFIX)) {
    forget(mark);
    const key = mark.slice(SENT_PREFIX.length);
    const again = [...document.querySelectorAll("form[data-draft][data-failed]")];
    const refused = actor && again.some((form) => keyOf(form, actor) === key);
    if (actor && !refused) forget(key);
  }
}

function settleAnswer(form, actor, { successful, xhr }) {
  if (!successful || xhr.status >= 400) return;
  forget(keyOf(form, actor));
  form.querySelector(":scope > .notice-info")?.remove();
}

function forgetOld(now) {
  for (const key of keys(PREFIX)) {
    const kept = parse(read(key));
    if (!kept || now - kept.at > KEPT_DAYS * DAY_MILLISECONDS) forget(key);
  }
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
