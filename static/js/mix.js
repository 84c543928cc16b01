/** Shares of the chosen styles: they sum to one, and none is nothing. */

export const LEAST = 0.01;

/** The corners of a triangle of side 100, the first on top. */
export const CORNERS = [
  { x: 50, y: 0 },
  { x: 0, y: 86.6 },
  { x: 100, y: 86.6 },
];

/** Return `weights` scaled to shares. */
export function sharesOf(weights) {
  const room = 1 - LEAST * weights.length;
  const above = weights.map((weight) => Math.max(0, weight - LEAST));
  const sum = above.reduce((total, each) => total + each, 0);
  return above.map((each) => LEAST + room * (sum ? each / sum : 1 / weights.length));
}

/** Return the shares with the one at `index` as wanted; the others give or take in proportion. */
export function withShare(shares, index, wanted) {
  const most = 1 - LEAST * (shares.length - 1);
  const share = Math.min(Math.max(wanted, LEAST), most);
  const others = sharesOf(shares.filter((_, each) => each !== index));
  const rest = others.map((each) => LEAST + (each - LEAST) * scale(1 - share, others.length));
  return shares.map((_, each) => (each === index ? share : rest[each - (each > index)]));
}

/** How far shares above the least shrink when they are to sum to `sum`. */
function scale(sum, count) {
  return (sum - LEAST * count) / (1 - LEAST * count);
}

/** Return the shares with one more style, which gets its fair part. */
export function withOneMore(shares) {
  const part = 1 / (shares.length + 1);
  return sharesOf([...shares.map((share) => share * (1 - part)), part]);
}

/** Return where in the triangle three shares are. */
export function pointOf(shares) {
  const along = (axis) => shares.reduce((sum, share, at) => sum + share * CORNERS[at][axis], 0);
  return { x: along("x"), y: along("y") };
}

/** Return the three shares at a point; one outside the triangle counts as one on its edge. */
export function sharesAt({ x, y }) {
  const [a, b, c] = CORNERS;
  const area = (b.y - c.y) * (a.x - c.x) + (c.x - b.x) * (a.y - c.y);
  const first = ((b.y - c.y) * (x - c.x) + (c.x - b.x) * (y - c.y)) / area;
  const second = ((c.y - a.y) * (x - c.x) + (a.x - c.x) * (y - c.y)) / area;
  return sharesOf([first, second, 1 - first - second].map((share) => Math.max(0, share)));
}
