/** A picture in a page that changes to a newer one. */

/** Show the picture of `url` once it is there; one that a newer one replaced is left out. */
export async function showPicture(image, url) {
  if (image.dataset.next === url) return;
  image.dataset.next = url;
  const next = new Image();
  next.src = url;
  try {
    await next.decode();
  } catch {
    return;
  }
  if (image.dataset.next === url) image.src = url;
}
