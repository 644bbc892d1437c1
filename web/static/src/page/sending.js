// <textarea data-send>: Ctrl-Enter sends its form, so that who types need not reach for the mouse.

export function startSending() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    const field = event.target.closest?.("[data-send]");
    if (!field?.form) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
}
