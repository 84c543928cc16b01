/** The home page: a dropped photo opens the studio, and buttons switch the examples. */

import { keepDraft } from "./draft.js";
import { takePictures } from "./drop.js";

const home = document.querySelector("#home");
const door = home.querySelector("#door");
const others = home.querySelector(".home-others");

async function carryToStudio(file) {
  await keepDraft(file);
  // After the Back button the browser would fill it in again, and the page leave at once.
  door.value = "";
  location.assign(`${home.dataset.studio}?draft=1`);
}

function showPair(name) {
  for (const figure of home.querySelectorAll(".home-picture")) {
    figure.hidden = figure.id !== `pair-${name}`;
  }
  for (const button of others.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === name));
  }
}

takePictures(carryToStudio);
door.addEventListener("change", () => door.files.length && carryToStudio(door.files[0]));
// A user may be faster than this script.
if (door.files.length) carryToStudio(door.files[0]);
others?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) showPair(button.value);
});
