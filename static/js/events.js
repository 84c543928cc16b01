/**
 * The events of my jobs. They come from a socket, or from polling if sockets are blocked.
 *
 * Dispatches "job" (detail: the snapshot), "gone" (detail: the id of a deleted job) and "connection"
 * (detail: live, reconnecting, polling, offline, signedOut). It passes on "proof", "proof.tile" and
 * "sketch", which the studio uses.
 */

const OPENING_MS = 4000;
const SILENCE_MS = 50_000;
const RETRY_MS = [500, 1000, 2000, 5000, 10_000, 20_000];
// The shortest and longest pause between two polls, with active jobs and without. The pause grows
// while nothing changes.
const ASK_MS = { busy: [1000, 5000], idle: [8000, 60_000] };
const SLOWER = 1.5;
const SIGNED_OUT = 4401;
const ENDED = new Set(["succeeded", "failed", "canceled", "expired"]);
// On a phone the title of a hidden tab is not visible, so a hidden tab needs no progress events.
const hidesTitles = matchMedia("(pointer: coarse)");

export const hasEnded = (job) => ENDED.has(job.state);

class JobEvents extends EventTarget {
  #jobs = new Map();
  #failures = 0;
  #asking = 0;
  #retrying = 0;
  #silence = 0;
  #pause = 0;

  /** Start. `socket` and `events` are addresses. A second call does nothing. */
  start({ socket, events }) {
    if (this.address) return;
    this.address = events;
    this.socketAddress = new URL(socket, location.href);
    this.socketAddress.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#connect();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#retryNow();
      if (hidesTitles.matches) this.#say({ type: "visibility", hidden: document.hidden });
    });
    window.addEventListener("online", () => this.#retryNow());
    window.addEventListener("offline", () => this.state !== "live" && this.#become("offline"));
  }

  /** All known jobs, including those that ended. */
  get jobs() {
    return [...this.#jobs.values()];
  }

  /** Use the snapshot `job`, unless a newer one is known. */
  take(job) {
    if ((this.#jobs.get(job.id)?.seq ?? 0) >= job.seq) return;
    this.#jobs.set(job.id, job);
    this.dispatchEvent(new CustomEvent("job", { detail: job }));
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("connection", { detail: state }));
  }

  #connect() {
    clearTimeout(this.#retrying);
    const older = this.socket;
    const socket = new WebSocket(this.socketAddress);
    this.socket = socket;
    older?.close();
    const missed = this.place;
    const opening = setTimeout(() => socket.close(), OPENING_MS);
    socket.addEventListener("open", () => {
      clearTimeout(opening);
      if (socket === this.socket) this.#listen();
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.socket) return;
      const frame = JSON.parse(data);
      this.#receive(frame);
      // The snapshot has the latest jobs. "resume" asks for the other changes that were missed.
      const isFirst = frame.type === "snapshot" && missed !== undefined;
      if (isFirst && missed < frame.seq) this.#say({ type: "resume", seq: missed });
    });
    socket.addEventListener("close", ({ code }) => {
      clearTimeout(opening);
      if (socket === this.socket) this.#lost(code);
    });
  }

  #say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Close the socket if nothing arrives for SILENCE_MS, even if it looks open. */
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.socket.close(), SILENCE_MS);
  }

  #receive(frame) {
    this.#failures = 0;
    clearTimeout(this.#asking);
    this.#listen();
    this.#become("live");
    if (frame.type !== "hello") this.place = frame.seq;
    this.#tell(frame);
  }

  #tell({ type, data }) {
    if (type === "resync_required") this.#jobs.clear();
    if (type === "snapshot") data.jobs.forEach((job) => this.take(job));
    if (type === "job") this.take(data);
    if (type === "gone") {
      this.#jobs.delete(data.job);
      this.dispatchEvent(new CustomEvent("gone", { detail: data.job }));
    }
    if (type.startsWith("proof") || type === "sketch") this.dispatchEvent(new CustomEvent(type, { detail: data }));
  }

  /** Poll from the second failure on, and try the socket again between polls. */
  #lost(code) {
    clearTimeout(this.#silence);
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    // After a change of the password the page may already have a new session, so try once more.
    if (code === SIGNED_OUT && this.#failures > 1) {
      this.#stop();
      return;
    }
    if (this.#failures === 1) this.#become("reconnecting");
    if (this.#failures === 2) this.#ask();
    // A random time: after a restart of the server, not all pages must connect at the same moment.
    this.#retrying = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  #stop() {
    clearTimeout(this.#asking);
    clearTimeout(this.#retrying);
    this.#become("signedOut");
  }

  #retryNow() {
    if (this.state === "live" || this.state === "signedOut" || !this.state) return;
    this.#pause = 0;
    this.#connect();
    if (this.#failures > 1) this.#ask();
  }

  async #ask() {
    clearTimeout(this.#asking);
    const place = this.place === undefined ? "" : `?since=${this.place}`;
    let page = { events: [] };
    let failed = false;
    try {
      const reply = await fetch(this.address + place, { headers: { Accept: "application/json" } });
      if (reply.status === 401 || reply.status === 403) {
        this.#stop();
        return;
      }
      failed = !reply.ok;
      if (reply.ok) page = await reply.json();
      if (this.state !== "live") this.#become("polling");
    } catch {
      failed = true;
      if (this.state !== "live") this.#become("offline");
    }
    if (this.state === "live") return;
    this.place = page.seq ?? this.place;
    page.events.forEach((event) => this.#tell(event));
    this.#asking = setTimeout(() => this.#ask(), page.more ? 0 : this.#patience(page, failed));
  }

  /** Return the pause before the next poll. It grows each time nothing has changed. */
  #patience({ events }, failed) {
    const [least, most] = this.jobs.some((job) => !hasEnded(job)) ? ASK_MS.busy : ASK_MS.idle;
    const longest = failed ? ASK_MS.idle[1] : most;
    const changed = events.length > 0 && !failed;
    this.#pause = changed ? least : Math.min(Math.max(this.#pause * SLOWER, least), longest);
    return this.#pause;
  }
}

export const events = new JobEvents();
