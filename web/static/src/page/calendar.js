// The calendar of changes: a change is dragged to another day, or moved by Shift and an arrow. It is
// the form below the calendar that is sent, which does the same for whoever uses neither.

const DAYS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const KIND = "text/x-change";

export function startCalendar() {
  document.addEventListener("dragstart", onStart);
  document.addEventListener("dragover", onOver);
  document.addEventListener("dragend", () => mark(null));
  document.addEventListener("drop", onDrop);
  document.addEventListener("keydown", onKey);
}

/** The day so many days after one: "2026-03-28" and 7 make "2026-04-04". */
export function dayAfter(day, days) {
  const found = new Date(`${day}T00:00:00Z`);
  found.setUTCDate(found.getUTCDate() + days);
  return found.toISOString().slice(0, 10);
}

function onStart(event) {
  const reference = entryOf(event)?.dataset.reference;
  if (!reference) return;
  event.dataTransfer.setData(KIND, reference);
  event.dataTransfer.effectAllowed = "move";
}

function onOver(event) {
  if (!event.dataTransfer?.types.includes(KIND)) return;
  const cell = cellOf(event);
  mark(cell);
  if (cell) event.preventDefault();
}

function onDrop(event) {
  if (!event.dataTransfer?.types.includes(KIND)) return;
  const day = cellOf(event)?.dataset.day;
  mark(null);
  if (!day) return;
  event.preventDefault();
  move(event.dataTransfer.getData(KIND), day);
}

function onKey(event) {
  const days = DAYS[event.key];
  const entry = entryOf(event);
  if (!days || !entry || !event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  move(entry.dataset.reference, dayAfter(entry.dataset.begins, days));
}

function move(reference, day) {
  const form = document.getElementById("calendar-move");
  if (!form) return;
  form.elements.reference.value = reference;
  form.elements.day.value = day;
  form.requestSubmit();
}

function mark(cell) {
  for (const marked of document.querySelectorAll(".days-target")) {
    if (marked !== cell) marked.classList.remove("days-target");
  }
  cell?.classList.add("days-target");
}

function entryOf(event) {
  return event.target.closest?.("[data-calendar] [data-reference]");
}

function cellOf(event) {
  return event.target.closest?.("[data-calendar] [data-day]");
}
