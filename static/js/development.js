/**
 * The arithmetic that develops a painting: its colors, and the mix with the photo. It is that of
 * style_transfer/imaging/development.py, and a test compares the two.
 *
 * A picture is the RGBA bytes of an ImageData. All pictures have the same size.
 */

const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];
// Colors are told apart from gray by this much, as in the engine.
const LEAST_CHROMA = 1e-6;

const lumaOf = (red, green, blue) => RED * red + GREEN * green + BLUE * blue;
const clamped = (value) => Math.min(1, Math.max(0, value));

/**
 * Return the painting with its colors from `color` ("style", "content" or "match"), as three floats
 * from 0 to 255 for each pixel. `map` has the matrix and the offset that give the painting the
 * palette of the photo.
 */
export function recolored(painting, photo, color, map) {
  const floats = new Float32Array((painting.length / 4) * 3);
  const put = { style: putPlain, content: putColorsOfPhoto, match: putMatched }[color];
  for (let from = 0, to = 0; from < painting.length; from += 4, to += 3) {
    put(floats, to, painting, photo, from, map);
  }
  return floats;
}

/**
 * Write the picture into the RGBA bytes `into`: the photo at strength 0, all of `floats` at 1. Where
 * `mask`, a gray picture, is black, it is the photo at any strength.
 */
export function mix(into, photo, floats, strength, mask = null) {
  for (let from = 0, to = 0; from < into.length; from += 4, to += 3) {
    const share = mask ? strength * (mask[from] / 255) : strength;
    // A clamped array rounds to the nearest byte.
    into[from] = photo[from] + share * (floats[to] - photo[from]);
    into[from + 1] = photo[from + 1] + share * (floats[to + 1] - photo[from + 1]);
    into[from + 2] = photo[from + 2] + share * (floats[to + 2] - photo[from + 2]);
  }
}

function putPlain(floats, to, painting, photo, from) {
  floats[to] = painting[from];
  floats[to + 1] = painting[from + 1];
  floats[to + 2] = painting[from + 2];
}

/** Write the brightness of the painting with the hue and saturation of the photo. */
function putColorsOfPhoto(floats, to, painting, photo, from) {
  const luma = lumaOf(painting[from] / 255, painting[from + 1] / 255, painting[from + 2] / 255);
  putAtLuma(floats, to, photo[from] / 255, photo[from + 1] / 255, photo[from + 2] / 255, luma);
}

/** Write the painting in the palette of the photo, each pixel half way to its color in the photo. */
function putMatched(floats, to, painting, photo, from, { matrix: m, offset }) {
  const [r, g, b] = [painting[from] / 255, painting[from + 1] / 255, painting[from + 2] / 255];
  const red = clamped(m[0] * r + m[1] * g + m[2] * b + offset[0]);
  const green = clamped(m[3] * r + m[4] * g + m[5] * b + offset[1]);
  const blue = clamped(m[6] * r + m[7] * g + m[8] * b + offset[2]);
  const half = [photo[from] / 255, photo[from + 1] / 255, photo[from + 2] / 255];
  const luma = lumaOf(red, green, blue);
  putAtLuma(floats, to, (red + half[0]) / 2, (green + half[1]) / 2, (blue + half[2]) / 2, luma);
}

/** Write a color at another brightness. What does not fit moves toward the gray of it. */
function putAtLuma(floats, to, red, green, blue, luma) {
  const own = lumaOf(red, green, blue);
  const chroma = [red - own, green - own, blue - own];
  let fit = 1;
  for (const each of chroma) {
    const room = each > 0 ? 1 - luma : luma;
    fit = Math.min(fit, Math.max(0, room / Math.max(Math.abs(each), LEAST_CHROMA)));
  }
  for (let channel = 0; channel < 3; channel += 1) {
    floats[to + channel] = 255 * clamped(luma + chroma[channel] * fit);
  }
}
