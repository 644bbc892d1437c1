// What every htmx request needs: the token against forged forms, a sign that something is under
// way, and a sentence when it fails.

import { say } from "./strings.js";
import { toast } from "./toasts.js";

// A page that is being left ends its own requests: that is no failure, and no time to begin one.
// What only looked like leaving (a file was saved) is over after this.
const LEAVING_MILLISECONDS = 4000;
const SENTENCE_OF_STATUS = { 403: "forbidden", 404: "notFound", 429: "tooMany", 503: "tooMany" };

export function startRequests() {
  let running = 0;
  let leaving = false;
  addEventListener("beforeunload", () => {
    leaving = true;
    setTimeout(() => (leaving = false), LEAVING_MILLISECONDS);
  });
  const count = (step) => {
    running = Math.max(0, running + step);
    document.documentElement.toggleAttribute("data-busy", running > 0);
  };
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("meta[name=csrf-token]")?.content;
    // A form's own token has no place in an address, which logs keep.
    if (event.detail.verb === "get") delete event.detail.parameters.csrf_token;
    else if (token) event.detail.headers["X-CSRF-Token"] = token;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving) event.preventDefault();
    else count(1);
  });
  document.addEventListener("htmx:afterRequest", () => count(-1));
  document.addEventListener("htmx:sendError", () => leaving || toast(say("noConnection"), "bad"));
  document.addEventListener("htmx:timeout", () => toast(say("noConnection"), "bad"));
  document.addEventListener("htmx:responseError", (event) => complain(event.detail.xhr));
  // The header HX-Trigger may carry a sentence of the server (web/presenters/htmx.py).
  document.addEventListener("announce", (event) => toast(event.detail.text, event.detail.tone));
}

function complain(answer) {
  if (answer.status === 401) {
    // The same address leads to the sign-in page and back; drafts are kept.
    location.reload();
    return;
  }
  const announced = (answer.getResponseHeader("HX-Trigger") ?? "").includes('"announce"');
  if (!announced) toast(say(SENTENCE_OF_STATUS[answer.status] ?? "serverError"), "bad");
}
