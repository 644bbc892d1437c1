import assert from "node:assert/strict";
import { test } from "node:test";

import { shownCodes, valuesIn } from "../../../web/static/src/page/conditions.js";

const field = (code, values, when = null) => ({ code, values, when });

test("a field is asked where the one it looks at says so", () => {
  const asked = (system) =>
    shownCodes([field("system", system), field("desktop", [], { field: "system", is: ["linux", "bsd"] })]);
  assert.deepEqual(asked(["linux"]), ["system", "desktop"]);
  assert.deepEqual(asked(["windows"]), ["system"]);
  assert.deepEqual(asked([]), ["system"]);
});

test("what hangs on a hidden field is hidden too, whatever that one still holds, in any order", () => {
  const fields = [
    field("third", [], { field: "second", is: ["yes"] }),
    field("second", ["yes"], { field: "first", is: ["yes"] }),
  ];
  assert.deepEqual(shownCodes([...fields, field("first", ["no"])]), ["first"]);
  assert.deepEqual(shownCodes([...fields, field("first", ["yes"])]), ["third", "second", "first"]);
});

test("of several choices one is enough; circles and unknown fields are asked by nobody", () => {
  assert.deepEqual(shownCodes([field("a", ["x", "y"]), field("b", [], { field: "a", is: ["y"] })]), ["a", "b"]);
  const circle = [field("a", ["1"], { field: "b", is: ["1"] }), field("b", ["1"], { field: "a", is: ["1"] })];
  assert.deepEqual(shownCodes(circle), []);
  assert.deepEqual(shownCodes([field("a", [], { field: "gone", is: ["1"] })]), []);
});

test("a box says its value when it is ticked, a list every chosen one", () => {
  const inputs = [
    { type: "checkbox", value: "true", checked: false },
    { type: "radio", value: "b", checked: true },
    { type: "select-multiple", selectedOptions: [{ value: "1" }, { value: "2" }] },
    { type: "text", value: "" },
    { type: "select-one", value: "c" },
  ];
  assert.deepEqual(valuesIn(inputs), ["b", "1", "2", "c"]);
});
