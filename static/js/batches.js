/**
 * My batches as they go: each is asked for when a connection comes about, then kept by what is heard
 * of its jobs, so that no caller needs to ask.
 *
 * Dispatches "change" (detail: the id of the batch, and its jobs of which there is news).
 */

import { events, hasEnded } from "./events.js";

const CONNECTED = new Set(["live", "polling"]);
const AGAIN_MS = 5000;

/** What a batch says of one of its jobs, from the job's own snapshot. */
export function inShort(job) {
  const { id, seq, state, preview, artwork, created_at, completed_at } = job;
  const [{ style, title: style_title }] = job.styles;
  const { fraction } = job.progress;
  const photo = job.photo.id;
  return { id, seq, state, photo, style, style_title, fraction, preview, artwork, created_at, completed_at };
}

class Batches extends EventTarget {
  #batches = new Map();

  constructor() {
    super();
    events.addEventListener("job", ({ detail }) => this.#hear(detail));
    events.addEventListener("gone", ({ detail }) => this.#forget(detail));
    events.addEventListener("connection", ({ detail }) => {
      if (CONNECTED.has(detail)) for (const id of this.#batches.keys()) this.#ask(id);
    });
  }

  /** Keep up with the batch of this id; `address` is its own in the API. */
  follow(id, address) {
    if (this.#batches.has(id)) return;
    this.#batches.set(id, { address, jobs: new Map(), isWhole: false });
    if (CONNECTED.has(events.state)) this.#ask(id);
  }

  /** All jobs of a batch in their order, in short; undefined until it is known how many they are. */
  jobsOf(id) {
    const batch = this.#batches.get(id);
    return batch?.isWhole ? [...batch.jobs.values()] : undefined;
  }

  /** How far all of a batch are together; undefined until it is known how many they are. */
  progressOf(id) {
    const jobs = this.jobsOf(id);
    if (!jobs) return undefined;
    const sum = jobs.reduce((whole, job) => whole + (hasEnded(job) ? 1 : job.fraction), 0);
    const done = jobs.filter(hasEnded).length;
    return { fraction: jobs.length ? sum / jobs.length : 1, done, total: jobs.length };
  }

  #hear(job) {
    const batch = this.#batches.get(job.batch);
    if (!batch) return;
    batch.jobs.set(job.id, inShort(job));
    this.#changed(job.batch, [batch.jobs.get(job.id)]);
  }

  #forget(gone) {
    for (const [id, { jobs }] of this.#batches) if (jobs.delete(gone)) this.#changed(id, []);
  }

  /** Asked only when news arrives again: what came in between would be lost otherwise. */
  async #ask(id) {
    const batch = this.#batches.get(id);
    clearTimeout(batch.again);
    const reply = await fetch(batch.address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (reply?.ok) this.take(id, await reply.json());
    else if (reply?.status !== 404) batch.again = setTimeout(() => this.#ask(id), AGAIN_MS);
  }

  /** Take in what the API says of a batch, except for jobs with newer news. */
  take(id, { jobs }) {
    const batch = this.#batches.get(id);
    const heard = batch.jobs;
    const newest = jobs.map((job) => (heard.get(job.id)?.seq > job.seq ? heard.get(job.id) : job));
    batch.jobs = new Map(newest.map((job) => [job.id, job]));
    batch.isWhole = true;
    this.#changed(id, newest);
  }

  #changed(id, jobs) {
    this.dispatchEvent(new CustomEvent("change", { detail: { id, jobs } }));
  }
}

export const batches = new Batches();
