// How the map looks: the colours are the page's own, so light and dark come by themselves.

const STATES = ["up", "at-risk", "degraded", "down", "unknown"];

/** Return Cytoscape's style for the theme that is on now. */
export function lookOfPage(root = document.documentElement) {
  const computed = getComputedStyle(root);
  const colour = (name) => computed.getPropertyValue(name).trim();
  const font = getComputedStyle(document.body).fontFamily;
  return [
    {
      selector: "node.item",
      style: {
        shape: "round-rectangle",
        "corner-radius": 4,
        width: "data(width)",
        height: "data(height)",
        label: "data(label)",
        "text-wrap": "wrap",
        "text-valign": "center",
        "text-halign": "center",
        "text-justification": "left",
        "line-height": 1.25,
        "font-family": font,
        "font-size": 12,
        color: colour("--map-text"),
        "background-color": colour("--map-card"),
        "border-width": 1,
        "border-color": colour("--map-line"),
      },
    },
    ...STATES.map((state) => ({
      selector: `node.item.is-${state}`,
      style: {
        "border-color": colour(`--state-${state}`),
        "border-width": state === "up" || state === "unknown" ? 1.25 : 2.5,
        "border-style": state === "unknown" ? "dashed" : "solid",
        "background-color": colour(`--map-tint-${state}`),
      },
    })),
    {
      selector: "node.is-focus",
      style: { "outline-width": 3, "outline-offset": 2, "outline-color": colour("--map-accent") },
    },
    {
      selector: "node.bracket",
      style: {
        shape: "polygon",
        width: "data(width)",
        height: "data(height)",
        "background-color": colour("--map-text"),
        label: "data(label)",
        "text-valign": "top",
        "text-halign": "center",
        "text-margin-y": -3,
        "font-family": font,
        "font-size": 11,
        color: colour("--map-text"),
        events: "yes",
      },
    },
    ...STATES.map((state) => ({
      selector: `node.bracket.is-${state}`,
      style: state === "up" ? {} : { "background-color": colour(`--state-${state}`) },
    })),
    {
      selector: "edge",
      style: {
        width: 1.5,
        "line-color": colour("--map-line"),
        "curve-style": "bezier",
        "target-arrow-shape": "triangle",
        "target-arrow-color": colour("--map-line"),
        "arrow-scale": 0.8,
      },
    },
    { selector: "edge.soft", style: { "line-style": "dashed", "line-dash-pattern": [5, 4] } },
    {
      // Where the server has set out columns, edges leave to the right and arrive from the left.
      selector: "edge.onward",
      style: { "curve-style": "straight", "source-endpoint": "90deg", "target-endpoint": "270deg" },
    },
    { selector: "edge.crowded", style: { "line-opacity": 0.7, width: 1.25 } },
    { selector: "edge.stem", style: { "target-arrow-shape": "none" } },
    { selector: "edge.in-bracket", style: { "curve-style": "straight" } },
    {
      // Around what stands between its ends: the way the layout left free.
      selector: "edge.routed",
      style: {
        "curve-style": "unbundled-bezier",
        "control-point-weights": (edge) => edge.scratch("controlPointWeights"),
        "control-point-distances": (edge) => edge.scratch("controlPointDistances"),
        "edge-distances": "intersection",
      },
    },
    { selector: ".is-faint", style: { opacity: 0.25 } },
    {
      selector: "edge.is-lit, edge.is-near",
      style: {
        width: 2.5,
        "line-color": colour("--map-accent"),
        "target-arrow-color": colour("--map-accent"),
      },
    },
    ...STATES.map((state) => ({
      selector: `edge.carries-${state}`,
      style: {
        width: 2.5,
        "line-color": colour(`--state-${state}`),
        "target-arrow-color": colour(`--state-${state}`),
      },
    })),
    {
      selector: "node.is-bundle",
      style: { "border-style": "double", "border-width": 4, "corner-radius": 10 },
    },
    {
      selector: "node.is-lit, node.is-pointed",
      style: { "outline-width": 3, "outline-offset": 2, "outline-color": colour("--map-accent") },
    },
    {
      selector: "node.is-failed",
      style: { "border-width": 4 },
    },
    {
      selector: "node.is-chosen",
      style: { "outline-width": 4, "outline-offset": 3, "outline-color": colour("--map-accent") },
    },
    {
      selector: "node.is-here",
      style: {
        "outline-width": 4,
        "outline-offset": 5,
        "outline-style": "dashed",
        "outline-color": colour("--map-text"),
      },
    },
    { selector: "core", style: { "active-bg-opacity": 0 } },
  ];
}
