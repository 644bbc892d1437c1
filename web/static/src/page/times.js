// A page left open goes on telling the truth: "4 min ago" becomes "5 min ago" without a reload.
// Units and thresholds are those of web/presenters/times.py.

import { say } from "./strings.js";

const REFRESH_MILLISECONDS = 30_000;
const JUST_NOW_SECONDS = 45;
const DAY = 86_400;
const UNITS = [
  ["year", 365 * DAY, 2 * 365 * DAY, "long"],
  ["month", 30 * DAY, 2 * 30 * DAY, "long"],
  ["week", 7 * DAY, 2 * 7 * DAY, "short"],
  ["day", DAY, DAY, "short"],
  ["hour", 3600, 3600, "short"],
  ["minute", 60, 0, "short"],
];

export function startTimes() {
  setInterval(() => {
    if (document.hidden) return;
    const now = Date.now();
    for (const element of document.querySelectorAll("time[data-relative]")) {
      element.textContent = relative(Date.parse(element.dateTime), now, document.documentElement.lang, say("justNow"));
    }
  }, REFRESH_MILLISECONDS);
}

/** Return the distance between two moments (milliseconds) in words. */
export function relative(moment, now, language, justNow) {
  const seconds = (moment - now) / 1000;
  const far = Math.abs(seconds);
  if (far < JUST_NOW_SECONDS) return justNow;
  const [unit, size, , style] = UNITS.find(([, , least]) => far >= least);
  const amount = Math.max(1, Math.floor(far / size)) * Math.sign(seconds);
  const text = new Intl.RelativeTimeFormat(language, { style, numeric: "always" }).format(amount, unit);
  return language.startsWith("en") ? text.replaceAll(".", "") : text;
}
