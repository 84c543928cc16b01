/**
 * The stage: the photo as the controls would make it.
 *
 * Strength, colors and mask are computed here, from the photo and a small painting: a sketch with these styles
 * and settings, or until it is there the last one, or the proof of a tile. The proof of a tile is also
 * shown while the pointer or the focus is on it.
 */

import { canAsk, specOf, stylesOf } from "./asked.js";
import { mix, recolored } from "./development.js";
import { maskIn } from "./mask.js";
import { drawn, pixelsOf } from "./pixels.js";
import { Sketches } from "./sketches.js";

const KEPT = 48;
const SKETCHES = 12;
// The strength of proofs.
const USUAL = 0.75;
// For proofs the map to the colors of the photo is not known. Half way to its color, that is hardly seen.
const SAME = { matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], offset: [0, 0, 0] };

export class Stage {
  #paintings = new Map();
  #turn = 0;
  #sketches = [];
  #refusal = "";

  /** `form` is the studio; the others are its parts. */
  constructor(form, { photo, proofs, palette, methods }) {
    Object.assign(this, { form, photo, proofs, palette, methods });
    this.figure = form.querySelector("#stage-picture");
    this.canvas = form.querySelector("#stage-proof");
    this.note = form.querySelector("#stage-note");
    this.quick = this.note.textContent;
    this.held = form.querySelector("#stage-hold");
    this.sketches = new Sketches(form);
    this.#listen(form.querySelector("#tiles-list"));
  }

  #listen(list) {
    for (const kind of ["pointerover", "focusin"]) list.addEventListener(kind, (event) => this.#point(event));
    for (const kind of ["pointerleave", "focusout"]) list.addEventListener(kind, () => this.#leave());
    this.proofs.addEventListener("proof", () => this.#show());
    this.photo.image.addEventListener("load", () => this.#show());
    this.sketches.addEventListener("busy", ({ detail }) => {
      this.form.querySelector("#stage-busy").hidden = !detail;
    });
    this.sketches.addEventListener("refused", ({ detail }) => {
      this.#sketches = [];
      this.#refusal = detail;
      this.#show();
    });
    this.sketches.addEventListener("sketch", ({ detail }) => {
      this.#sketches = [detail, ...this.#sketches].slice(0, SKETCHES);
      this.#refusal = "";
      this.#show();
    });
  }

  /** Show what is asked for now, and ask the server for a sketch of it. */
  follow() {
    const isQuick = this.methods.chosen?.dataset.quick === "true";
    const body = isQuick ? this.#body() : null;
    if (!body) this.#refusal = isQuick ? "" : this.form.dataset.wordNoSketch;
    this.sketches.want(body);
    this.#show();
  }

  /** Show the photo itself while `held`. */
  hold(held) {
    this.figure.classList.toggle("shows-photo", held);
  }

  /** The styles of the picture. If each style makes its own, the first one is shown. */
  get #slugs() {
    const { slugs, isEach } = this.palette;
    return isEach ? slugs.slice(0, 1) : slugs;
  }

  /** What changes a sketch. Colors are computed here, and need no new one. */
  #body() {
    const photo = this.form.elements.photo_id.value;
    if (!photo || this.form.dataset.maySend !== "true" || !this.#slugs.length) return null;
    if (!canAsk(this.form, this.palette, this.methods)) return null;
    const { color: _color, ...spec } = specOf(this.form);
    return spec.strength === 0 ? null : { photo, styles: stylesOf(this.form, this.#slugs), spec };
  }

  /** Return the painting to begin with: its address, strength and color map. */
  #layer() {
    const slugs = this.#slugs;
    const pointed = !slugs.includes(this.pointed) && this.proofs.of(this.pointed);
    if (pointed) return { address: pointed, strength: USUAL };
    const photo = this.form.elements.photo_id.value;
    const made = this.#sketches
      .filter(({ asked }) => asked.photo === photo && isSame(asked.styles, slugs))
      .map(({ sketch }) => ({ address: sketch.url, strength: sketch.strength, map: sketch.color_map }));
    const proof = this.proofs.of(slugs.at(-1));
    if (!made.length) return proof && { address: proof, strength: USUAL };
    // A weaker painting cannot be made stronger here, but a stronger one weaker.
    const { strength } = specOf(this.form);
    const isEnough = (each) => strength === undefined || each.strength >= strength;
    return made.find(isEnough) ?? made.reduce((one, other) => (other.strength > one.strength ? other : one));
  }

  async #show() {
    const turn = (this.#turn += 1);
    this.canvas.ariaBusy = "true";
    const layer = this.photo.image.naturalWidth ? this.#layer() : undefined;
    const painting = layer && (await this.#painting(layer.address));
    const mask = painting && (await maskIn(this.form, painting.pixels.width, painting.pixels.height));
    if (turn !== this.#turn) return;
    this.held.hidden = !this.photo.present || !this.#slugs.length;
    this.note.hidden = false;
    this.note.textContent = this.#refusal || (painting ? this.quick : "");
    this.note.classList.toggle("is-refusal", Boolean(this.#refusal));
    this.canvas.classList.toggle("is-shown", Boolean(painting));
    this.canvas.dataset.shows = painting ? layer.address : "";
    if (painting) this.#draw(painting, layer, mask);
    this.canvas.ariaBusy = "false";
  }

  #draw(painting, { strength, map }, mask) {
    const { width, height, data } = painting.pixels;
    const photo = this.#photoIn(width, height);
    const { color, strength: asked } = specOf(this.form);
    const name = `${this.photo.image.src} ${color}`;
    if (painting.name !== name) {
      painting.name = name;
      painting.colored = recolored(data, photo.data, color ?? "style", map ?? SAME);
    }
    const view = new ImageData(new Uint8ClampedArray(data), width, height);
    // The engine paints most of the way already at half of the strength.
    mix(view.data, photo.data, painting.colored, Math.min(1, (asked ?? strength) / strength) ** 0.5, mask?.data);
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext("2d").putImageData(view, 0, 0);
  }

  async #painting(address) {
    if (!this.#paintings.has(address)) {
      this.#paintings.set(address, pixelsOf(address).then((pixels) => ({ pixels }), () => undefined));
      if (this.#paintings.size > KEPT) this.#paintings.delete(this.#paintings.keys().next().value);
    }
    return this.#paintings.get(address);
  }

  #photoIn(width, height) {
    const name = `${this.photo.image.src} ${width} ${height}`;
    if (this.beside?.name !== name) this.beside = { name, pixels: drawn(this.photo.image, width, height) };
    return this.beside.pixels;
  }

  #point(event) {
    if (event.pointerType === "touch") return;
    // After a click elsewhere the focus can move to a tile that the user does not look at.
    if (event.type === "focusin" && !event.target.matches(":focus-visible")) return;
    this.pointed = event.target.closest("li")?.querySelector("input")?.value;
    this.#show();
  }

  #leave() {
    this.pointed = undefined;
    this.#show();
  }
}

function isSame(styles, slugs) {
  return styles.length === slugs.length && styles.every(({ style }) => slugs.includes(style));
}
