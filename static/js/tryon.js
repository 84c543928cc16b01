/** Shows the proof of the style under the pointer, or of the only chosen style, over the photo. */

export class TryOn {
  /** `form` is the studio; `proofs` and `palette` are its parts. */
  constructor(form, proofs, palette) {
    this.proofs = proofs;
    this.palette = palette;
    this.image = form.querySelector("#stage-proof");
    this.note = form.querySelector("#stage-note");
    this.pointed = undefined;
    const list = form.querySelector("#tiles-list");
    for (const kind of ["pointerover", "focusin"]) {
      list.addEventListener(kind, (event) => this.#point(event));
    }
    for (const kind of ["pointerleave", "focusout"]) {
      list.addEventListener(kind, () => this.#leave());
    }
    proofs.addEventListener("proof", () => this.show());
    palette.addEventListener("change", () => this.show());
  }

  /** Show the current proof, or hide it if there is none. */
  show() {
    const [only, another] = this.palette.slugs;
    const slug = this.pointed ?? (another ? undefined : only);
    const address = slug && this.proofs.of(slug);
    if (address && this.image.getAttribute("src") !== address) this.image.src = address;
    this.image.classList.toggle("is-shown", Boolean(address));
    this.note.hidden = !address;
  }

  #point(event) {
    if (event.pointerType === "touch") return;
    this.pointed = event.target.closest("li")?.querySelector("input")?.value;
    this.show();
  }

  #leave() {
    this.pointed = undefined;
    this.show();
  }
}
