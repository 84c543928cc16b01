/** The stage shows the proof of the style that is pointed at, or of the only one that is chosen. */

export class TryOn {
  /** Takes the studio's form, its proofs and its palette. */
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

  /** Show what there is to be shown now. */
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
