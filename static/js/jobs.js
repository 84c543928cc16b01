/** Jobs in a list: each element with `data-job` shows the state of its job until it is deleted. */

import { events } from "./events.js";
import { showPicture } from "./preview.js";

const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
const words = document.querySelector("#job-words").dataset;
const PAINTED = new Set(["running", "succeeded"]);

const placeOf = (id) => document.querySelector(`main [data-job="${id}"]`);

function wordsFor({ state, artwork }, fraction) {
  const word = words[`word${state[0].toUpperCase()}${state.slice(1)}`];
  if (state === "running") return `${word} · ${percent.format(fraction)}`;
  return artwork ? `${word} · ${words.wordKept}` : word;
}

/** Draw a job, from its snapshot or its short form, unless the page shows a newer state. */
export function drawJob(job) {
  const place = placeOf(job.id);
  if (!place || Number(place.dataset.seq) >= job.seq) return;
  const fraction = job.fraction ?? job.progress.fraction;
  place.dataset.seq = job.seq;
  place.dataset.state = job.state;
  place.querySelector(".job-state").textContent = wordsFor(job, fraction);
  const bar = place.querySelector("progress");
  if (bar) {
    bar.hidden = job.state !== "running";
    bar.max = 1;
    bar.value = fraction;
  }
  const image = place.querySelector("img:not(.pic-haze)");
  if (job.preview && PAINTED.has(job.state)) showPicture(image, job.preview.url);
}

events.addEventListener("job", ({ detail }) => drawJob(detail));
events.addEventListener("gone", ({ detail }) => placeOf(detail)?.remove());
events.jobs.forEach(drawJob);
