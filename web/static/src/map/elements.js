// From the server's graph to what Cytoscape draws. Pure: no document, no Cytoscape.
//
// An edge runs from the dependant (left) to what it needs (right). Members of a redundancy group
// hang on a bracket that says how many of them are needed.

export const NODE_WIDTH = 180;
export const NODE_HEIGHT = 42;
export const NODE_GAP = 14;
export const BRACKET_WIDTH = 9;
const BRACKET_DISTANCE = 16;
const NAME_LETTERS = 22;

/** Return the elements of `graph` (the shape: web/presenters/maps.py).
 *
 * The edge to a member of a group carries `bracket`, the id of the bracket it is moved to once the
 * layout is known: brackets stand in the gap before their members and take part in no layout. */
export function toElements(graph) {
  const bracketOf = bracketsByEdge(graph.groups);
  const known = new Set(graph.nodes.map((node) => node.id));
  const edges = graph.edges.filter((edge) => known.has(edge.dependant) && known.has(edge.provider));
  return [
    ...graph.nodes.map(nodeElement),
    ...graph.groups.map(bracketElement),
    ...graph.groups.map(bracketStem),
    ...[...edges, ...unseenMembers(graph.groups, edges)].map((edge) =>
      edgeElement(edge, bracketOf.get(edgeKey(edge.dependant, edge.provider))),
    ),
  ];
}

function edgeKey(dependant, provider) {
  return `${dependant}>${provider}`;
}

function bracketsByEdge(groups) {
  const found = new Map();
  for (const group of groups) {
    for (const member of group.members) found.set(edgeKey(group.dependant, member), bracketId(group));
  }
  return found;
}

/** A member hangs on its bracket even where no relation of its own was drawn. */
function unseenMembers(groups, edges) {
  const drawn = new Set(edges.map((edge) => edgeKey(edge.dependant, edge.provider)));
  return groups.flatMap((group) =>
    group.members
      .filter((member) => !drawn.has(edgeKey(group.dependant, member)))
      .map((member) => ({
        id: `member:${group.id}:${member}`,
        dependant: group.dependant,
        provider: member,
        label: group.name,
        hard: true,
        detail: "",
      })),
  );
}

export function bracketId(group) {
  return `bracket:${group.id}`;
}

function nodeElement(node) {
  const marks = ["focus", "failed", "chosen", "lit"].filter((mark) => node[mark]).map((mark) => `is-${mark}`);
  const classes = ["item", `is-${node.css}`, node.count ? "is-bundle" : "", ...marks].filter(Boolean);
  return {
    group: "nodes",
    classes: classes.join(" "),
    data: {
      id: node.id,
      label: `${node.shape} ${cut(node.name, NAME_LETTERS)}\n${cut(node.kind, NAME_LETTERS + 3)}`,
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      node,
    },
    ...(node.place ? { position: { x: node.place[0], y: node.place[1] } } : {}),
  };
}

function bracketElement(group) {
  return {
    group: "nodes",
    classes: `bracket is-${group.css}`,
    data: {
      id: bracketId(group),
      label: group.label,
      width: BRACKET_WIDTH,
      height: NODE_HEIGHT,
      group,
    },
  };
}

function bracketStem(group) {
  return {
    group: "edges",
    classes: "hard stem",
    data: { id: `stem:${group.id}`, source: group.dependant, target: bracketId(group), group },
  };
}

function edgeElement(edge, bracket) {
  return {
    group: "edges",
    classes: [
      edge.hard ? "hard" : "soft",
      bracket ? "in-bracket" : "",
      edge.carries ? `carries-${edge.carries}` : "",
      edge.lit ? "is-lit" : "",
    ]
      .filter(Boolean)
      .join(" "),
    data: {
      id: edge.id,
      source: edge.dependant,
      target: edge.provider,
      bracket,
      edge,
    },
  };
}

/** Cut in the middle, so that both ends of a name stay. */
export function cut(text, letters) {
  const all = [...text];
  if (all.length <= letters) return text;
  const keep = letters - 1;
  const tail = Math.floor(keep / 2);
  return [...all.slice(0, keep - tail), "…", ...all.slice(all.length - tail)].join("");
}

/** Return the corners of "[" for a shape of this size, in Cytoscape's -1 … 1. */
export function bracketPoints(width, height, stroke = 2.5) {
  const x = 1 - (2 * stroke) / width;
  const y = 1 - (2 * stroke) / height;
  return [1, -1, -1, -1, -1, 1, 1, 1, 1, y, -x, y, -x, -y, 1, -y];
}

/** Where a bracket stands and how tall it is, once its members (centres) have their places.
 *  `lane` counts the brackets already before the same members: each stands further left. */
export function bracketPlace(members, lane = 0) {
  const ys = members.map(({ y }) => y);
  const left = Math.min(...members.map(({ x }) => x)) - NODE_WIDTH / 2;
  const top = Math.min(...ys) - NODE_HEIGHT / 2;
  const bottom = Math.max(...ys) + NODE_HEIGHT / 2;
  return {
    x: left - BRACKET_DISTANCE - lane * (BRACKET_WIDTH + BRACKET_DISTANCE),
    y: (top + bottom) / 2,
    height: bottom - top,
  };
}

/** Return for each group how many earlier groups share a member with it. */
export function lanesOf(groups) {
  return groups.map(
    (group, position) =>
      groups.slice(0, position).filter((other) => other.members.some((id) => group.members.includes(id))).length,
  );
}
