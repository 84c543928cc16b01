/**
 * More photos for the studio, in addition to the first. Each is painted in each style.
 *
 * They are sent one after the other. At the limit of uploads they wait, and go on by themselves. A
 * photo that the server refuses is dropped, with the reason; any other that failed can be sent again.
 */

import { refusalOf } from "./check.js";
import { counted } from "./counts.js";
import { sendPhoto } from "./upload.js";

const NOBODY = "00000000-0000-0000-0000-000000000000";
const TICK_MS = 1000;

export class MorePhotos extends EventTarget {
  /** `form` is the studio. Without an account it accepts only one photo. */
  constructor(form) {
    super();
    this.form = form;
    this.list = form.querySelector("#more-photos");
    this.item = form.querySelector("#more-photo");
    this.errors = form.querySelector("#photo-errors");
    this.status = form.querySelector("#more-status");
    this.again = form.querySelector("#more-again");
    this.files = new Map();
    this.again.addEventListener("click", () => this.#sendAgain());
    this.arrival = Promise.resolve();
    const input = form.querySelector("#id_more");
    input?.addEventListener("change", () => {
      this.take([...input.files]);
      input.value = "";
    });
    this.list.addEventListener("click", ({ target }) => {
      const out = target.closest("button");
      if (out) this.#drop(out.closest("li"));
    });
    // A stored photo that was deleted, or that belongs to another user, is removed from the list.
    // For a photo that is being sent, the reply of the server says what is wrong.
    this.list.addEventListener("error", ({ target }) => {
      const item = target.closest("li");
      if (item.querySelector("input").value) this.#drop(item);
    }, true);
  }

  /** The number of photos, including those that are being sent. */
  get count() {
    return this.list.children.length;
  }

  /** The number of photos that could not be sent. */
  get failed() {
    return this.#those("failed").length;
  }

  /** Show `files`, and send them one after the other. Those that the server would refuse are left out. */
  take(files) {
    if (this.form.dataset.signedIn !== "true") return;
    const reasons = new Set();
    for (const file of files) {
      const refusal = refusalOf(file, this.form.dataset);
      if (refusal) reasons.add(`${file.name}: ${refusal.sentence}`);
      else this.#enqueue(file, this.#add(URL.createObjectURL(file)));
    }
    this.errors.textContent = [...reasons].join(" ");
    this.#tell();
    this.#changed();
  }

  #enqueue(file, item) {
    this.files.set(item, file);
    item.dataset.state = "waiting";
    this.arrival = this.arrival.then(() => this.#send(file, item));
  }

  #sendAgain() {
    for (const item of this.#those("failed")) this.#enqueue(this.files.get(item), item);
    this.errors.textContent = "";
    this.#tell();
    this.#changed();
  }

  #those(...states) {
    return [...this.list.children].filter((item) => states.includes(item.dataset.state));
  }

  /** Say how many photos of those that were chosen are on the server, and which limit applies. */
  #tell(paused = "") {
    const left = this.#those("waiting", "sending").length;
    const done = this.#those("done").length;
    const total = left + done + this.failed;
    const words = this.form.dataset;
    const limit = Number(words.uploadLimit);
    const told = [];
    if (left) told.push(counted(words.wordSent, done, total));
    if (paused) told.push(words.wordPaused.replace("12:00", paused));
    else if (left && total > limit) {
      const sizes = { 60: limit, 30: words.uploadMinutes };
      told.push(words.wordPace.replace(/60|30/g, (number) => sizes[number]));
    }
    if (!left && this.failed) told.push(words.wordNotSent.replace("9", this.failed));
    this.status.textContent = told.join(" ");
    this.again.hidden = Boolean(left) || !this.failed;
  }

  /** Wait until the limit allows the next photo, or until the user removes this one. */
  async #pause(seconds, item) {
    const end = Date.now() + seconds * 1000;
    const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
    item.dataset.state = "waiting";
    this.#tell(clock.format(end));
    while (item.isConnected && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(TICK_MS, end - Date.now())));
    }
  }

  /** Use photos that were sent earlier. */
  use(ids) {
    for (const id of ids) {
      this.#add(this.form.dataset.photoThumb.replace(NOBODY, id)).querySelector("input").value = id;
    }
    if (ids.length) this.#changed();
  }

  #add(address) {
    const item = this.item.content.firstElementChild.cloneNode(true);
    item.querySelector("img").src = address;
    this.list.append(item);
    return item;
  }

  #drop(item) {
    item.remove();
    this.files.delete(item);
    this.#tell();
    this.#changed();
  }

  async #send(file, item) {
    let answer;
    do {
      if (!item.isConnected) return;
      item.dataset.state = "sending";
      this.#tell();
      answer = await sendPhoto(this.form, file);
      if (answer.wait) await this.#pause(answer.wait, item);
    } while (answer.wait);
    if (!item.isConnected) return;
    this.#settle(item, answer);
    this.#tell();
    this.#changed();
  }

  #settle(item, { id, detail, isRefused }) {
    const isTwice = this.#ids().includes(id);
    if (!id) this.errors.textContent = detail || this.form.dataset.wordUploadFailed;
    if (id && !isTwice) {
      item.querySelector("input").value = id;
      item.dataset.state = "done";
    } else if (id || isRefused) {
      item.remove();
    } else {
      item.dataset.state = "failed";
      return;
    }
    this.files.delete(item);
  }

  #ids() {
    const more = [...this.list.querySelectorAll("input")].map((input) => input.value);
    return [this.form.elements.photo_id.value, ...more];
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
