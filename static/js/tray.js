/** The tray in the header: the pictures being made, on every page. */

import { events, hasEnded } from "./events.js";

const tray = document.querySelector("#tray");
const list = tray.querySelector(".tray-list");
const template = tray.querySelector("template");
const words = tray.dataset;
const active = new Map();
const NOBODY = "00000000-0000-0000-0000-000000000000";

function state(job) {
  if (job.state === "queued") return words.wordQueued;
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  return `${words.wordRunning} · ${percent.format(job.progress.fraction)}`;
}

function row(job) {
  const known = list.querySelector(`[data-job="${job.id}"]`);
  if (known) return known;
  const made = template.content.firstElementChild.cloneNode(true);
  made.dataset.job = job.id;
  made.querySelector("a").href = words.jobPage.replace(NOBODY, job.id);
  made.querySelector("img").src = words.photoThumb.replace(NOBODY, job.photo.id);
  made.querySelector(".tray-title").textContent = job.styles.map(({ title }) => title).join(" + ");
  list.append(made);
  return made;
}

function draw(job) {
  if (hasEnded(job)) {
    active.delete(job.id);
    list.querySelector(`[data-job="${job.id}"]`)?.remove();
  } else {
    active.set(job.id, job);
    const shown = row(job);
    shown.querySelector(".tray-state").textContent = state(job);
    if (job.preview) shown.querySelector("img").src = job.preview.url;
  }
  const jobs = [...active.values()];
  const done = jobs.reduce((sum, each) => sum + each.progress.fraction, 0) / (jobs.length || 1);
  tray.hidden = jobs.length === 0;
  tray.querySelector(".tray-count").textContent = jobs.length;
  tray.querySelector(".ring-arc").setAttribute("stroke-dasharray", `${done * 100} 100`);
}

events.addEventListener("job", ({ detail }) => draw(detail));
events.start(words);

// Panels of the header close when the visitor goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
