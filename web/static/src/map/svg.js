// A drawn map as SVG text. Pure: shapes with their colours and places in, text out.

const MARGIN = 24;
const LINE = 15;
const CORNER = 4;

/** Return the drawing; `shapes` are those of map/saving.js, the look is {paper, font}. */
export function svgOf({ box, edges, nodes }, { paper, font }) {
  const [x, y] = [box.x - MARGIN, box.y - MARGIN];
  const [width, height] = [box.width + 2 * MARGIN, box.height + 2 * MARGIN];
  const size = [x, y, width, height].map(short).join(" ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${size}" width="${short(width)}" height="${short(height)}"`,
    ` font-family="${escape(font)}" font-size="12">`,
    `<rect x="${short(x)}" y="${short(y)}" width="100%" height="100%" fill="${escape(paper)}"/>`,
    ...edges.map(edgeText),
    ...nodes.map((node) => (node.bracket ? bracketText(node) : nodeText(node))),
    "</svg>\n",
  ].join("");
}

function edgeText({ points, colour, width, dashed, arrow }) {
  const dashes = dashed ? ' stroke-dasharray="5 4"' : "";
  const line = `<path d="${pathOf(points)}" fill="none" stroke="${escape(colour)}" stroke-width="${width}"${dashes}/>`;
  return arrow ? line + arrowText(points, colour) : line;
}

/** Quadratic pieces through the control points, as the map itself bends its edges. */
export function pathOf(points) {
  const [start, ...rest] = points;
  const end = rest.pop();
  const pieces = rest.map((control, at) => {
    const next = rest[at + 1];
    const goal = next ? { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 } : end;
    return `Q${pair(control)} ${pair(goal)}`;
  });
  return `M${pair(start)}${pieces.length > 0 ? pieces.join("") : `L${pair(end)}`}`;
}

function arrowText(points, colour) {
  const [before, tip] = points.slice(-2);
  const angle = (Math.atan2(tip.y - before.y, tip.x - before.x) * 180) / Math.PI;
  return `<path d="M0 0L-8 -4L-8 4Z" fill="${escape(colour)}" transform="translate(${pair(tip)}) rotate(${short(angle)})"/>`;
}

function nodeText(node) {
  const dashes = node.dashed ? ' stroke-dasharray="4 3"' : "";
  const first = node.y - ((node.lines.length - 1) * LINE) / 2 + 4;
  const lines = node.lines.map((line, at) => textAt(node.x, first + at * LINE, line, node.text));
  return (
    `<rect x="${short(node.x - node.width / 2)}" y="${short(node.y - node.height / 2)}" width="${short(node.width)}"` +
    ` height="${short(node.height)}" rx="${CORNER}" fill="${escape(node.fill)}" stroke="${escape(node.border)}"` +
    ` stroke-width="${node.borderWidth}"${dashes}/>${lines.join("")}`
  );
}

function bracketText({ x, y, width, height, fill, lines, text }) {
  const [left, right] = [x - width / 2, x + width / 2];
  const [top, bottom] = [y - height / 2, y + height / 2];
  const way = `M${pair({ x: right, y: top })}L${pair({ x: left, y: top })}L${pair({ x: left, y: bottom })}L${pair({ x: right, y: bottom })}`;
  return `<path d="${way}" fill="none" stroke="${escape(fill)}" stroke-width="2.5"/>${textAt(x, top - 5, lines[0], text)}`;
}

function textAt(x, y, words, colour) {
  return `<text x="${short(x)}" y="${short(y)}" text-anchor="middle" fill="${escape(colour)}">${escape(words)}</text>`;
}

function pair({ x, y }) {
  return `${short(x)} ${short(y)}`;
}

function short(number) {
  return String(Math.round(number * 10) / 10);
}

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as it may stand in SVG: what XML cannot hold at all becomes a sign one can see. */
export function escape(text) {
  return [...String(text)]
    .map((letter) => SIGNS[letter] ?? (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(letter) ? "\ufffd" : letter))
    .join("");
}
