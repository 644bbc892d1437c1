// A refused form comes back with its errors: the first wrong field takes the focus, so that one can
// go on typing and a screen reader reads what is wrong.

export function startRefused() {
  focusWrong(document);
  document.addEventListener("htmx:afterSettle", (event) => focusWrong(event.target));
}

function focusWrong(root) {
  const form = root.matches?.("form[data-failed]") ? root : root.querySelector?.("form[data-failed]");
  form?.querySelector("[aria-invalid=true]")?.focus();
}
