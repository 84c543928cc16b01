/** The tray in the header of every page: the pictures in progress and those that just ended. */

import { batches } from "./batches.js";
import { currentEntries, shareDone } from "./entries.js";
import { events } from "./events.js";
import { Notices } from "./notices.js";
import { showPicture } from "./preview.js";
import { send } from "./token.js";

const tray = document.querySelector("#tray");
const list = tray.querySelector(".tray-list");
const template = tray.querySelector("template");
const said = document.querySelector("#tray-said");
const dot = tray.querySelector(".connection");
const words = tray.dataset;
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
const notices = new Notices(tray.querySelector(".tray-notices"));
const MOST_DONE = 4;
const TENTHS = 10;
const TIDY_MS = 30_000;
const told = new Map();
const pageTitle = document.title;
// The page of a job sets the title itself. The pages of jobs and batches also speak themselves.
const jobPage = document.querySelector("#job")?.dataset.id;
const batchPage = document.querySelector("#batch")?.dataset.id;
let isDue = false;

function newRow({ key, title, page, isSeveral }) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.entry = key;
  row.classList.toggle("is-several", isSeveral);
  row.querySelector("a").href = page;
  const cancel = row.querySelector("button");
  if (isSeveral) cancel.textContent = words.wordCancelRest;
  cancel.setAttribute("aria-label", `${cancel.textContent.trim()}: ${title}`);
  cancel.addEventListener("click", () => cancelEntry(key, cancel));
  return row;
}

async function cancelEntry(key, button) {
  button.disabled = true;
  try {
    const entry = currentEntries().find((each) => each.key === key);
    const reply = await send(entry.cancelAddress, { method: "POST" });
    if (!reply.ok) throw new Error(reply.status);
    // The row with the focus disappears, so move the focus to the tray.
    tray.querySelector("summary").focus();
    entry.take(await reply.json());
  } catch {
    button.disabled = false;
  }
}

function drawRow(row, entry) {
  row.classList.toggle("is-done", !entry.isActive);
  row.querySelector(".tray-title").textContent = entry.title;
  row.querySelector(".tray-state").textContent = entry.state;
  row.querySelector(".ring-arc").setAttribute("stroke-dasharray", `${entry.fraction * 100} 100`);
  row.querySelector("button").hidden = !entry.isActive;
  showPicture(row.querySelector("img"), entry.picture);
}

/** Draw the rows in the order of `shown`. An existing row is not moved, so it keeps its focus. */
function drawList(shown) {
  const rows = new Map([...list.children].map((row) => [row.dataset.entry, row]));
  const keys = new Set(shown.map(({ key }) => key));
  for (const [key, row] of rows) if (!keys.has(key)) row.remove();
  shown.forEach((entry, place) => {
    const row = rows.get(entry.key) ?? newRow(entry);
    drawRow(row, entry);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
  });
}

/** Draw the summary of the tray (number and progress), and the title of the tab. */
function drawWhole(entries, shown) {
  const left = entries.reduce((sum, entry) => sum + entry.left, 0);
  tray.hidden = left === 0 && shown.length === 0;
  tray.classList.toggle("is-idle", left === 0);
  tray.querySelector(".tray-count").textContent = left || "";
  tray.querySelector(".tray-word").textContent = left ? words.wordMaking : words.wordSucceeded;
  const share = left ? shareDone(entries) : 1;
  if (share === undefined) return;
  tray.querySelector("summary .ring-arc").setAttribute("stroke-dasharray", `${share * 100} 100`);
  if (jobPage) return;
  document.title = left ? `${percent.format(share)} · ${pageTitle}` : pageTitle;
}

/** Return what a screen reader says about an entry: each tenth of its progress, and its end. */
function newsOf(entry) {
  const before = told.get(entry.key);
  const step = entry.isActive ? Math.floor(entry.fraction * TENTHS) : Infinity;
  told.set(entry.key, Math.max(step, before ?? 0));
  // The state when the page loads is not news.
  if (before === undefined || step <= before || !entry.isShown) return "";
  return [jobPage, batchPage].includes(entry.key) ? "" : entry.aloud;
}

function draw() {
  isDue = false;
  const entries = currentEntries();
  const known = entries.filter((entry) => entry.isKnown);
  const done = known.filter((entry) => entry.isShown && !entry.isActive);
  const latest = new Set(done.sort((one, other) => other.end - one.end).slice(0, MOST_DONE));
  const shown = known.filter((entry) => entry.isShown && (entry.isActive || latest.has(entry)));
  drawList(shown);
  drawWhole(entries, shown);
  const news = known.map(newsOf).filter(Boolean);
  if (news.length) said.textContent = news.join(". ");
  notices.take(known);
}

/** Draw only once for all events of one frame. */
function drawSoon() {
  if (isDue) return;
  isDue = true;
  queueMicrotask(draw);
}

function connection(state) {
  dot.dataset.connection = state;
  dot.textContent = words[`word${state[0].toUpperCase()}${state.slice(1)}`];
}

events.addEventListener("job", drawSoon);
events.addEventListener("gone", drawSoon);
batches.addEventListener("change", drawSoon);
events.addEventListener("connection", ({ detail }) => connection(detail));
events.start(words);
// Finished entries leave the tray after some time, even if no event comes.
setInterval(drawSoon, TIDY_MS);

// The panels of the header close when the user clicks outside.
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
