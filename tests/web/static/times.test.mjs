import assert from "node:assert/strict";
import { test } from "node:test";

import { relative } from "../../../web/static/src/page/times.js";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const ago = (seconds, language = "en") => relative(NOW - seconds * 1000, NOW, language, "just now");

// The same rows stand in tests/web/presenters/test_times.py: server and browser say the same words.
const ROWS = [
  ["en", 10, "just now"],
  ["en", 250, "4 min ago"],
  ["en", 5000, "1 hr ago"],
  ["en", 3 * 86400, "3 days ago"],
  ["en", 40 * 86400, "5 wk ago"],
  ["en", 90 * 86400, "3 months ago"],
  ["en", 900 * 86400, "2 years ago"],
  ["en", -5000, "in 1 hr"],
  ["es", 250, "hace 4 min"],
  ["es", 90 * 86400, "hace 3 meses"],
  ["ru", 250, "4 мин. назад"],
  ["ru", 90 * 86400, "3 месяца назад"],
];

for (const [language, seconds, words] of ROWS) {
  test(`${seconds} s in ${language} are "${words}"`, () => {
    assert.equal(ago(seconds, language).replaceAll("\u00a0", " "), words);
  });
}
