/** The page of a batch: one progress for the whole, and each of its pictures as it comes. */

import { batches } from "./batches.js";
import { counted } from "./counts.js";
import { drawJob } from "./jobs.js";

const page = document.querySelector("#batch");
const { id, api, wordDone } = page.dataset;

function drawWhole({ fraction, done, total }) {
  const said = counted(wordDone, done, total);
  const status = page.querySelector("#batch-done");
  // Only what changes is read out.
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
