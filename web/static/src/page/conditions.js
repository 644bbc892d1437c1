// A form whose fields depend on each other. A part with data-conditions holds fields that say in
// data-shown-when='{"field": "system", "is": ["linux"]}' when they are asked; data-code is their own
// code, data-none what no answer means. What is not asked is hidden and keeps what was typed: the server leaves it out. Without this
// script every field is shown, with the words of its condition.

export function startConditions() {
  for (const part of partsIn(document)) settle(part);
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const part = event.target.closest?.("[data-conditions]");
      if (part) settle(part);
    });
  }
  for (const kind of ["draft-restored", "htmx:afterSettle"]) {
    document.addEventListener(kind, (event) => {
      for (const part of partsIn(event.target)) settle(part);
    });
  }
}

/** Return the codes of the fields that are asked: one is asked when its condition holds, and the
 * field that it looks at is asked itself. fields: [{code, when: {field, is}|null, values}]. */
export function shownCodes(fields) {
  const known = new Map(fields.map((field) => [field.code, field]));
  const judged = new Map();
  const isShown = (code) => {
    if (judged.has(code)) return judged.get(code);
    judged.set(code, false); // a circle is asked by nobody
    const { when = null } = known.get(code) ?? { when: { field: code, is: [] } };
    const looked = when && known.get(when.field);
    const shown = !when || (Boolean(looked) && isShown(when.field) && looked.values.some((value) => when.is.includes(value)));
    judged.set(code, shown);
    return shown;
  };
  return fields.map((field) => field.code).filter(isShown);
}

/** Return what is chosen or typed in some inputs. */
export function valuesIn(inputs) {
  const found = [];
  for (const input of inputs) {
    if (input.type === "checkbox" || input.type === "radio") {
      if (input.checked) found.push(input.value);
    } else if (input.type === "select-multiple") {
      found.push(...[...input.selectedOptions].map((option) => option.value));
    } else if (input.value) {
      found.push(input.value);
    }
  }
  return found;
}

function answered(box) {
  const values = valuesIn(box.querySelectorAll("input[name], select[name], textarea[name]"));
  return values.length || !box.dataset.none ? values : [box.dataset.none];
}

function partsIn(root) {
  const inside = [...(root.querySelectorAll?.("[data-conditions]") ?? [])];
  return root.matches?.("[data-conditions]") ? [root, ...inside] : inside;
}

function settle(part) {
  const boxes = [...part.querySelectorAll("[data-code]")];
  const shown = new Set(
    shownCodes(
      boxes.map((box) => ({
        code: box.dataset.code,
        when: box.dataset.shownWhen ? JSON.parse(box.dataset.shownWhen) : null,
        values: answered(box),
      })),
    ),
  );
  for (const box of boxes) box.toggleAttribute("data-off", !shown.has(box.dataset.code));
}
