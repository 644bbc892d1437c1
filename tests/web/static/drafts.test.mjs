import assert from "node:assert/strict";
import { test } from "node:test";

import { differs, labelsOf, valuesOf } from "../../../web/static/src/page/drafts.js";

test("passwords, hidden fields, files and the token are never kept", () => {
  const kept = valuesOf([
    { name: "title", type: "text", value: "disk full" },
    { name: "secret", type: "password", value: "hunter2" },
    { name: "id", type: "hidden", value: "7" },
    { name: "picture", type: "file", value: "c:/x.png" },
    { name: "csrf_token", type: "text", value: "t" },
  ]);
  assert.deepEqual(kept, { title: ["disk full"] });
});

test("of boxes only the ticked ones are kept, and none is a value too", () => {
  const boxes = [
    { name: "tell", type: "checkbox", value: "owner", checked: false },
    { name: "tell", type: "checkbox", value: "team", checked: true },
    { name: "vip", type: "checkbox", value: "1", checked: false },
  ];
  assert.deepEqual(valuesOf(boxes), { tell: ["team"], vip: [] });
});

test("a list keeps every chosen option", () => {
  const list = { name: "who", type: "select-multiple", selectedOptions: [{ value: "1" }, { value: "2" }] };
  assert.deepEqual(valuesOf([list]), { who: ["1", "2"] });
});

test("what was picked by searching is kept with its words, ticked boxes of that name too", () => {
  const fields = [
    { name: "who", type: "select-one", dataset: { picker: "/pick/people" }, selectedOptions: [{ value: "7", text: "Ana Ruiz" }] },
    { name: "item", type: "select-multiple", dataset: { picker: "/pick/items" }, selectedOptions: [] },
    { name: "item", type: "checkbox", dataset: {}, value: "3", checked: true, labels: [{ innerText: "LT-1" }] },
    { name: "kind", type: "select-one", dataset: {}, selectedOptions: [{ value: "incident", text: "Incident" }] },
  ];
  assert.deepEqual(labelsOf(fields), { who: { 7: "Ana Ruiz" }, item: { 3: "LT-1" } });
});

test("a draft that says the same as the form is no draft", () => {
  assert.equal(differs({ title: ["a"] }, { title: ["a"], body: [""] }), false);
  assert.equal(differs({ title: ["b"] }, { title: ["a"] }), true);
});

test("a field that is gone from the form does not bring a draft back", () => {
  assert.equal(differs({ removed: ["x"] }, { title: [""] }), false);
});
