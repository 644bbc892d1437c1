// Filters of a list. data-submit-on-change on a select sends its form as soon as a choice is made.
// Who walks a closed select with the arrow keys has not chosen yet: the button sends then.

const STEP = /^(Arrow|Home$|End$|Page|[^ ]$)/;

export function startFilters() {
  let walking = null;
  document.addEventListener("pointerdown", () => {
    walking = null;
  });
  document.addEventListener("keydown", (event) => {
    const steps = STEP.test(event.key) && !event.altKey;
    walking = steps && event.target.matches?.("select[data-submit-on-change]") ? event.target : null;
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches?.("[data-submit-on-change]") && walking !== field) field.form?.requestSubmit();
  });
  // Fields left empty narrow nothing and stay out of the address.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const name of emptyNames(event.formData.entries())) event.formData.delete(name);
  });
}

/** Return the names all of whose values are empty. */
export function emptyNames(entries) {
  const filled = new Map();
  for (const [name, value] of entries) filled.set(name, filled.get(name) || value !== "");
  return [...filled].filter(([, some]) => !some).map(([name]) => name);
}
