// The calendar of changes: a change is dragged to another day. The form below does the same for
// whoever uses no mouse, and it is that form which is sent.

export function startCalendar() {
  document.addEventListener("dragstart", onStart);
  document.addEventListener("dragover", onOver);
  document.addEventListener("drop", onDrop);
}

function onStart(event) {
  const reference = event.target.closest?.("[data-calendar] [data-reference]")?.dataset.reference;
  if (reference) event.dataTransfer.setData("text/x-change", reference);
}

function onOver(event) {
  if (dayOf(event)) event.preventDefault();
}

function onDrop(event) {
  const day = dayOf(event);
  const reference = event.dataTransfer.getData("text/x-change");
  const form = document.getElementById("calendar-move");
  if (!day || !reference || !form) return;
  event.preventDefault();
  form.elements.reference.value = reference;
  form.elements.day.value = day;
  form.requestSubmit();
}

function dayOf(event) {
  if (!event.dataTransfer?.types.includes("text/x-change")) return null;
  return event.target.closest?.("[data-calendar] [data-day]")?.dataset.day ?? null;
}
