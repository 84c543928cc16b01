/**
 * The estimated time of the picture, or of all pictures. It is shown on the button soon after the
 * last change.
 *
 * Dispatches "told" when there is a new number of jobs that the user can create (`room`).
 */

import { canAsk, specOf, stylesOf } from "./asked.js";
import { span } from "./spans.js";
import { send } from "./token.js";

const MOST_PREDICTED = 50;
const QUIET_MS = 400;
const AGAIN_MS = 15_000;
export class Estimate extends EventTarget {
  #timer = 0;
  #asked = 0;

  /** `form` is the studio; `palette` and `methods` are its choices. */
  constructor(form, palette, methods) {
    super();
    this.form = form;
    this.palette = palette;
    this.methods = methods;
    this.words = form.dataset;
    this.pictures = 1;
    this.room = Infinity;
    this.place = form.querySelector("#make-estimate");
    this.warnings = form.querySelector("#make-warnings");
    setInterval(() => document.hidden || this.refresh(), AGAIN_MS);
  }

  /** Fetch the estimate again when nothing has changed for a moment. */
  refresh() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), QUIET_MS);
  }

  async #ask() {
    const asked = ++this.#asked;
    const told = await this.#fetch();
    if (asked === this.#asked) this.#show(told);
  }

  async #fetch() {
    const photo = this.form.elements.photo_id.value;
    if (!photo || !this.palette.slugs.length || this.words.maySend !== "true") return null;
    if (!canAsk(this.form, this.palette, this.methods)) return null;
    const reply = await send(this.words.estimates, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        photo,
        styles: this.#styles(),
        spec: specOf(this.form),
        pictures: Math.min(this.pictures, MOST_PREDICTED),
      }),
    }).catch(() => null);
    return reply?.ok ? reply.json() : null;
  }

  /** If each style is painted separately, the estimate uses the first one for all. */
  #styles() {
    const slugs = this.pictures > 1 ? this.palette.slugs.slice(0, 1) : this.palette.slugs;
    return stylesOf(this.form, slugs);
  }

  #show(told) {
    this.room = told?.room ?? this.room;
    this.dispatchEvent(new Event("told"));
    this.place.textContent = told ? this.#sentence(told) : "";
    this.warnings.textContent = told ? told.warnings.map(({ message }) => message).join(" ") : "";
  }

  #sentence({ seconds, ahead }) {
    const about = this.words.wordAbout.replace("…", span(seconds.p50, seconds.p90));
    return [about, ahead ? this.words.wordAhead.replace("0", ahead) : ""].filter(Boolean).join(" · ");
  }
}
