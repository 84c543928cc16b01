/** Tells the style sheet the shape of pictures whose size depends on the height of the window. */

/** Set --ratio on each [data-fit] below `root` from the size its picture says it has. */
export function fitPictures(root = document) {
  for (const frame of root.querySelectorAll("[data-fit]")) {
    const image = frame.querySelector("img[width]");
    frame.style.setProperty("--ratio", image.getAttribute("width") / image.getAttribute("height"));
  }
}

fitPictures();
