import assert from "node:assert/strict";
import { test } from "node:test";

import { isTyping, keyOf, Sequence } from "../../../web/static/src/page/keys.js";

test("a Latin layout says its own letters", () => {
  assert.equal(keyOf({ key: "J", code: "KeyJ" }), "j");
  assert.equal(keyOf({ key: "?", code: "Slash" }), "?");
  assert.equal(keyOf({ key: "Enter", code: "Enter" }), "Enter");
});

test("on a Russian layout the place of the key counts, not its letter", () => {
  assert.equal(keyOf({ key: "о", code: "KeyJ" }), "j");
  assert.equal(keyOf({ key: ".", code: "Slash" }), "/");
  assert.equal(keyOf({ key: ",", code: "Slash" }), "?");
});

test("a full stop typed on its own key stays a full stop", () => {
  assert.equal(keyOf({ key: ".", code: "Period" }), ".");
});

test("a dead key is no key", () => {
  assert.equal(keyOf({ key: "Dead", code: "BracketLeft" }), "");
});

test("a text field takes single keys, a checkbox does not", () => {
  assert.equal(isTyping({ tagName: "INPUT", type: "search" }), true);
  assert.equal(isTyping({ tagName: "TEXTAREA" }), true);
  assert.equal(isTyping({ tagName: "INPUT", type: "checkbox" }), false);
  assert.equal(isTyping({ tagName: "A" }), false);
});

test("two keys within a moment are a sequence, later they are not", () => {
  const sequence = new Sequence();
  assert.deepEqual(sequence.add("g", 0), ["g"]);
  assert.deepEqual(sequence.add("i", 500), ["g i", "i"]);
  assert.deepEqual(sequence.add("s", 5000), ["s"]);
});
