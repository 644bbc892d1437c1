// The map as a file: a picture of dots, or a drawing of lines that stays sharp and can be edited.

import { say } from "../page/strings.js";
import { svgOf } from "./svg.js";

function paper() {
  return getComputedStyle(document.documentElement).getPropertyValue("--map-paper").trim();
}

export async function savePicture(figure, cy) {
  const picture = await cy.png({ output: "blob-promise", full: true, scale: 2, maxWidth: 12000, maxHeight: 12000, bg: paper() });
  save(figure, picture, "png");
}

export function saveDrawing(figure, cy) {
  const font = getComputedStyle(document.body).fontFamily;
  const drawing = svgOf(shapesOf(cy), { paper: paper(), font });
  save(figure, new Blob([drawing], { type: "image/svg+xml" }), "svg");
}

function save(figure, content, ending) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${figure.getAttribute("aria-label") || say("mapFileName")}.${ending}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** What stands on the map, in its own coordinates: no Cytoscape beyond this point. */
function shapesOf(cy) {
  const { x1, y1, w, h } = cy.elements().boundingBox();
  return {
    box: { x: x1, y: y1, width: w, height: h },
    edges: cy.edges(":visible").map((edge) => ({
      points: [edge.sourceEndpoint(), ...(edge.controlPoints() ?? edge.segmentPoints() ?? []), edge.targetEndpoint()],
      colour: edge.style("line-color"),
      width: parseFloat(edge.style("width")),
      dashed: edge.style("line-style") === "dashed",
      arrow: edge.style("target-arrow-shape") !== "none",
    })),
    nodes: cy.nodes(":visible").map((node) => ({
      ...node.position(),
      width: node.width(),
      height: node.height(),
      bracket: node.hasClass("bracket"),
      lines: node.data("label").split("\n"),
      fill: node.style("background-color"),
      border: node.style("border-color"),
      borderWidth: parseFloat(node.style("border-width")),
      dashed: node.style("border-style") === "dashed",
      text: node.style("color"),
    })),
  };
}
