/** Photos that the user drops or pastes anywhere on the page. */

const KINDS = ["image/jpeg", "image/png", "image/webp"];

/**
 * Call `take(file, more)` with pictures that the user drops or pastes anywhere on the page. A place
 * is an element that takes those for itself that are dropped on it, or pasted while it has the
 * focus.
 */
export function takePictures(take, place = undefined) {
  const curtain = document.querySelector("#drop");
  let depth = 0;
  const show = (shown) => {
    if (curtain) curtain.hidden = !shown;
  };
  const isInPlace = (element) => Boolean(place?.element.contains(element));
  const takerFor = (element) => (isInPlace(element) ? place.take : take);
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");

  document.addEventListener("dragenter", (event) => {
    if (carriesFile(event)) show(++depth > 0);
  });
  document.addEventListener("dragleave", (event) => {
    if (!carriesFile(event)) return;
    depth -= 1;
    if (depth > 0) return;
    show(false);
    place?.element.classList.remove("is-target");
  });
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    show(!isInPlace(event.target));
    place?.element.classList.toggle("is-target", isInPlace(event.target));
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    place?.element.classList.remove("is-target");
    const [file, ...more] = event.dataTransfer.files;
    if (file) takerFor(event.target)(file, more);
  });
  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    const [file, ...more] = pasted.filter((each) => KINDS.includes(each.type));
    if (file) takerFor(document.activeElement)(file, more);
  });
}
