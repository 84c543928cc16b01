/**
 * Strength and colors of a finished picture: a canvas over the picture follows the controls at once.
 * The server makes a version in full size when the user keeps it.
 */

import { mix, recolored } from "./development.js";
import { pixelsOf } from "./pixels.js";

const LONGEST = 1280; // the photo is at hand in this size
const POLL_MS = 800;
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

class Developer {
  constructor(section) {
    this.section = section;
    this.form = section.querySelector(".develop-form");
    this.settings = JSON.parse(section.querySelector("#develop-settings").textContent);
    this.colored = new Map();
    this.begun = this.#asked();
    // The layers are loaded when the user comes near the controls, not with the page.
    for (const kind of ["pointerenter", "focusin", "touchstart"]) {
      this.form.addEventListener(kind, () => this.#load(), { once: true, passive: true });
    }
    this.form.addEventListener("input", () => this.#follow());
    this.form.addEventListener("reset", () => setTimeout(() => this.#follow()));
    section.querySelector("[data-live]").hidden = false;
    // After "Back", the browser has restored the controls.
    this.#follow();
    if (section.dataset.waiting === "true") this.#wait();
  }

  #asked() {
    const data = new FormData(this.form);
    return { strength: Number(data.get("strength")), color: data.get("color") };
  }

  #isAsBegun({ strength, color }) {
    return strength === this.begun.strength && color === this.begun.color;
  }

  #follow() {
    const asked = this.#asked();
    this.form.querySelector("output").value = percent.format(asked.strength);
    this.form.querySelector("[type=reset]").hidden = this.#isAsBegun(asked);
    if (this.frame) return;
    this.frame = requestAnimationFrame(async () => {
      await this.#show().catch(() => this.#say("wordFailed"));
      this.frame = null;
    });
  }

  /** Draw what is asked for now; what the page already shows needs no canvas. */
  async #show() {
    const picture = document.querySelector("#main .job-display :is(.compare-after, .pic > img:not(.pic-haze))");
    if (this.#isAsBegun(this.#asked())) {
      this.canvas?.remove();
      return;
    }
    const { painting, photo, mask } = await this.#load();
    const { strength, color } = this.#asked();
    if (!this.colored.has(color)) {
      this.colored.set(color, recolored(painting.data, photo.data, color, this.settings));
    }
    mix(this.view.data, photo.data, this.colored.get(color), strength, mask?.data);
    this.context.putImageData(this.view, 0, 0);
    if (!this.canvas.isConnected) picture.after(this.canvas);
  }

  #load() {
    this.loading ??= this.#layers().catch((error) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  }

  async #layers() {
    const { width, height } = this.settings;
    const box = document.querySelector("#main .job-display img[width]").getBoundingClientRect();
    const wanted = Math.max(box.width, box.height) * devicePixelRatio;
    const scale = Math.min(1, LONGEST / Math.max(width, height), Math.max(1, wanted) / Math.max(width, height));
    const size = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    const { painting, photo, mask } = this.section.dataset;
    const addresses = [painting, photo, ...(mask ? [mask] : [])];
    const [first, second, third] = await Promise.all(addresses.map((each) => pixelsOf(each, ...size)));
    this.canvas = Object.assign(document.createElement("canvas"), { width: size[0], height: size[1] });
    this.canvas.className = "develop-view";
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d");
    // The transparency is that of the painting.
    this.view = new ImageData(new Uint8ClampedArray(first.data), ...size);
    return { painting: first, photo: second, mask: third };
  }

  #say(word) {
    this.section.querySelector("[data-part=said]").textContent = this.section.dataset[word];
  }

  /** Wait until no version is being made, and then show the page as it is now. */
  async #wait() {
    const reply = await fetch(this.section.dataset.revisions).catch(() => null);
    const { results = null } = reply?.ok ? await reply.json() : {};
    const isWaiting = !results || results.some(({ state }) => state === "queued" || state === "running");
    const pending = this.section.querySelector("[data-pending]");
    if (isWaiting) setTimeout(() => this.#wait(), POLL_MS);
    else if (pending && results.some(({ id, state }) => id === pending.dataset.pending && state === "succeeded")) {
      const shown = await fetch(pending.action, { method: "POST", body: new FormData(pending) });
      // "Back" must not show the version again.
      location.replace(shown.url);
    } else location.reload();
  }
}

/** Start the controls of the page, if it has any. */
export function startDeveloping() {
  const section = document.querySelector("#develop");
  if (section) new Developer(section);
}

startDeveloping();
