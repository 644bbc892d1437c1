// Which part of a map one sees first. Pure.

/** Move a view so that it shows no empty margin on one side while the map goes on at the other.
 *
 *  `pan` is where the view stands, the box is that of the map as it is rendered, the room that of
 *  the canvas. What fits is put into the middle. */
export function withoutEmptySides(pan, { x1, x2, y1, y2 }, { w, h }, padding = 0) {
  return { x: pan.x + shift(x1, x2, w, padding), y: pan.y + shift(y1, y2, h, padding) };
}

function shift(start, end, room, padding) {
  if (end - start + 2 * padding <= room) return (room - start - end) / 2;
  if (start > padding) return padding - start;
  return end < room - padding ? room - padding - end : 0;
}
