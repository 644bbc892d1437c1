import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyNames } from "../../../web/static/src/page/filters.js";

test("a name is empty when none of its values says anything", () => {
  const entries = [["q", ""], ["class", "server"], ["tag", ""], ["tag", "a"], ["stage", ""]];
  assert.deepEqual(emptyNames(entries), ["q", "stage"]);
});
