/**
 * Sketches: the server paints the photo small, with the chosen styles and settings.
 *
 * Dispatches "sketch" (detail: what was asked, and the snapshot of it), "refused" (detail: a sentence)
 * and "busy" (detail: whether a sketch is on its way).
 */

import { events } from "./events.js";
import { send } from "./token.js";

const QUIET_MS = 200; // of the controls, before anything is asked
const POLL_MS = 350;
const CHECK_MS = 1500;
const KEPT = 40;

export class Sketches extends EventTarget {
  #ready = new Map();
  #key = "";
  #timer = 0;
  #abort = null;
  #id = null;

  /** `form` is the studio. */
  constructor(form) {
    super();
    this.words = form.dataset;
    events.addEventListener("sketch", ({ detail }) => this.#take(detail));
  }

  /** Ask for `body` when nothing has changed for a moment. What was asked before is canceled; null asks for nothing. */
  want(body) {
    const key = body ? JSON.stringify(body) : "";
    if (key === this.#key) return;
    this.#stop();
    this.#key = key;
    const known = this.#ready.get(key);
    // The server cancels the one before when it is asked for another one.
    if (known || !key) this.#cancel();
    this.#id = null;
    if (known) this.#tell(known);
    else if (key) this.#timer = setTimeout(() => this.#ask(key), QUIET_MS);
    this.#busy(Boolean(key) && !known);
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  async #ask(key) {
    const abort = new AbortController();
    this.#abort = abort;
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: key, signal: abort.signal };
    try {
      const reply = await send(this.words.sketches, options);
      const answer = await reply.json();
      if (abort.signal.aborted) return;
      if (reply.ok) this.#follow(answer);
      else this.#refuse(answer.detail);
    } catch {
      // There is no network, or the controls moved on.
      if (!abort.signal.aborted) this.#refuse("");
    }
  }

  #follow(sketch) {
    this.#id = sketch.id;
    this.#take(sketch);
  }

  #take(sketch) {
    if (sketch.id !== this.#id || !this.#key) return;
    if (sketch.state === "succeeded") {
      this.#id = null;
      this.#stop();
      this.#keep(sketch);
      this.#tell(sketch);
      this.#busy(false);
    } else if (sketch.state === "failed") {
      this.#id = null;
      this.#stop();
      this.#refuse(this.words.wordNotSketched);
    } else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(sketch.id), events.state === "live" ? CHECK_MS : POLL_MS);
    }
  }

  async #look(id) {
    const { signal } = this.#abort;
    const reply = await fetch(`${this.words.sketches}${id}/`, { signal }).catch(() => null);
    if (id !== this.#id) return;
    if (reply?.status === 404) this.#refuse(""); // another tab asked for something else
    else this.#take(reply?.ok ? await reply.json() : { id });
  }

  #keep(sketch) {
    this.#ready.set(this.#key, sketch);
    if (this.#ready.size > KEPT) this.#ready.delete(this.#ready.keys().next().value);
  }

  #cancel() {
    if (this.#id) send(`${this.words.sketches}${this.#id}/`, { method: "DELETE" }).catch(() => null);
  }

  #refuse(sentence) {
    this.#busy(false);
    this.dispatchEvent(new CustomEvent("refused", { detail: sentence }));
  }

  #tell(sketch) {
    const detail = { asked: JSON.parse(this.#key), sketch };
    this.dispatchEvent(new CustomEvent("sketch", { detail }));
  }

  #busy(detail) {
    this.dispatchEvent(new CustomEvent("busy", { detail }));
  }
}
