/** A notice of the browser when a picture is done: offered from the second job on, never on load. */

import { events, hasEnded } from "./events.js";

const SECOND = 2;

export class Notices {
  /** `offer` is the element that holds the button; `words` are those of the tray. */
  constructor(offer, words) {
    this.offer = offer;
    this.words = words;
    this.waiting = new Set();
    this.offer.querySelector("button").addEventListener("click", () => this.#ask());
  }

  /** Take in news of a job. */
  take(job) {
    if (!hasEnded(job)) this.waiting.add(job.id);
    else if (this.waiting.delete(job.id) && job.state !== "canceled") this.#tell(job);
    this.#offer();
  }

  #offer() {
    const can = "Notification" in window && Notification.permission === "default";
    this.offer.hidden = !can || events.jobs.length < SECOND || this.waiting.size === 0;
  }

  async #ask() {
    await Notification.requestPermission();
    this.#offer();
  }

  /** Several open tabs give one notice: the tag makes the later replace the earlier. */
  #tell(job) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    if (document.hasFocus()) return;
    const title = job.styles.map((style) => style.title).join(" + ");
    const body = job.state === "succeeded" ? this.words.wordDone : this.words.wordFailed;
    const notice = new Notification(title, { body, tag: job.id, icon: job.preview?.url });
    notice.addEventListener("click", () => {
      window.focus();
      location.assign(job.links.page);
      notice.close();
    });
  }
}
