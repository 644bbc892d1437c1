import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bracketPlace,
  bracketPoints,
  cut,
  lanesOf,
  NODE_HEIGHT,
  toElements,
} from "../../../web/static/src/map/elements.js";

const node = (id) => ({ id, name: id, kind: "Server", shape: "●", css: "up", focus: false });
const edge = (dependant, provider) => ({ id: `${dependant}-${provider}`, dependant, provider, label: "runs on", hard: true });
const group = (id, dependant, members) => ({ id, dependant, members, name: id, label: "1 of 2", css: "up" });

const byId = (elements, id) => elements.find((element) => element.data.id === id);

test("an edge runs from the dependant to what it needs", () => {
  const elements = toElements({ nodes: [node("app"), node("db")], edges: [edge("app", "db")], groups: [] });
  const { source, target, bracket } = byId(elements, "app-db").data;
  assert.deepEqual([source, target, bracket], ["app", "db", undefined]);
});

test("an edge to what is not on the map is left out", () => {
  const elements = toElements({ nodes: [node("app")], edges: [edge("app", "db")], groups: [] });
  assert.equal(elements.length, 1);
});

// app ──[ a
//       [ b
test("members of a redundancy group hang on its bracket", () => {
  const graph = {
    nodes: [node("app"), node("a"), node("b")],
    edges: [edge("app", "a")],
    groups: [group("pool", "app", ["a", "b"])],
  };
  const elements = toElements(graph);
  assert.equal(byId(elements, "app-a").data.bracket, "bracket:pool");
  assert.equal(byId(elements, "member:pool:b").data.bracket, "bracket:pool");
  assert.deepEqual([byId(elements, "stem:pool").data.source, byId(elements, "stem:pool").data.target], ["app", "bracket:pool"]);
});

test("a bracket spans its members and stands before the leftmost", () => {
  const { x, y, height } = bracketPlace([{ x: 500, y: 0 }, { x: 520, y: 100 }]);
  assert.equal(y, 50);
  assert.equal(height, 100 + NODE_HEIGHT);
  assert.ok(x < 500 - 172 / 2);
});

test("brackets before the same members stand beside each other", () => {
  const lanes = lanesOf([group("g", "x", ["a", "b"]), group("h", "y", ["b", "c"]), group("i", "z", ["d"])]);
  assert.deepEqual(lanes, [0, 1, 0]);
  assert.ok(bracketPlace([{ x: 0, y: 0 }], 1).x < bracketPlace([{ x: 0, y: 0 }], 0).x);
});

test("the stroke of a bracket keeps its width however tall it is", () => {
  const points = bracketPoints(10, 100, 2.5);
  assert.equal(points.length, 16);
  assert.deepEqual(points.slice(8, 10), [1, 0.95]);
});

test("a long name keeps both its ends", () => {
  assert.equal(cut("fra-prod-postgresql-replica-0007", 16), "fra-prod…ca-0007");
  assert.equal(cut("db-07", 16), "db-07");
});
