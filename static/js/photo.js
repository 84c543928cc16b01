/** The photo of the studio. It is shown at once from the file, and sent in the background. */

import { refusalOf, smaller } from "./check.js";
import { dropDraft, keepDraft, markSent, readDraft } from "./draft.js";
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

  /** Show `file` and send it. Where nobody may send one yet, it stays in this browser. */
  async take(file) {
    this.errors.textContent = "";
    const refusal = refusalOf(file, this.form.dataset);
    if (refusal) {
      this.#refuse(file, refusal);
      return;
    }
    this.id.value = "";
    this.#put(file);
    this.#show(URL.createObjectURL(file));
    await keepDraft(file);
    if (this.form.dataset.maySend === "true") this.arrival = this.#send(file);
  }

  /** Use a photo that was sent earlier. If it cannot be loaded, the copy in this browser is offered. */
  use(id) {
    this.id.value = id;
    // An account has the photo now.
    if (this.#isSignedIn) this.image.addEventListener("load", dropDraft, { once: true });
    this.#show(this.form.dataset.photoPreview.replace(NOBODY, id));
  }

  get #isSignedIn() {
    return this.form.dataset.signedIn === "true";
  }

  /** Say why `file` is not sent. The photo before it stays. Offer a smaller copy of one that is too large. */
  async #refuse(file, { sentence, isTooLarge }) {
    // The input still names the file that was just chosen, and the form would send it.
    if (this.file.files[0] === file) {
      this.file.value = "";
      const isShown = !this.form.querySelector("#stage-picture").hidden;
      const draft = isShown && !this.id.value ? await readDraft() : undefined;
      if (draft) this.#put(draft.file);
    }
    const words = document.createElement("p");
    words.textContent = sentence;
    this.errors.replaceChildren(words);
    if (!isTooLarge) return;
    this.#offer(this.form.dataset.wordShrink, ({ target }) => this.#shrink(file, target));
  }

  async #shrink(file, offer) {
    offer.disabled = true;
    offer.textContent = this.form.dataset.wordShrinking;
    const small = await smaller(file, this.form.dataset);
    if (!offer.isConnected) return;
    if (small) this.take(small);
    else this.errors.textContent = this.form.dataset.wordNotShrunk;
  }

  /** The photo is not on the server any more: its day is over, or somebody deleted it. */
  async #recover() {
    const draft = await readDraft();
    this.#clear();
    if (draft) this.#ask(draft.file);
  }

  /**
   * Use the copy in this browser, if there is one: of a photo that was chosen in this tab and is not
   * sent yet. Any other can be of a person who used the browser before, or deleted on purpose: the
   * user is asked, and does not see it before.
   */
  async resume() {
    const draft = await readDraft();
    if (!draft || this.present) return;
    // It would be refused again each time the studio opens.
    if (refusalOf(draft.file, this.form.dataset)) await dropDraft();
    if (draft.isUnsent) this.take(draft.file);
    else this.#ask(draft.file);
  }

  /** Offer to send `file`, or to delete the copy of it in this browser. */
  #ask(file) {
    const words = document.createElement("p");
    words.textContent = this.form.dataset.wordDraft;
    this.errors.replaceChildren(words);
    this.#offer(this.form.dataset.wordDraftUse, () => this.take(file));
    this.errors.append(" ");
    this.#offer(this.form.dataset.wordDraftDelete, () => {
      dropDraft();
      this.errors.textContent = "";
    });
  }

  #offer(word, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = word;
    button.addEventListener("click", act);
    this.errors.append(button);
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
      else markSent();
      this.dispatchEvent(new Event("change"));
      return true;
    }
    this.errors.textContent = detail || this.form.dataset.wordUploadFailed;
    if (isRefused) {
      dropDraft();
      this.#clear();
      return false;
    }
    // The photo stays in hand: it can be sent again as it is.
    this.errors.append(" ");
    this.#offer(this.form.dataset.wordAgain, () => this.take(file));
    return false;
  }

  #clear() {
    this.file.value = "";
    this.id.value = "";
    this.form.querySelector("#stage-picture").hidden = true;
    this.form.querySelector("#stage-other").hidden = true;
    this.form.querySelector("#stage-empty").hidden = false;
    this.dispatchEvent(new Event("change"));
  }
}
