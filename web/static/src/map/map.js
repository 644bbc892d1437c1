// The dependency map: <figure data-map> with its data beside it or behind data-url. The table named
// by data-twin says the same in rows; row and node light up together.

import cytoscape from "cytoscape";

import { say } from "../page/strings.js";
import { arrange, fit, fitReadable, LAYERED_LIMIT, placeBrackets, trim } from "./arrange.js";
import { toElements } from "./elements.js";
import { startEstate } from "./estate.js";
import { lookOfPage } from "./look.js";
import { savePicture, saveDrawing } from "./saving.js";

adoptStylesheet();

export function furnishMaps(root) {
  for (const figure of root.querySelectorAll("[data-map]")) {
    if (figure.dataset.mapDrawn) continue;
    figure.dataset.mapDrawn = "yes";
    show(figure).catch((problem) => {
      console.error(problem);
      tell(figure, say("mapFailed"));
    });
  }
}

/** Cytoscape adds a <style> unless an element of this name exists; our CSP forbids inline styles. */
function adoptStylesheet() {
  const name = "__________cytoscape_stylesheet";
  if (document.getElementById(name)) return;
  const stand = document.createElement("template");
  stand.id = name;
  document.head.append(stand);
}

async function show(figure) {
  const graph = await dataOf(figure);
  // A map that is worked in may be empty now and full after the next question.
  if (isEmpty(graph) && !figure.dataset.mapSource) {
    tell(figure, say("mapEmpty"));
    return;
  }
  const canvas = figure.querySelector(".map-canvas");
  canvas.replaceChildren();
  const cy = cytoscape({
    container: canvas,
    elements: toElements(graph),
    style: lookOfPage(),
    layout: { name: "preset" },
    minZoom: 0.05,
    maxZoom: 3,
    autoungrabify: graph.nodes.length > LAYERED_LIMIT,
    boxSelectionEnabled: false,
    hideEdgesOnViewport: graph.nodes.length > LAYERED_LIMIT,
  });
  const map = { figure, cy, graph };
  await lay(map);
  wire(map);
  if (figure.dataset.mapSource) startEstate(map, redraw);
  figure.toggleAttribute("data-map-ready", true);
  figure.dispatchEvent(new CustomEvent("map-ready", { bubbles: true, detail: { cy, graph } }));
}

function isEmpty(graph) {
  return graph.nodes.length === 0 || (graph.nodes.length === 1 && graph.edges.length === 0);
}

async function lay({ cy, graph }) {
  await arrange(cy, graph);
  trim(cy);
  fitReadable(cy);
}

/** Draw another graph on the same map. */
async function redraw(map, graph) {
  map.graph = graph;
  map.cy.elements().remove();
  map.cy.add(toElements(graph));
  await lay(map);
}

async function dataOf(figure) {
  if (figure.dataset.mapSource) {
    return JSON.parse(document.getElementById(figure.dataset.mapSource).content.textContent);
  }
  const block = figure.querySelector("[data-map-data]");
  if (block) return JSON.parse(block.content.textContent);
  const answer = await fetch(figure.dataset.url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the map's data answered ${answer.status}`);
  return answer.json();
}

function tell(figure, sentence) {
  const line = document.createElement("p");
  line.className = "map-wait";
  line.textContent = sentence;
  figure.querySelector(".map-canvas").replaceChildren(line);
}

function wire(map) {
  const { figure, cy } = map;
  wireTools(figure, cy);
  wireNodes(figure, cy);
  wireHints(figure, cy);
  wireTwin(figure, cy);
  wireWheel(cy);
  cy.on("position", "node.item", () => {
    placeBrackets(cy, map.graph.groups);
  });
  document.addEventListener("theme-change", () => {
    cy.style(lookOfPage());
    placeBrackets(cy, map.graph.groups);
  });
  // A map in a tab that was hidden, or a turned phone, has a new size.
  let width = cy.width();
  new ResizeObserver(() => {
    if (cy.width() === width) return;
    width = cy.width();
    cy.resize();
    fitReadable(cy);
  }).observe(cy.container());
}

function wireTools(figure, cy) {
  const zoom = (factor) =>
    cy.zoom({
      level: cy.zoom() * factor,
      renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 },
    });
  const tools = {
    in: () => zoom(1.3),
    out: () => zoom(1 / 1.3),
    fit: () => fit(cy),
    picture: () => savePicture(figure, cy),
    drawing: () => saveDrawing(figure, cy),
  };
  figure.addEventListener("click", (event) => {
    tools[event.target.closest("[data-map-do]")?.dataset.mapDo]?.();
  });
}

/** A click opens the item; a page may use it otherwise by preventing "map-node". */
function wireNodes(figure, cy) {
  cy.on("tap", "node.item", ({ target, originalEvent }) => {
    const node = target.data("node");
    const event = new CustomEvent("map-node", { bubbles: true, cancelable: true, detail: { node, cy } });
    if (!figure.dispatchEvent(event) || !node.url) return;
    if (originalEvent.ctrlKey || originalEvent.metaKey) open(node.url, "_blank", "noopener");
    else location.assign(node.url);
  });
}

function wireHints(figure, cy) {
  const hint = figure.querySelector(".map-hint");
  cy.on("mouseover", "node, edge", ({ target, renderedPosition }) => {
    const lines = linesOf(target.data());
    if (lines.length === 0) return;
    hint.replaceChildren(...lines.map(paragraph));
    hint.hidden = false;
    const canvas = cy.container();
    const left = Math.min(renderedPosition.x + 14, canvas.clientWidth - hint.offsetWidth - 8);
    hint.style.left = `${canvas.offsetLeft + Math.max(8, left)}px`;
    hint.style.top = `${canvas.offsetTop + renderedPosition.y + 16}px`;
    light(cy, target);
  });
  cy.on("mouseout", "node, edge", () => {
    hint.hidden = true;
    cy.elements().removeClass("is-faint is-near");
  });
}

function linesOf({ node, edge, group }) {
  if (node) return [node.name, `${node.shape} ${node.word} · ${node.kind}`, node.note].filter(Boolean);
  if (edge) return [edge.label, say(edge.hard ? "edgeHard" : "edgeSoft"), edge.detail].filter(Boolean);
  if (group) return [group.name, group.note].filter(Boolean);
  return [];
}

function paragraph(text) {
  const line = document.createElement("div");
  line.textContent = text;
  return line;
}

function light(cy, target) {
  const near = target.isNode() ? target.closedNeighborhood() : target.union(target.connectedNodes());
  cy.elements().difference(near).addClass("is-faint");
  near.edges().addClass("is-near");
}

/** Rows may be swapped for newer ones, so the listeners stand on the document. */
function wireTwin(figure, cy) {
  const twin = () => document.getElementById(figure.dataset.twin);
  const rowOf = (id) => twin()?.querySelector(`[data-map-node="${CSS.escape(id)}"]`);
  const light = (event, on) => {
    const row = event.target.closest?.("[data-map-node]");
    if (!row) return;
    cy.nodes(".is-pointed").removeClass("is-pointed");
    if (on) cy.getElementById(row.dataset.mapNode).addClass("is-pointed");
  };
  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, (event) => light(event, true));
  for (const kind of ["mouseout", "focusout"]) document.addEventListener(kind, (event) => light(event, false));
  cy.on("mouseover", "node.item", ({ target }) => rowOf(target.id())?.classList.add("is-lit"));
  cy.on("mouseout", "node.item", ({ target }) => rowOf(target.id())?.classList.remove("is-lit"));
}

/** The wheel scrolls the page; with Ctrl it zooms the map. Fingers pinch as ever. */
function wireWheel(cy) {
  const container = cy.container();
  container.addEventListener("wheel", (event) => cy.userZoomingEnabled(event.ctrlKey || event.metaKey), {
    capture: true,
    passive: true,
  });
  container.addEventListener("touchstart", () => cy.userZoomingEnabled(true), { capture: true, passive: true });
}
