/**
 * The selection in My pictures. A click on a box selects a picture, Shift selects all up to it, and
 * a long press on a picture begins a selection. While something is selected, a click on a picture
 * selects it too.
 */

import { counted } from "./counts.js";

const LONG_PRESS_MS = 500;
const bar = document.querySelector("#selection");

if (bar) {
  const list = document.querySelector("#my-pictures");
  const boxes = [...list.querySelectorAll(".pick input")];
  const word = bar.querySelector("[data-count]");
  let last = null;
  let pressed = 0;
  let isLong = false;

  function show() {
    const count = boxes.filter((box) => box.checked).length;
    bar.hidden = count === 0;
    document.body.classList.toggle("is-selecting", count > 0);
    word.textContent = counted(word.dataset.word, 0, count);
  }

  /** Select `box`; with `isRange`, also all between it and the last one that was changed. */
  function select(box, isOn, isRange) {
    const ends = [boxes.indexOf(isRange && last ? last : box), boxes.indexOf(box)].sort((one, other) => one - other);
    for (const each of boxes.slice(ends[0], ends[1] + 1)) each.checked = isOn;
    last = box;
    show();
  }

  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    const box = item?.querySelector(".pick input");
    if (!box) return;
    if (event.target === box) {
      select(box, box.checked, event.shiftKey);
    } else if (event.target.closest("a:has(.pic)") && (isLong || document.body.classList.contains("is-selecting"))) {
      event.preventDefault();
      // The long press itself has selected the picture; the click after it must not undo this.
      if (!isLong) select(box, !box.checked, event.shiftKey);
    }
    isLong = false;
  });

  list.addEventListener("pointerdown", (event) => {
    clearTimeout(pressed);
    isLong = false;
    const box = event.target.closest("a:has(.pic)")?.closest("li").querySelector(".pick input");
    if (!box || event.pointerType === "mouse") return;
    pressed = setTimeout(() => {
      isLong = true;
      select(box, true, false);
    }, LONG_PRESS_MS);
  });
  for (const kind of ["pointerup", "pointercancel", "pointermove"]) {
    list.addEventListener(kind, () => clearTimeout(pressed));
  }
  // The menu of the browser would open after the same long press.
  list.addEventListener("contextmenu", (event) => {
    if (isLong) event.preventDefault();
  });

  bar.querySelector("[data-clear]").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    show();
  });
  bar.querySelector("[data-clear]").hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || bar.hidden || event.target.closest("select, input[type=text]")) return;
    for (const box of boxes) box.checked = false;
    show();
  });
  // After "Back", the browser has restored the boxes.
  addEventListener("pageshow", show);
  show();
}
