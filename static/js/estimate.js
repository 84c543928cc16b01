/**
 * The estimated time of the picture, or of all pictures. It is shown on the button soon after the
 * last change.
 *
 * Dispatches "told" when there is a new number of jobs that the user can create (`room`).
 */

import { span } from "./spans.js";
import { send } from "./token.js";

const MOST_PREDICTED = 50;
const QUIET_MS = 400;
const AGAIN_MS = 15_000;
const LAYERS = [1, 2, 3, 4, 5].map((number) => `layer${number}_weight`);
const RECIPE = ["learning_rate", "content_weight", "style_weight", "tv_weight", ...LAYERS];
const FIGURES = ["strength", "style_scale", "size", "steps", "seed", ...RECIPE];
const WORDS = ["color", "features", "keep_faces", "variant", "init", "optimizer"];

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
    if (this.methods.unfit.length) return null;
    const reply = await send(this.words.estimates, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        photo,
        styles: this.#styles(),
        spec: this.#spec(),
        pictures: Math.min(this.pictures, MOST_PREDICTED),
      }),
    }).catch(() => null);
    return reply?.ok ? reply.json() : null;
  }

  /** If each style is painted separately, the estimate uses the first one for all. */
  #styles() {
    const slugs = this.pictures > 1 ? this.palette.slugs.slice(0, 1) : this.palette.slugs;
    return slugs.map((style) => ({
      style,
      weight: Number(this.form.elements[`weight-${style}`]?.value) || 1,
    }));
  }

  /** The controls of the chosen method. Controls of other methods are disabled, so not sent. */
  #spec() {
    const fields = new FormData(this.form);
    const spec = { method: this.methods.chosen?.value };
    for (const name of FIGURES) if (fields.get(name)) spec[name] = Number(fields.get(name));
    for (const name of WORDS) if (fields.get(name)) spec[name] = fields.get(name);
    return spec;
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
