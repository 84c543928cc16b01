/** Shares of the chosen styles. Their sum is one, and each is at least LEAST. */

export const LEAST = 0.01;

/** The corners of a triangle with sides of 100, the top corner first. */
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

/** Return the shares with `wanted` at `index`. The other shares keep their proportions. */
export function withShare(shares, index, wanted) {
  const most = 1 - LEAST * (shares.length - 1);
  const share = Math.min(Math.max(wanted, LEAST), most);
  const others = sharesOf(shares.filter((_, each) => each !== index));
  const rest = others.map((each) => LEAST + (each - LEAST) * scale(1 - share, others.length));
  return shares.map((_, each) => (each === index ? share : rest[each - (each > index)]));
}

/** Return the factor for the parts above LEAST of `count` shares, so that their sum is `sum`. */
function scale(sum, count) {
  return (sum - LEAST * count) / (1 - LEAST * count);
}

/** Return the shares with one more style, which gets an equal part. */
export function withOneMore(shares) {
  const part = 1 / (shares.length + 1);
  return sharesOf([...shares.map((share) => share * (1 - part)), part]);
}

/** Return the point in the triangle that belongs to three shares. */
export function pointOf(shares) {
  const along = (axis) => shares.reduce((sum, share, at) => sum + share * CORNERS[at][axis], 0);
  return { x: along("x"), y: along("y") };
}

/** Return the three shares at a point. A point outside the triangle is moved to its edge. */
export function sharesAt({ x, y }) {
  const [a, b, c] = CORNERS;
  const area = (b.y - c.y) * (a.x - c.x) + (c.x - b.x) * (a.y - c.y);
  const first = ((b.y - c.y) * (x - c.x) + (c.x - b.x) * (y - c.y)) / area;
  const second = ((c.y - a.y) * (x - c.x) + (a.x - c.x) * (y - c.y)) / area;
  return sharesOf([first, second, 1 - first - second].map((share) => Math.max(0, share)));
}
