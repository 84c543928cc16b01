/** The pixels of pictures, as ImageData in a size. */

/** Fetch a picture and return its pixels, in its own size if none is given. */
export async function pixelsOf(address, width, height) {
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`${address}: ${reply.status}`);
  const size = width ? { resizeWidth: width, resizeHeight: height, resizeQuality: "high" } : {};
  const bitmap = await createImageBitmap(await reply.blob(), size);
  const pixels = drawn(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return pixels;
}

/** Return the pixels of a picture that is loaded, such as an image element, in a size. */
export function drawn(picture, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
