// Where everything stands: layers from left to right, brackets before their members, and a view of
// it that one can read.

import cytoscape from "cytoscape";
import dagre from "cytoscape-dagre";

import { withoutEmptySides } from "./framing.js";
import { bracketId, bracketPlace, bracketPoints, lanesOf, NODE_GAP } from "./elements.js";

// Beyond this dagre takes seconds (measured: 0.5 s for 200 nodes, 2 s for 1,000).
export const LAYERED_LIMIT = 300;
const LARGEST_ZOOM = 1.15;
const READABLE_ZOOM = 0.6;
const PADDING = 24;
// More edges than the eye can follow: they step back behind the nodes.
const CROWDED = 200;
const SMALLEST_HEIGHT = 200;
// Wide enough for brackets before the next column.
const RANK_GAP = 70;
// The defaults of fcose are for dots; our nodes are cards, four times as wide as high.
const ROOM_FOR_CARDS = { idealEdgeLength: 190, nodeRepulsion: 60000, nodeSeparation: 220, packComponents: true };

cytoscape.use(dagre);

export async function arrange(cy, graph) {
  const real = cy.elements().not(".bracket, .stem");
  if (graph.nodes.some((node) => node.place)) {
    // The server has laid it out; the places came with the nodes.
    const onward = (edge) => edge.source().position("x") < edge.target().position("x");
    cy.edges(".hard, .soft").filter(onward).addClass("onward");
  } else if (graph.nodes.length > LAYERED_LIMIT) {
    const { default: fcose } = await import("cytoscape-fcose");
    cytoscape.use(fcose);
    real.layout({ name: "fcose", animate: false, fit: false, ...ROOM_FOR_CARDS }).run();
  } else {
    real
      .layout({
        name: "dagre",
        rankDir: "LR",
        nodeSep: NODE_GAP,
        edgeSep: 8,
        rankSep: RANK_GAP,
        animate: false,
        fit: false,
        useDagreEdgeControlPoints: true,
      })
      .run();
    // Two bends and more: the edge passes a column that is not its own.
    cy.edges().filter((edge) => (edge.scratch("controlPointWeights") ?? []).length > 1).addClass("routed");
  }
  if (cy.edges().length > CROWDED) cy.edges().addClass("crowded");
  for (const edge of cy.edges("[bracket]")) edge.removeClass("routed onward").move({ source: edge.data("bracket") });
  placeBrackets(cy, graph.groups);
}

export function placeBrackets(cy, groups) {
  const lanes = lanesOf(groups);
  groups.forEach((group, position) => placeBracket(cy, group, lanes[position]));
}

function placeBracket(cy, group, lane) {
  const bracket = cy.getElementById(bracketId(group));
  const members = group.members.map((id) => cy.getElementById(id)).filter((node) => node.length > 0);
  if (members.length === 0) return;
  const { x, y, height } = bracketPlace(members.map((node) => node.position()), lane);
  bracket.data("height", height);
  bracket.position({ x, y });
  bracket.style({
    "shape-polygon-points": bracketPoints(bracket.data("width"), height),
    // Neighbours write one above the other.
    "text-margin-y": -3 - lane * 13,
  });
  // Level lines from the bracket to each member, instead of a fan from its middle.
  for (const edge of bracket.outgoers("edge")) {
    edge.style({
      "source-endpoint": `${bracket.data("width") / 2}px ${edge.target().position("y") - y}px`,
    });
  }
}

/** No taller than the drawing needs: a flat map leaves its room to what stands below. */
export function trim(cy) {
  const { w, h } = cy.elements().boundingBox();
  const canvas = cy.container();
  canvas.style.height = "";
  const zoom = Math.min(LARGEST_ZOOM, (canvas.clientWidth - 2 * PADDING) / w);
  const needed = h * Math.max(zoom, READABLE_ZOOM) + 2 * PADDING;
  if (needed < canvas.clientHeight) canvas.style.height = `${Math.max(needed, SMALLEST_HEIGHT)}px`;
  cy.resize();
}

/** Show all of it, but never so small that nobody can read it: then around what the map is about. */
export function fitReadable(cy) {
  fit(cy);
  if (cy.zoom() >= READABLE_ZOOM) return;
  cy.zoom(READABLE_ZOOM);
  const chosen = cy.nodes(".is-chosen");
  const focus = cy.nodes(".is-focus, .is-failed");
  cy.center([chosen, focus].find((some) => some.length > 0) ?? cy.nodes().first());
  cy.pan(withoutEmptySides(cy.pan(), cy.elements().renderedBoundingBox(), { w: cy.width(), h: cy.height() }, PADDING));
}

export function fit(cy) {
  cy.fit(undefined, PADDING);
  if (cy.zoom() <= LARGEST_ZOOM) return;
  cy.zoom(LARGEST_ZOOM);
  cy.center();
}
