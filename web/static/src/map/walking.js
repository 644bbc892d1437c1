// From item to item with the arrow keys. Pure.

// A node straight ahead is nearer than one as far away to the side.
const SIDEWAYS = 3;

/** Return the place nearest to `here` in the direction [dx, dy]; undefined where there is none. */
export function nearest(here, places, [dx, dy]) {
  let best;
  let least = Infinity;
  for (const place of places) {
    const [x, y] = [place.x - here.x, place.y - here.y];
    const ahead = x * dx + y * dy;
    if (place.id === here.id || ahead <= 0) continue;
    const cost = ahead + SIDEWAYS * Math.abs(x * dy + y * dx);
    if (cost >= least) continue;
    least = cost;
    best = place;
  }
  return best;
}
