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

/** Return the words of what was picked by searching, by field and value: a fresh list lacks them. */
export function labelsOf(fields) {
  const searched = new Set([...fields].filter((field) => field.dataset?.picker).map((field) => field.name));
  const labels = {};
  for (const field of fields) {
    if (!searched.has(field.name)) continue;
    const known = (labels[field.name] ??= {});
    for (const option of field.selectedOptions ?? []) if (option.value) known[option.value] = option.text;
    if (field.checked && field.labels?.length) known[field.value] = field.labels[0].innerText;
  }
  return labels;
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
  if (text) write(keyOf(form, actor), JSON.stringify({ at: Date.now(), values, labels: labelsOf(form.elements) }));
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
  const note = noteFor(form, actor, shown, labelsOf(form.elements));
  putBack(form, kept.values, kept.labels ?? {});
  form.prepend(note);
}

function putBack(form, values, labels) {
  const used = {};
  const picked = [...form.elements].filter((field) => field.dataset?.picker && values[field.name]);
  for (const select of picked) offer(select, values[select.name], labels[select.name] ?? {});
  for (const field of form.elements) {
    const kept = values[field.name];
    if (!kept || field.name === "csrf_token" || NEVER_KEPT.has(field.type)) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
    else if (field.type === "select-multiple") {
      for (const option of field.options) option.selected = kept.includes(option.value);
    } else {
      const position = used[field.name] ?? 0;
      used[field.name] = position + 1;
      // A list without this option would stand empty: better what the page says.
      const fits = !field.options || [...field.options].some((option) => option.value === kept[position]);
      if (kept[position] !== undefined && fits) field.value = kept[position];
    }
  }
  form.dispatchEvent(new CustomEvent("draft-restored", { bubbles: true }));
  // What hangs on a choice, such as what a requester has, is asked for once htmx listens.
  afterLoading(() => {
    for (const select of picked) select.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** Give a list that is searched the options it needs to hold these values again. */
function offer(select, kept, labels) {
  const there = new Set([...select.options].map((option) => option.value));
  for (const field of select.form.elements) {
    if (field.name === select.name && field.type === "checkbox") there.add(field.value);
  }
  for (const value of kept) {
    if (value in labels && !there.has(value)) select.add(new Option(labels[value], value));
    there.add(value);
  }
}

function afterLoading(act) {
  if (document.readyState === "complete") act();
  else addEventListener("load", act, { once: true });
}

function noteFor(form, actor, shown, labels) {
  const note = document.createElement("p");
  note.className = "notice notice-info";
  note.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = say("discardDraft");
  button.addEventListener("click", () => {
    forget(keyOf(form, actor));
    putBack(form, shown, labels);
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
