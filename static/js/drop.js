/** Photos that the user drops or pastes anywhere on the page. */

const KINDS = ["image/jpeg", "image/png", "image/webp"];

/** Call `take(file, more)` with pictures that the user drops or pastes anywhere on the page. */
export function takePictures(take) {
  const curtain = document.querySelector("#drop");
  let depth = 0;
  const show = (shown) => {
    if (curtain) curtain.hidden = !shown;
  };
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");

  document.addEventListener("dragenter", (event) => {
    if (carriesFile(event)) show(++depth > 0);
  });
  document.addEventListener("dragleave", (event) => {
    if (carriesFile(event)) show(--depth > 0);
  });
  document.addEventListener("dragover", (event) => {
    if (carriesFile(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    const [file, ...more] = event.dataTransfer.files;
    if (file) take(file, more);
  });
  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    const [file, ...more] = pasted.filter((each) => KINDS.includes(each.type));
    if (file) take(file, more);
  });
}
