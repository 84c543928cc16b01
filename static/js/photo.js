/** The photo of the studio. It is shown at once from the file, and sent in the background. */

import { dropDraft, keepDraft, readDraft } from "./draft.js";
import { sendPhoto } from "./upload.js";

const NOBODY = "00000000-0000-0000-0000-000000000000";

export class PhotoInput extends EventTarget {
  /** `form` is the studio. Its data attributes have addresses and words. */
  constructor(form) {
    super();
    this.form = form;
    this.file = form.querySelector("#id_photo");
    this.id = form.querySelector("#id_photo_id");
    this.image = form.querySelector("#stage-image");
    this.errors = form.querySelector("#photo-errors");
    this.progress = form.querySelector("#stage-progress");
    this.arrival = Promise.resolve(true);
    this.image.addEventListener("load", () => this.#fit());
    this.image.addEventListener("error", () => this.file.files.length || this.#recover());
    this.#fit();
    this.file.multiple = this.#isSignedIn;
    this.file.addEventListener("change", () => {
      const [first, ...more] = this.file.files;
      if (first) this.take(first);
      if (more.length) this.dispatchEvent(new CustomEvent("more", { detail: more }));
    });
  }

  /** Whether there is a photo, on the server or in the form. */
  get present() {
    return Boolean(this.id.value || this.file.files.length);
  }

  /** Show `file` and send it. Without an account it stays in this browser. */
  async take(file) {
    this.errors.textContent = "";
    this.id.value = "";
    this.#put(file);
    this.#show(URL.createObjectURL(file));
    await keepDraft(file);
    if (this.form.dataset.maySend === "true") this.arrival = this.#send(file);
  }

  /** Use a photo that was sent earlier. If it cannot be loaded, the copy in this browser is sent again. */
  use(id) {
    this.id.value = id;
    // An account has the photo now.
    if (this.#isSignedIn) this.image.addEventListener("load", dropDraft, { once: true });
    this.#show(this.form.dataset.photoPreview.replace(NOBODY, id));
  }

  get #isSignedIn() {
    return this.form.dataset.signedIn === "true";
  }

  async #recover() {
    const draft = await readDraft();
    if (draft) this.take(draft);
    else this.#clear();
  }

  #fit() {
    const { naturalWidth, naturalHeight } = this.image;
    if (!naturalHeight) return;
    this.form.querySelector("#stage-picture").style.setProperty("--ratio", naturalWidth / naturalHeight);
  }

  #put(file) {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    this.file.files = transfer.files;
  }

  #show(address) {
    this.image.removeAttribute("width");
    this.image.removeAttribute("height");
    this.image.src = address;
    this.form.querySelector("#stage-picture").hidden = false;
    this.form.querySelector("#stage-other").hidden = false;
    this.form.querySelector("#stage-empty").hidden = true;
    this.dispatchEvent(new Event("change"));
  }

  /** Resolve to true if the photo arrived, or if the form can still send it; otherwise to false. */
  async #send(file) {
    this.progress.hidden = false;
    this.progress.setAttribute("aria-label", this.form.dataset.wordUploading);
    const { id, detail, isRefused } = await sendPhoto(this.form, file, (loaded, total) => {
      this.progress.max = total;
      this.progress.value = loaded;
    });
    this.progress.hidden = true;
    if (file !== this.file.files[0]) return true;
    if (id) {
      this.id.value = id;
      this.file.value = "";
      // Without an account this browser keeps the photo: it is deleted on the server after a day.
      if (this.#isSignedIn) dropDraft();
      this.dispatchEvent(new Event("change"));
      return true;
    }
    this.errors.textContent = detail || this.form.dataset.wordUploadFailed;
    if (isRefused) this.#clear();
    return false;
  }

  #clear() {
    this.file.value = "";
    this.id.value = "";
    dropDraft();
    this.form.querySelector("#stage-picture").hidden = true;
    this.form.querySelector("#stage-other").hidden = true;
    this.form.querySelector("#stage-empty").hidden = false;
    this.dispatchEvent(new Event("change"));
  }
}
