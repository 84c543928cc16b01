/**
 * The proof sheet: previews of the photo in every style. Each tile is shown when it is ready.
 *
 * The socket sends the tiles. The page also fetches the sheet from time to time, and more often if
 * sockets are blocked. Dispatches "proof" (detail: slug and address) for each tile.
 */

import { counted } from "./counts.js";
import { events } from "./events.js";
import { send } from "./token.js";

const ENDED = new Set(["succeeded", "failed", "canceled", "superseded"]);
const POLL_MS = 700;
const CHECK_MS = 3000;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class ProofSheet extends EventTarget {
  #shown = new Map();
  #timer = 0;

  /** `form` is the studio. */
  constructor(form) {
    super();
    this.form = form;
    this.words = form.dataset;
    this.list = form.querySelector("#tiles-list");
    this.bar = form.querySelector("#proofs");
    this.said = form.querySelector("#proofs-said");
    this.progress = form.querySelector("#proofs-progress");
    this.side = form.querySelector("#tiles-side");
    this.side.addEventListener("click", ({ target }) => {
      if (target.matches("button")) this.#turn(target.value);
    });
    events.addEventListener("proof.tile", ({ detail }) => this.#tile(detail));
    events.addEventListener("proof", ({ detail }) => this.#take(detail));
    events.addEventListener("connection", () => this.#plan());
  }

  /** Return the address of the proof of a style, or undefined. */
  of(slug) {
    return this.#shown.get(slug);
  }

  /** Request the proofs of all styles on the page for the photo with this id. Remove those of other photos. */
  async request(photo) {
    if (photo === this.photo) return;
    this.clear();
    this.photo = photo;
    if (!photo || this.words.maySend !== "true") return;
    const reply = await send(this.words.proofs, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ photo, ...this.#some() }),
    });
    if (reply.ok) this.#take(await reply.json());
    else this.#refuse(photo, await reply.json().catch(() => ({})));
  }

  /** Say why there are no previews, if the server says it: too many people try the site right now. */
  #refuse(photo, { detail }) {
    if (photo !== this.photo || !detail) return;
    this.bar.hidden = false;
    this.progress.hidden = true;
    this.said.textContent = detail;
  }

  /** Name the styles on the page if the library has more; without names, all of it is tried. */
  #some() {
    if (!("some" in this.list.dataset)) return {};
    const boxes = this.list.querySelectorAll('input[name="styles"]');
    return { styles: [...boxes].map((box) => box.value) };
  }

  /** Show the artworks again. */
  clear() {
    clearTimeout(this.#timer);
    this.photo = undefined;
    this.sheet = undefined;
    this.#shown.clear();
    this.bar.hidden = true;
    this.side.hidden = true;
    for (const proof of this.list.querySelectorAll(".tile-proof")) proof.remove();
  }

  /** Show the proofs of the photo on the tiles, or the artworks. */
  #turn(side) {
    this.list.classList.toggle("shows-artworks", side === "artwork");
    for (const button of this.side.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === side));
    }
  }

  #take(sheet) {
    if (sheet.photo !== this.photo) return;
    if (this.sheet?.id === sheet.id && this.sheet.seq > sheet.seq) return;
    this.sheet = sheet;
    sheet.tiles.forEach((tile) => this.#show(tile));
    this.#count(sheet);
    this.#plan();
  }

  #tile(frame) {
    if (frame.photo !== this.photo || !this.sheet) return;
    this.#show(frame.tile);
    this.#count({ ...frame, state: this.sheet.state });
  }

  #count({ done, total, state }) {
    this.bar.hidden = total === 0;
    this.side.hidden = done === 0;
    this.progress.hidden = ENDED.has(state) || done >= total;
    this.progress.max = total;
    this.progress.value = done;
    const failed = state === "failed" && done < total;
    const word = failed ? this.words.wordNotTried : this.words.wordTried;
    const trying = counted(this.words.wordTrying, done, total);
    this.said.textContent = this.progress.hidden ? word : trying;
  }

  /** Plan the next fetch: soon without a socket, and later with one. */
  #plan() {
    clearTimeout(this.#timer);
    if (!this.sheet || ENDED.has(this.sheet.state)) return;
    const wait = events.state === "live" ? CHECK_MS : POLL_MS;
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    try {
      const reply = await fetch(`${this.words.proofs}${this.sheet.id}/`);
      if (reply.ok) this.#take(await reply.json());
    } catch {
      // There is no network now. The next round fetches again.
    }
    this.#plan();
  }

  async #show({ style, url }) {
    if (!url || this.#shown.get(style) === url) return;
    this.#shown.set(style, url);
    const box = this.list.querySelector(`input[value="${style}"]`);
    if (!box) return;
    const image = new Image();
    image.src = url;
    image.alt = "";
    image.className = "tile-proof";
    try {
      await image.decode();
    } catch {
      return; // The proof was deleted. The tile keeps the artwork.
    }
    if (this.#shown.get(style) !== url) return;
    const frame = box.closest(".tile").querySelector(".pic");
    frame.querySelector(".tile-proof")?.remove();
    frame.append(image);
    image.animate({ opacity: [0, 1] }, { duration: still.matches ? 0 : 420, easing: "ease-out" });
    this.dispatchEvent(new CustomEvent("proof", { detail: { slug: style, url } }));
  }
}
