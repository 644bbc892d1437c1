// Days of the calendar, counted on without a clock on the wall.

import assert from "node:assert/strict";
import { test } from "node:test";

import { dayAfter } from "../../../web/static/src/page/calendar.js";

test("days are counted over the ends of months and years", () => {
  assert.equal(dayAfter("2026-02-28", 1), "2026-03-01");
  assert.equal(dayAfter("2026-12-29", 7), "2027-01-05");
  assert.equal(dayAfter("2026-03-01", -7), "2026-02-22");
});

test("a day on which the clocks change is a day like any other", () => {
  assert.equal(dayAfter("2026-03-28", 1), "2026-03-29");
  assert.equal(dayAfter("2026-03-29", 1), "2026-03-30");
  assert.equal(dayAfter("2026-10-25", 1), "2026-10-26");
});
