/** The page of a batch: the progress of the whole batch, and each picture when it is ready. */

import { batches } from "./batches.js";
import { counted } from "./counts.js";
import { drawJob } from "./jobs.js";

const page = document.querySelector("#batch");
const { id, api, wordDone } = page.dataset;

function drawWhole({ fraction, done, total }) {
  const said = counted(wordDone, done, total);
  const status = page.querySelector("#batch-done");
  // Written only when it changes, because a screen reader reads every change aloud.
  if (status.textContent.trim() !== said) status.textContent = said;
  page.querySelector("#batch-bar").value = fraction;
  if (done === total) page.querySelector("#batch-cancel")?.remove();
}

batches.addEventListener("change", ({ detail }) => {
  if (detail.id !== id) return;
  detail.jobs.forEach(drawJob);
  const whole = batches.progressOf(id);
  if (whole) drawWhole(whole);
});
batches.follow(id, api);
