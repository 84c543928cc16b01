/** The tray in the header: the pictures being made and those just done, on every page. */

import { events, hasEnded } from "./events.js";
import { Notices } from "./notices.js";

const tray = document.querySelector("#tray");
const list = tray.querySelector(".tray-list");
const template = tray.querySelector("template");
const said = document.querySelector("#tray-said");
const dot = tray.querySelector(".connection");
const words = tray.dataset;
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
const notices = new Notices(tray.querySelector(".tray-notices"), words);
const NOBODY = "00000000-0000-0000-0000-000000000000";
// What is done stays in the tray for a while, so that one sees it go by.
const STAYS_MS = 10 * 60_000;
const MOST_DONE = 4;
const TELL_EVERY = 0.1;
const told = new Map();
const pageTitle = document.title;
// The page of a job has a title and a voice of its own.
const ownPage = document.querySelector("#job")?.dataset.id;

const titleOf = (job) => job.styles.map(({ title }) => title).join(" + ");
const isFresh = (job) => Date.now() - Date.parse(job.completed_at) < STAYS_MS;
const isShown = (job) =>
  !hasEnded(job) || (isFresh(job) && ["succeeded", "failed"].includes(job.state));

function stateOf(job) {
  if (job.state === "succeeded") return words.wordDone;
  if (job.state === "failed") return words.wordFailed;
  if (job.state === "queued") return words.wordQueued;
  return `${words.wordRunning} · ${percent.format(job.progress.fraction)}`;
}

function rowOf(job) {
  const known = list.querySelector(`[data-job="${job.id}"]`);
  if (known) return known;
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.job = job.id;
  row.querySelector("a").href = words.jobPage.replace(NOBODY, job.id);
  row.querySelector("img").src = words.photoThumb.replace(NOBODY, job.photo.id);
  row.querySelector(".tray-title").textContent = titleOf(job);
  const cancel = row.querySelector("button");
  cancel.setAttribute("aria-label", `${cancel.textContent.trim()}: ${titleOf(job)}`);
  cancel.addEventListener("click", () => cancelJob(job.id, cancel));
  list.append(row);
  return row;
}

async function cancelJob(id, button) {
  button.disabled = true;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  try {
    const address = words.jobCancel.replace(NOBODY, id);
    const reply = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!reply.ok) throw new Error(reply.status);
    // The focus stays in the tray although the row goes.
    tray.querySelector("summary").focus();
    events.take(await reply.json());
  } catch {
    button.disabled = false;
  }
}

function drawRow(job) {
  if (!isShown(job)) {
    list.querySelector(`[data-job="${job.id}"]`)?.remove();
    return;
  }
  const row = rowOf(job);
  row.classList.toggle("is-done", hasEnded(job));
  row.querySelector(".tray-state").textContent = stateOf(job);
  row.querySelector(".ring-arc").setAttribute("stroke-dasharray", `${job.progress.fraction * 100} 100`);
  row.querySelector("button").hidden = hasEnded(job);
  if (job.preview) row.querySelector("img").src = job.preview.url;
}

/** Draw what the whole tray says: how many, how far, and in the title of the tab. */
function drawWhole() {
  const active = events.jobs.filter((job) => !hasEnded(job));
  const done = events.jobs.filter((job) => hasEnded(job) && isShown(job));
  done.sort((a, b) => a.completed_at.localeCompare(b.completed_at));
  for (const { id } of done.slice(0, -MOST_DONE)) list.querySelector(`[data-job="${id}"]`)?.remove();
  const fraction = active.reduce((sum, job) => sum + job.progress.fraction, 0) / (active.length || 1);
  tray.hidden = active.length + done.length === 0;
  tray.classList.toggle("is-idle", active.length === 0);
  tray.querySelector(".tray-count").textContent = active.length || "";
  tray.querySelector(".tray-word").textContent = active.length ? words.wordMaking : words.wordDone;
  const arc = active.length ? fraction : 1;
  tray.querySelector("summary .ring-arc").setAttribute("stroke-dasharray", `${arc * 100} 100`);
  if (ownPage) return;
  document.title = active.length ? `${percent.format(fraction)} · ${pageTitle}` : pageTitle;
}

/** Say aloud each tenth of the way, and the end. */
function say(job) {
  const before = told.get(job.id);
  const step = hasEnded(job) ? job.state : Math.floor(job.progress.fraction / TELL_EVERY);
  told.set(job.id, step);
  // What was so when the page came is no news.
  if (before === undefined || before === step || job.id === ownPage || !isShown(job)) return;
  said.textContent = `${titleOf(job)}: ${stateOf(job)}`;
}

function draw(job) {
  drawRow(job);
  drawWhole();
  say(job);
  notices.take(job);
}

function connection(state) {
  dot.dataset.connection = state;
  dot.textContent = words[`word${state[0].toUpperCase()}${state.slice(1)}`];
}

events.addEventListener("job", ({ detail }) => draw(detail));
events.addEventListener("gone", ({ detail }) => {
  list.querySelector(`[data-job="${detail}"]`)?.remove();
  drawWhole();
});
events.addEventListener("connection", ({ detail }) => connection(detail));
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
