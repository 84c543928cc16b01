/** Gives the style sheet the shape of pictures with a size that depends on the window's height. */

/** Set --ratio on each [data-fit] below `root`, from the width and height attributes. */
export function fitPictures(root = document) {
  for (const frame of root.querySelectorAll("[data-fit]")) {
    const image = frame.querySelector("img[width]");
    frame.style.setProperty("--ratio", image.getAttribute("width") / image.getAttribute("height"));
  }
}

fitPictures();
