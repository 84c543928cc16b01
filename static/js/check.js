/** Checks of a photo before it is sent, and a smaller copy of one that is too large. */

const KINDS = new Set(["image/jpeg", "image/png", "image/webp"]);
const MEGABYTE = 2 ** 20;
// The most pixels of a smaller copy, and how it is compressed. Every try has half of the pixels.
const MOST_PIXELS = 24_000_000;
const TRIES = 4;
const QUALITY = 0.92;

/**
 * Return why the server would refuse `file`, or undefined. `words` are the data attributes of the form.
 * With `isTooLarge`, a smaller copy can be made.
 */
export function refusalOf(file, words) {
  // Some systems do not tell the kind of a file. Then the server looks at it.
  if (file.type && !KINDS.has(file.type)) return { sentence: words.wordWrongKind, isTooLarge: false };
  const limit = Number(words.maxBytes);
  if (file.size <= limit) return undefined;
  const sizes = { 43: Math.ceil(file.size / MEGABYTE), 25: Math.floor(limit / MEGABYTE) };
  return { sentence: words.wordTooLarge.replace(/43|25/g, (size) => sizes[size]), isTooLarge: true };
}

/** Resolve to a smaller JPEG of the picture in `file`, or to undefined if this browser cannot make one. */
export async function smaller(file, words) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return undefined;
  }
  try {
    let share = Math.min(1, MOST_PIXELS / (picture.width * picture.height));
    for (let tries = 0; tries < TRIES; tries += 1, share /= 2) {
      const blob = await drawn(picture, Math.sqrt(share));
      if (blob && blob.size <= Number(words.maxBytes)) return new File([blob], "photo.jpg", { type: blob.type });
    }
    return undefined;
  } finally {
    picture.close();
  }
}

function drawn(picture, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  if (!pen) return undefined;
  // JPEG has no transparency, and would show it black.
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", QUALITY);
  });
}
