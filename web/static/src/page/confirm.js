// data-confirm="…?" on a form, a link or a button asks first, in one dialog for all.

import { say } from "./strings.js";

const SENT_BY_HTMX = "[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]";
const agreed = new WeakSet();

export function startConfirm() {
  document.addEventListener("submit", (event) => guard(event, event.submitter), true);
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[data-confirm]");
      if (link && !link.matches(SENT_BY_HTMX)) guardLink(event, link);
    },
    true,
  );
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, triggeringEvent } = event.detail;
    const question = event.detail.question || questionOf(triggeringEvent?.submitter) || questionOf(elt);
    if (!question) return;
    event.preventDefault();
    ask(question).then((yes) => yes && event.detail.issueRequest(true));
  });
}

/** Ask; resolve to true when the person agreed. */
export function ask(question) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(true);
  dialog.querySelector("#confirm-question").textContent = question || say("confirmQuestion");
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.querySelector("[data-confirm-no]").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function questionOf(element) {
  return element?.dataset?.confirm ?? "";
}

function guard(event, submitter) {
  const form = event.target;
  if (form.matches(SENT_BY_HTMX)) return; // htmx:confirm asks for these
  const question = questionOf(submitter) || questionOf(form);
  if (!question || agreed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(question).then((yes) => {
    if (!yes) return;
    agreed.add(form);
    form.requestSubmit(submitter ?? undefined);
  });
}

function guardLink(event, link) {
  event.preventDefault();
  event.stopPropagation();
  ask(questionOf(link)).then((yes) => {
    if (yes) location.assign(link.href);
  });
}
