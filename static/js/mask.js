/** The mask of the studio in a size, as the engine applies it (style_transfer/imaging/mask.py). */

import { drawn } from "./pixels.js";

const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];
// Smaller than this, in pixels, a feather would change nothing that can be seen.
const LEAST_FEATHER = 0.5;

/** Resolve to the mask as gray pixels: white is painted. Without a mask, or with an unreadable one, to undefined. */
export async function maskIn(form, width, height) {
  const [file] = form.querySelector("#id_mask").files;
  const bitmap = file && (await createImageBitmap(file).catch(() => undefined));
  if (!bitmap) return undefined;
  const mask = drawn(bitmap, width, height);
  bitmap.close();
  const isInverted = form.elements.mask_invert.checked;
  change(mask, (red, green, blue, alpha) => {
    const level = ((RED * red + GREEN * green + BLUE * blue) * alpha) / 255;
    return isInverted ? 255 - level : level;
  });
  const feather = Number(form.elements.mask_feather.value) * Math.max(width, height);
  return feather < LEAST_FEATHER ? mask : feathered(mask, feather);
}

/** Make the edge soft, on its inside only: what is black stays black. */
function feathered(mask, feather) {
  const { width, height, data } = mask;
  const shape = new OffscreenCanvas(width, height);
  const hard = new ImageData(new Uint8ClampedArray(data), width, height);
  change(hard, (level) => (level ? 255 : 0));
  shape.getContext("2d").putImageData(hard, 0, 0);
  const blurred = new OffscreenCanvas(width, height);
  const context = blurred.getContext("2d");
  context.filter = `blur(${feather / 2}px)`;
  // Larger first, so that the border of the picture does not count as an edge.
  context.drawImage(shape, -feather, -feather, width + 2 * feather, height + 2 * feather);
  context.drawImage(shape, 0, 0);
  const ramp = context.getImageData(0, 0, width, height).data;
  let at = -4;
  change(mask, (level) => (level * Math.max(0, 2 * ramp[(at += 4)] - 255)) / 255);
  return mask;
}

/** Set each pixel to the gray level that `levelOf` returns for it. */
function change({ data }, levelOf) {
  for (let at = 0; at < data.length; at += 4) {
    data.fill(levelOf(data[at], data[at + 1], data[at + 2], data[at + 3]), at, at + 3);
    data[at + 3] = 255;
  }
}
