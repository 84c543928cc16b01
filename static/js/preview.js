/** Replace a picture in a page by a newer one. */

/** Show the picture of `url` when it is loaded, unless a newer one was requested since. */
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
