/** More photos for the studio beside the one on the stage: each is painted in each style. */

const NOBODY = "00000000-0000-0000-0000-000000000000";

export class MorePhotos extends EventTarget {
  /** `form` is the studio; without an account it takes one photo only. */
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
    // One that was deleted, or belongs to someone else, goes by itself.
    this.list.addEventListener("error", ({ target }) => this.#drop(target.closest("li")), true);
  }

  /** How many there are, those on their way too. */
  get count() {
    return this.list.children.length;
  }

  /** Show `files` and send them, one after the other. */
  take(files) {
    if (this.form.dataset.signedIn !== "true") return;
    for (const file of files) {
      const item = this.#add(URL.createObjectURL(file));
      this.arrival = this.arrival.then(() => this.#send(file, item));
    }
    this.#changed();
  }

  /** Use photos that were sent before. */
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
    const body = new FormData();
    body.append("file", file);
    const headers = { "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value };
    const options = { method: "POST", headers, body };
    const reply = await fetch(this.form.dataset.photos, options).catch(() => null);
    const answer = await reply?.json().catch(() => null);
    if (!item.isConnected) return;
    const isTwice = this.#ids().includes(answer?.id);
    if (reply?.ok && !isTwice) item.querySelector("input").value = answer.id;
    else item.remove();
    if (!reply?.ok) this.errors.textContent = answer?.detail || this.form.dataset.wordUploadFailed;
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
