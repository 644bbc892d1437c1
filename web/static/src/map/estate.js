// A map one works in: choose, let fail, open bundles, by mouse and by keyboard. Each act presses the
// link of the table's row, which the server answers with new states; the address holds them all.

import { nearest } from "./walking.js";
import { toElements } from "./elements.js";
import { placeBrackets } from "./arrange.js";

const STEP_MILLISECONDS = 120;
const LONGEST_MILLISECONDS = 1200;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function startEstate(map, redraw) {
  const source = map.figure.dataset.mapSource;
  let shown = document.getElementById(source);
  document.addEventListener("htmx:afterSettle", () => {
    const newer = document.getElementById(source);
    if (!newer || newer === shown) return;
    shown = newer;
    show(map, JSON.parse(newer.content.textContent), redraw);
  });
  map.figure.addEventListener("map-node", (event) => {
    event.preventDefault();
    act(event.detail.node, modeOf(map.figure));
  });
  startWalking(map);
  startSlider();
}

/** While the slider moves it says which moment it stands at; let go, it presses that moment's link. */
function startSlider() {
  const idOf = (slider) => `moment-${slider.value}`;
  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-map-slider]")) return;
    const words = document.getElementById(idOf(target))?.textContent ?? "";
    target.setAttribute("aria-valuetext", words);
    target.closest(".map-time").querySelector("output").textContent = words;
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-map-slider]")) press(idOf(target));
  });
}

function modeOf(figure) {
  return figure.querySelector("input[name=map-mode]:checked")?.value ?? "choose";
}

function act(node, mode) {
  press(node.count ? `open-${node.id}` : `${mode}-${node.id}`);
}

// Between swap and settling htmx does not know the new links yet: pressed then, they would load the
// whole page and the map would lose the keyboard.
let settling = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  settling = detail.shouldSwap;
});
document.addEventListener("htmx:afterSettle", () => {
  settling = false;
});

function press(link) {
  if (settling) document.addEventListener("htmx:afterSettle", () => press(link), { once: true });
  else document.getElementById(link)?.click();
}

/** The same items keep their places and take their new states; others are laid out anew. */
function show(map, graph, redraw) {
  const elements = toElements(graph);
  const { cy } = map;
  const same = elements.length === cy.elements().length && elements.every(({ data }) => cy.getElementById(data.id).length > 0);
  if (!same) {
    redraw(map, graph);
    return;
  }
  map.graph = graph;
  const waves = new Map();
  for (const element of elements) {
    const step = stepOf(element, cy);
    waves.set(step, [...(waves.get(step) ?? []), element]);
  }
  for (const [step, some] of waves) later(step, () => map.graph === graph && change(cy, some, graph));
  const chosen = cy.nodes(".is-chosen");
  if (chosen.length > 0 && !isInView(cy, chosen)) cy.center(chosen);
}

/** What did not change, and what works again, is there at once; a failure comes step by step. */
function stepOf({ data }, cy) {
  const node = data.node ?? cy.getElementById(data.source ?? "").data("node");
  if (!node) return 0;
  return cy.getElementById(node.id).data("node")?.css === node.css ? 0 : (node.wave ?? 0);
}

function later(step, act) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (step === 0 || still) act();
  else setTimeout(act, Math.min(step * STEP_MILLISECONDS, LONGEST_MILLISECONDS));
}

function change(cy, elements, graph) {
  cy.batch(() => {
    for (const { data, classes } of elements) {
      const element = cy.getElementById(data.id);
      const kept = ["routed", "onward", "crowded", "is-here"].filter((name) => element.hasClass(name));
      // Brackets are as tall as their members stand apart.
      const { height, ...changing } = data;
      element.data(element.hasClass("bracket") ? changing : { ...changing, height });
      element.classes([classes, ...kept].join(" "));
    }
  });
  placeBrackets(cy, graph.groups);
}

function startWalking({ figure, cy }) {
  const canvas = cy.container();
  const says = figure.querySelector("[data-map-says]");
  let here = "";
  const stand = (node) => {
    cy.nodes(".is-here").removeClass("is-here");
    here = node.id();
    node.addClass("is-here");
    if (!isInView(cy, node)) cy.center(node);
    const { name, word, kind, note } = node.data("node");
    says.textContent = [name, word, kind, note].filter(Boolean).join(", ");
  };
  canvas.addEventListener("focus", () => {
    if (cy.getElementById(here).length === 0) here = "";
    const start = here ? cy.getElementById(here) : (cy.nodes(".is-focus").first().length ? cy.nodes(".is-focus") : cy.nodes(".item")).first();
    if (start.length > 0 && canvas.matches(":focus-visible")) stand(start);
  });
  canvas.addEventListener("blur", () => cy.nodes(".is-here").removeClass("is-here"));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = cy.getElementById(here);
    if (!pressed(event, node, { figure, cy, stand })) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function pressed(event, node, { figure, cy, stand }) {
  const step = STEPS[event.key];
  if (step) {
    const others = cy.nodes(".item").map((one) => ({ id: one.id(), ...one.position() }));
    const next = node.length > 0 ? nearest({ id: node.id(), ...node.position() }, others, step) : others[0];
    if (next) stand(cy.getElementById(next.id));
    return true;
  }
  if (event.key === "+" || event.key === "-") {
    figure.querySelector(`[data-map-do="${event.key === "+" ? "in" : "out"}"]`).click();
    return true;
  }
  if (node.length === 0) return false;
  const shown = node.data("node");
  if (event.key === "Enter" || event.key === " ") act(shown, modeOf(figure));
  else if (event.code === "KeyF") act(shown, "fail");
  else if (event.code === "KeyO" && shown.url) location.assign(shown.url);
  else return false;
  return true;
}

function isInView(cy, node) {
  const { x1, x2, y1, y2 } = node.renderedBoundingBox();
  return x1 >= 0 && y1 >= 0 && x2 <= cy.width() && y2 <= cy.height();
}
