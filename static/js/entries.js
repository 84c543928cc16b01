/** The entries of the tray: one job, or one batch of several jobs. */

import { batches, inShort } from "./batches.js";
import { counted } from "./counts.js";
import { events, hasEnded } from "./events.js";

const words = document.querySelector("#tray").dataset;
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
const NOBODY = "00000000-0000-0000-0000-000000000000";
// A finished entry stays in the tray for some time, so that the user sees it.
const STAYS_MS = 10 * 60_000;
const OUTCOMES = ["succeeded", "failed", "canceled", "expired"];

const address = (pattern, id) => pattern.replace(NOBODY, id);
const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** One line of the tray. `key` is the id of the job or of the batch. */
class Entry {
  constructor(key, known) {
    this.key = key;
    this.isBatch = known[0].batch === key;
    const whole = this.isBatch ? batches.jobsOf(key) : known.map(inShort);
    // Until the batch is loaded, the known jobs only tell whether the batch is active.
    this.isKnown = whole?.length > 0;
    this.jobs = this.isKnown ? whole : known.map(inShort);
    const active = this.jobs.filter((job) => !hasEnded(job));
    this.isSeveral = this.jobs.length > 1;
    this.left = active.length;
    this.isActive = this.left > 0;
    this.begin = Math.min(...this.jobs.map((job) => Date.parse(job.created_at)));
    this.end = this.isActive ? Infinity : Math.max(...this.jobs.map((job) => Date.parse(job.completed_at)));
    this.isRecent = Date.now() - this.end < STAYS_MS;
    this.fraction = this.isBatch ? (batches.progressOf(key)?.fraction ?? 0) : this.#fractionOfOne();
    this.title = this.isSeveral ? this.#titleOfSeveral() : known[0].styles.map(({ title }) => title).join(" + ");
  }

  #fractionOfOne() {
    return this.isActive ? this.jobs[0].fraction : 1;
  }

  #titleOfSeveral() {
    const styles = new Map(this.jobs.map((job) => [job.style, job.style_title]));
    const [first] = styles.values();
    const more = styles.size > 1 ? ` ${words.wordMore.replace("9", styles.size - 1)}` : "";
    return `${words.wordPictures.replace("9", this.jobs.length)} · ${first}${more}`;
  }

  /** Whether a job succeeded or failed. An entry that was only canceled leaves the tray at once. */
  get hasOutcome() {
    return this.jobs.some(({ state }) => state === "succeeded" || state === "failed");
  }

  get isShown() {
    return this.isKnown && (this.isActive || (this.isRecent && this.hasOutcome));
  }

  /** The state in words. For a batch, the ring beside the words shows the progress. */
  get state() {
    if (this.jobs.every(({ state }) => state === "queued")) return words.wordQueued;
    if (!this.isActive) return this.isSeveral ? this.#outcomes() : words[`word${capital(this.jobs[0].state)}`];
    if (this.isSeveral) return counted(words.wordOf, this.jobs.length - this.left, this.jobs.length);
    return `${words.wordRunning} · ${percent.format(this.fraction)}`;
  }

  /** The same with the progress of a batch, for users who do not see the ring. */
  get aloud() {
    const isHidden = this.isSeveral && this.isActive;
    return `${this.title}: ${this.state}${isHidden ? ` · ${percent.format(this.fraction)}` : ""}`;
  }

  #outcomes() {
    const counts = OUTCOMES.map((state) => [state, this.jobs.filter((job) => job.state === state).length]);
    const told = counts.filter(([, count]) => count > 0);
    const parts = told.map(([state, count]) => words[`wordMany${capital(state)}`].replace("9", count));
    return parts.join(words.wordComma.replaceAll("…", ""));
  }

  get page() {
    return address(this.isBatch ? words.batchPage : words.jobPage, this.key);
  }

  get cancelAddress() {
    return address(this.isBatch ? words.batchCancel : words.jobCancel, this.key);
  }

  /** The first preview of a job, or the photo if there is no preview yet. */
  get picture() {
    const painted = this.jobs.find(({ preview }) => preview);
    return painted ? painted.preview.url : address(words.photoThumb, this.jobs[0].photo);
  }

  /** Use the reply of the API about this entry. */
  take(answer) {
    if (this.isBatch) batches.take(this.key, answer);
    else events.take(answer);
  }
}

/** Return all known entries, newest first, and follow the batches that the tray needs. */
export function currentEntries() {
  const groups = new Map();
  for (const job of events.jobs) {
    const key = job.batch ?? job.id;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(job);
  }
  const entries = [...groups].map(([key, jobs]) => new Entry(key, jobs));
  const stretch = stretchOf(entries);
  for (const entry of entries) {
    const matters = entry.isRecent || stretch.includes(entry);
    if (entry.isBatch && matters) batches.follow(entry.key, address(words.batchApi, entry.key));
  }
  return entries.sort((one, other) => other.begin - one.begin);
}

/**
* Return the entries since the tray was last idle: all active entries, and the entries that ended
* while another one was active.
*/
function stretchOf(entries) {
  const stretch = entries.filter(({ isActive }) => isActive);
  let since = Math.min(...stretch.map(({ begin }) => begin));
  const ended = entries.filter(({ isActive }) => !isActive).sort((one, other) => other.end - one.end);
  for (const entry of ended) {
    if (entry.end < since) break;
    since = Math.min(since, entry.begin);
    stretch.push(entry);
  }
  return stretch;
}

/**
 * Return the progress of all pictures together; each picture counts the same. Pictures that ended
 * since the tray was last idle count too, so the progress does not go back when one ends. Undefined
 * until all batches are loaded.
 */
export function shareDone(entries) {
  const stretch = stretchOf(entries);
  if (!stretch.every(({ isKnown }) => isKnown)) return undefined;
  const pictures = stretch.reduce((sum, { jobs }) => sum + jobs.length, 0);
  return stretch.reduce((sum, { jobs, fraction }) => sum + jobs.length * fraction, 0) / (pictures || 1);
}
