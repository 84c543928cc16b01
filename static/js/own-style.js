/** A style of the user's own: the first tile opens a dialog that sends a picture. */

import { send } from "./token.js";
import { sendForm } from "./upload.js";

export class OwnStyle {
  #like = "";
  #slug = "";

  /** `dialog` has the form, `element` the tiles. `use(slug)` chooses the new style. */
  constructor(dialog, element, use) {
    this.dialog = dialog;
    this.element = element;
    this.use = use;
    this.form = dialog.querySelector("form");
    this.file = dialog.querySelector("#own-file");
    this.preview = dialog.querySelector(".own-preview");
    this.errors = dialog.querySelector("#own-errors");
    this.progress = dialog.querySelector("#own-progress");
    this.offer = dialog.querySelector("#own-like");
    this.take = (file) => this.#take(file);
    element.querySelector("#own-style").addEventListener("click", (event) => {
      event.preventDefault();
      this.file.click();
    });
    this.file.addEventListener("change", () => this.file.files.length && this.#open());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    dialog.querySelector("#own-cancel").addEventListener("click", () => dialog.close());
    dialog.querySelector("#own-keep").addEventListener("click", () => use(this.#slug));
    dialog.querySelector("#own-use-like").addEventListener("click", () => this.#useLike());
    // A file that was not sent would be sent with the next choice of the same file only.
    dialog.addEventListener("close", () => {
      if (this.#slug) use(this.#slug);
      else this.form.reset();
    });
  }

  #take(file) {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    this.file.files = transfer.files;
    this.#open();
  }

  #open() {
    const [file] = this.file.files;
    this.errors.textContent = "";
    this.preview.src = URL.createObjectURL(file);
    this.form.elements.title.value = titleOf(file);
    if (!this.dialog.open) this.dialog.showModal();
    this.form.elements.title.focus();
  }

  async #send() {
    const button = this.form.querySelector("[type=submit]");
    button.disabled = true;
    this.errors.textContent = "";
    this.progress.hidden = false;
    const { status, response } = await sendForm(this.dialog.dataset.styles, this.#body(), (loaded, total) => {
      this.progress.max = total;
      this.progress.value = loaded;
    });
    this.progress.hidden = true;
    button.disabled = false;
    if (status === 200 || status === 201) this.#added(response);
    else this.errors.textContent = response?.errors?.[0].message || response?.detail || this.dialog.dataset.wordFailed;
  }

  /** The fields of the API: it has one field for the rights, and the form has two. */
  #body() {
    const body = new FormData(this.form);
    const source = body.get("source");
    body.set("rights", source === "license" ? body.get("license") : source);
    for (const name of ["csrfmiddlewaretoken", "source", "license"]) body.delete(name);
    for (const name of ["title", "artist", "source_url"]) if (!body.get(name).trim()) body.delete(name);
    return body;
  }

  #added({ slug, resembles }) {
    if (!resembles) {
      this.use(slug);
      return;
    }
    this.#slug = slug;
    this.#like = resembles;
    const title = this.element.querySelector(`input[value="${resembles}"]`)?.dataset.title ?? resembles;
    this.offer.querySelector("p").textContent = this.dialog.dataset.wordLike.replace("…", title);
    this.form.hidden = true;
    this.offer.hidden = false;
    this.dialog.querySelector("#own-use-like").focus();
  }

  /** Choose the style of the library, and delete the copy. */
  async #useLike() {
    const address = `${this.dialog.dataset.styles}${this.#slug}/`;
    try {
      await send(address, { method: "DELETE" });
    } finally {
      this.use(this.#like);
    }
  }
}

/** A title from the name of the file, which itself is not sent. */
function titleOf(file) {
  const name = file.name.replace(/\.[^.]*$/, "").replace(/[-_]+/g, " ").trim();
  return name === "image" ? "" : name.slice(0, 200);
}
