/**
 * What happens to my jobs: a socket, or polling where sockets are blocked.
 *
 * Dispatches "job" (detail: the snapshot) and "connection" (detail: live, reconnecting, polling);
 * "proof" and "proof.tile" as they come, for what asks for proof sheets itself.
 */

const POLL_MS = 1000;
const IDLE_POLL_MS = 8000;
const OPENING_MS = 4000;
const SILENCE_MS = 50_000;
const RETRY_MS = [500, 1000, 2000, 5000, 10_000];
const SIGNED_OUT = 4401;
const ENDED = new Set(["succeeded", "failed", "canceled", "expired"]);

export const hasEnded = (job) => ENDED.has(job.state);

class JobEvents extends EventTarget {
  #seen = new Map();
  #watched = new Set();
  #failures = 0;
  #timer = 0;
  #silence = 0;

  /** Begin; `socket` and `jobs` are addresses. A second call does nothing. */
  start({ socket, jobs }) {
    if (this.jobs) return;
    this.jobs = jobs;
    this.socket = new URL(socket, location.href);
    this.socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#connect();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.state !== "live") this.#retryNow();
    });
    window.addEventListener("online", () => this.#retryNow());
  }

  /** Ask for this job too while polling, and often. */
  watch(id) {
    this.#watched.add(id);
  }

  /** Take in `job` unless something newer is known of it. */
  take(job) {
    if ((this.#seen.get(job.id)?.seq ?? 0) >= job.seq) return;
    this.#seen.set(job.id, job);
    if (hasEnded(job)) this.#watched.delete(job.id);
    this.dispatchEvent(new CustomEvent("job", { detail: job }));
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("connection", { detail: state }));
  }

  #connect() {
    const socket = new WebSocket(this.socket);
    const opening = setTimeout(() => socket.close(), OPENING_MS);
    socket.addEventListener("open", () => clearTimeout(opening));
    socket.addEventListener("message", (event) => this.#receive(socket, JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      clearTimeout(opening);
      clearTimeout(this.#silence);
      if (event.code !== SIGNED_OUT) this.#lost();
    });
  }

  #receive(socket, { type, data }) {
    this.#failures = 0;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => socket.close(), SILENCE_MS);
    this.#become("live");
    if (type === "job") this.take(data);
    if (type === "snapshot") data.jobs.forEach((job) => this.take(job));
    if (type.startsWith("proof")) this.dispatchEvent(new CustomEvent(type, { detail: data }));
  }

  /** Poll from the second failure on, trying the socket again in between. */
  #lost() {
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#become(this.#failures > 1 ? "polling" : "reconnecting");
    clearTimeout(this.#timer);
    if (this.state === "polling") this.#poll();
    setTimeout(() => this.#connect(), wait);
  }

  #retryNow() {
    if (this.state === "polling") this.#poll();
  }

  async #poll() {
    clearTimeout(this.#timer);
    try {
      const addresses = this.#watched.size
        ? [...this.#watched].map((id) => `${this.jobs}${id}/`)
        : [`${this.jobs}?limit=20`];
      for (const address of addresses) {
        const reply = await fetch(address, { headers: { Accept: "application/json" } });
        if (!reply.ok) continue;
        const found = await reply.json();
        (found.results ?? [found]).forEach((job) => this.take(job));
      }
    } catch {
      // No network just now; the next round asks again.
    }
    const wait = this.#watched.size ? POLL_MS : IDLE_POLL_MS;
    clearTimeout(this.#timer);
    if (this.state === "polling") this.#timer = setTimeout(() => this.#poll(), wait);
  }
}

export const events = new JobEvents();
