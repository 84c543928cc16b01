/** Browser notifications when a picture is done. The page offers them from the second job on. */

import { events } from "./events.js";

const SECOND = 2;

export class Notices {
  /** `offer` is the element with the button. */
  constructor(offer) {
    this.offer = offer;
    this.waiting = new Set();
    this.offer.querySelector("button").addEventListener("click", () => this.#ask());
  }

  /** Look at the entries of the tray, and show one notification for each entry that ended. */
  take(entries) {
    for (const entry of entries) {
      const wasCanceled = entry.jobs.every(({ state }) => state === "canceled");
      if (!entry.isActive && !wasCanceled && this.waiting.has(entry.key)) this.#tell(entry);
    }
    this.waiting = new Set(entries.filter(({ isActive }) => isActive).map(({ key }) => key));
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

  /** Show a notification. The tag makes several open tabs show only one: the latest. */
  #tell({ key, title, state, picture, page }) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    if (document.hasFocus()) return;
    const notice = new Notification(title, { body: state, tag: key, icon: picture });
    notice.addEventListener("click", () => {
      window.focus();
      location.assign(page);
      notice.close();
    });
  }
}
