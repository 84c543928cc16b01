/** More photos for the studio, in addition to the first. Each is painted in each style. */

import { sendPhoto } from "./upload.js";

const NOBODY = "00000000-0000-0000-0000-000000000000";

export class MorePhotos extends EventTarget {
  /** `form` is the studio. Without an account it accepts only one photo. */
  constructor(form) {
    super();
    this.form = form;
    this.list = form.querySelector("#more-photos");
    this.item = form.querySelector("#more-photo");
    this.errors = form.querySelector("#photo-errors");
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

  /** Show `files`, and send them one after the other. */
  take(files) {
    if (this.form.dataset.signedIn !== "true") return;
    for (const file of files) {
      const item = this.#add(URL.createObjectURL(file));
      this.arrival = this.arrival.then(() => this.#send(file, item));
    }
    this.#changed();
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
    this.#changed();
  }

  async #send(file, item) {
    const { id, detail } = await sendPhoto(this.form, file);
    if (!item.isConnected) return;
    const isTwice = this.#ids().includes(id);
    if (id && !isTwice) item.querySelector("input").value = id;
    else item.remove();
    if (!id) this.errors.textContent = detail || this.form.dataset.wordUploadFailed;
    this.#changed();
  }

  #ids() {
    const more = [...this.list.querySelectorAll("input")].map((input) => input.value);
    return [this.form.elements.photo_id.value, ...more];
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
