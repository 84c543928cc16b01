/** Buttons that copy: data-copy names an element, and its text is copied to the clipboard. */

const SHOWN_MS = 1800;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
  const word = button.textContent;
  button.textContent = button.dataset.wordCopied;
  setTimeout(() => (button.textContent = word), SHOWN_MS);
});
