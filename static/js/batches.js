/**
 * The current state of my batches. Each batch is fetched when a connection begins. After that,
 * events of its jobs update it, so callers do not need to fetch it.
 *
 * Dispatches "change" (detail: the id of the batch, and its jobs that changed).
 */

import { events, hasEnded } from "./events.js";

const CONNECTED = new Set(["live", "polling"]);
const AGAIN_MS = 5000;

/** Return the short form of a job, as a batch has it, from the snapshot of the job. */
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

  /** Start to follow the batch with this id. `address` is its address in the API. */
  follow(id, address) {
    if (this.#batches.has(id)) return;
    this.#batches.set(id, { address, jobs: new Map(), isWhole: false });
    if (CONNECTED.has(events.state)) this.#ask(id);
  }

  /** Return the short form of all jobs of a batch, in order; undefined until it is loaded. */
  jobsOf(id) {
    const batch = this.#batches.get(id);
    return batch?.isWhole ? [...batch.jobs.values()] : undefined;
  }

  /** Return the progress of a whole batch; undefined until the batch is loaded. */
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

  /** Fetch a batch again after a new connection, because events before it may be lost. */
  async #ask(id) {
    const batch = this.#batches.get(id);
    clearTimeout(batch.again);
    const reply = await fetch(batch.address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (reply?.ok) this.take(id, await reply.json());
    else if (reply?.status !== 404) batch.again = setTimeout(() => this.#ask(id), AGAIN_MS);
  }

  /** Use the reply of the API about a batch, except for jobs with newer events. */
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
