import assert from "node:assert/strict";
import { test } from "node:test";

import { fill } from "../../../web/static/src/page/strings.js";
import { matching } from "../../../web/static/src/page/palette.js";

const LABELS = ["Dashboard", "Discovery", "New: ticket", "Tickets"];

test("nothing typed offers everything in its order", () => {
  assert.deepEqual(matching(LABELS, ""), [0, 1, 2, 3]);
});

test("what starts with the word comes before what only holds it", () => {
  assert.deepEqual(matching(LABELS, "ticket"), [3, 2]);
});

test("every word counts, in any order and case", () => {
  assert.deepEqual(matching(LABELS, "TICKET new"), [2]);
  assert.deepEqual(matching(LABELS, "zzz"), []);
});

test("a sentence is filled by name and a gap without a value stays", () => {
  assert.equal(fill("needs %(needs)s of %(members)s", { needs: 2 }), "needs 2 of %(members)s");
});
