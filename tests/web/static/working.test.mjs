import assert from "node:assert/strict";
import { test } from "node:test";

import { withoutEmptySides } from "../../../web/static/src/map/framing.js";
import { toElements } from "../../../web/static/src/map/elements.js";
import { escape, pathOf, svgOf } from "../../../web/static/src/map/svg.js";
import { nearest } from "../../../web/static/src/map/walking.js";

const RIGHT = [1, 0];
const UP = [0, -1];

// a   b
//        c
test("an arrow leads to the nearest node in its direction", () => {
  const [a, b, c] = [{ id: "a", x: 0, y: 0 }, { id: "b", x: 200, y: 0 }, { id: "c", x: 150, y: 120 }];
  assert.equal(nearest(a, [a, b, c], RIGHT).id, "b");
  assert.equal(nearest(c, [a, b, c], UP).id, "b");
  assert.equal(nearest(b, [a, b, c], UP), undefined);
});

test("what is straight ahead wins over what is nearer but to the side", () => {
  const here = { id: "here", x: 0, y: 0 };
  const ahead = { id: "ahead", x: 264, y: 0 };
  const aside = { id: "aside", x: 100, y: 120 };
  assert.equal(nearest(here, [aside, ahead], RIGHT).id, "ahead");
});

test("a map that is too large for the view leaves no empty side", () => {
  const box = { x1: 300, x2: 2300, y1: -900, y2: 100 };
  assert.deepEqual(withoutEmptySides({ x: 0, y: 0 }, box, { w: 800, h: 500 }, 20), { x: -280, y: 380 });
});

test("a map that fits stands in the middle", () => {
  const box = { x1: 0, x2: 100, y1: 0, y2: 100 };
  assert.deepEqual(withoutEmptySides({ x: 5, y: 5 }, box, { w: 300, h: 200 }), { x: 105, y: 55 });
});

test("what fails, what was chosen and what came along an edge are drawn", () => {
  const node = (id, marks) => ({ id, name: id, kind: "Server", shape: "■", css: "down", ...marks });
  const edge = { id: "r1", dependant: "a", provider: "b", hard: true, carries: "down", lit: true };
  const graph = { nodes: [node("a", { chosen: true, lit: true }), node("b", { failed: true, place: [7, 9] })], edges: [edge], groups: [] };
  const [a, b, line] = toElements(graph);
  assert.equal(a.classes, "item is-down is-chosen is-lit");
  assert.equal(b.classes, "item is-down is-failed");
  assert.deepEqual(b.position, { x: 7, y: 9 });
  assert.equal(line.classes, "hard carries-down is-lit");
});

const look = { paper: "#fff", font: '"Inter", sans-serif' };

test("a drawing holds nodes with their words, edges with their arrows, and brackets", () => {
  const card = { x: 10, y: 20, width: 172, height: 42, lines: ["■ db <b>", "Server"], fill: "red", border: "blue", borderWidth: 2, text: "black" };
  const shapes = {
    box: { x: 0, y: 0, width: 300, height: 100 },
    nodes: [card, { ...card, bracket: true, lines: ["1 of 2"] }],
    edges: [{ points: [{ x: 0, y: 0 }, { x: 50, y: 0 }], colour: "grey", width: 1.5, dashed: true, arrow: true }],
  };
  const drawing = svgOf(shapes, look);
  assert.match(drawing, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="-24 -24 348 148"/);
  assert.match(drawing, /■ db &lt;b&gt;/);
  assert.match(drawing, /stroke-dasharray="5 4"/);
  assert.match(drawing, /1 of 2<\/text>/);
  assert.ok(!drawing.includes("<b>"));
});

test("an edge bends at its control points", () => {
  const points = [{ x: 0, y: 0 }, { x: 10, y: 10 }, { x: 30, y: 10 }, { x: 40, y: 0 }];
  assert.equal(pathOf(points), "M0 0Q10 10 20 10Q30 10 40 0");
  assert.equal(pathOf([points[0], points[3]]), "M0 0L40 0");
});

test("letters that XML cannot hold become a sign one can see", () => {
  assert.equal(escape("a\u0007b & c"), "a\ufffdb &amp; c");
});
