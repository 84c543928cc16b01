/** The keys of the studio: `[` and `]` change the strength, space shows the photo, Enter creates. */

const TYPING = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, dialog";
// Here these keys press or choose something.
const PRESSED = "button, a, summary, label, input:not([type=range])";

/** Start. `stage` shows the photo while space is held. */
export function watchKeys(form, stage) {
  const strength = form.querySelector("#id_strength");
  const list = document.querySelector("#keys");

  function change(steps) {
    if (strength.disabled) return;
    strength[steps < 0 ? "stepDown" : "stepUp"]();
    strength.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function press(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest?.(TYPING)) return;
    if (key === "[") change(-1);
    else if (key === "]") change(1);
    else if (key === "?") list.togglePopover();
    else if (target.closest?.(PRESSED) || list.matches(":popover-open")) return;
    else if (key === " ") stage.hold(true);
    else if (key === "Enter") form.requestSubmit();
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", press);
  document.addEventListener("keyup", ({ key }) => key === " " && stage.hold(false));
  window.addEventListener("blur", () => stage.hold(false));
  watchHold(form.querySelector("#stage-hold"), form.querySelector("#stage-picture"), stage);
}

/** The photo is also shown while the button is pressed, or the picture itself. */
function watchHold(button, figure, stage) {
  for (const place of [button, figure]) {
    place.addEventListener("pointerdown", ({ button: which }) => which === 0 && stage.hold(true));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) place.addEventListener(end, () => stage.hold(false));
  }
  const isPress = ({ key }) => key === " " || key === "Enter";
  button.addEventListener("keydown", (event) => {
    if (!isPress(event)) return;
    event.preventDefault();
    stage.hold(true);
  });
  button.addEventListener("keyup", (event) => isPress(event) && stage.hold(false));
}
