/** <compare-slider>: a picture over its photo, with a line to drag. It has two images, one range. */

const still = matchMedia("(prefers-reduced-motion: reduce)");

class CompareSlider extends HTMLElement {
  connectedCallback() {
    this.range = this.querySelector(".compare-range");
    this.range.addEventListener("input", () => this.move(this.range.valueAsNumber));
    this.addEventListener("pointerdown", (event) => this.#grab(event));
    this.addEventListener("pointermove", (event) => this.#drag(event));
    this.addEventListener("pointerup", () => (this.dragging = false));
    this.addEventListener("pointercancel", () => (this.dragging = false));
    this.move(this.range.valueAsNumber);
    if (this.hasAttribute("data-glide")) this.#glideOnce();
  }

  /** Move the line to `percent` from the left edge. */
  move(percent) {
    this.range.value = percent;
    this.style.setProperty("--split", `${this.range.value}%`);
    this.toggleAttribute("data-edge", this.range.value < 2 || this.range.value > 98);
  }

  /** Show the whole photo while `held`, then move the line back to its place. */
  hold(held) {
    this.classList.toggle("is-held", true);
    this.style.setProperty("--split", held ? "100%" : `${this.range.value}%`);
  }

  #grab(event) {
    if (event.button !== 0) return;
    this.#rest();
    this.dragging = true;
    this.setPointerCapture(event.pointerId);
    this.range.focus({ preventScroll: true, focusVisible: false });
    this.#drag(event);
  }

  #drag(event) {
    if (!this.dragging) return;
    const box = this.getBoundingClientRect();
    this.move(((event.clientX - box.left) / box.width) * 100);
  }

  #rest() {
    this.classList.remove("is-gliding", "is-held");
  }

  async #glideOnce() {
    if (still.matches) return;
    this.move(96);
    await Promise.allSettled([...this.querySelectorAll("img")].map((image) => image.decode()));
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      this.classList.add("is-gliding");
      this.move(Number(this.dataset.glide));
      this.addEventListener("transitionend", () => this.#rest(), { once: true });
    }, { threshold: 0.4 });
    seen.observe(this);
  }
}

customElements.define("compare-slider", CompareSlider);

/** A button with data-hold shows the photo of the slider that it names while it is pressed. */
function onHold(event, held) {
  const button = event.target.closest?.("[data-hold]");
  if (!button) return;
  event.preventDefault();
  document.getElementById(button.dataset.hold)?.hold(held);
}

const isPress = (event) => event.key === " " || event.key === "Enter";
document.addEventListener("pointerdown", (event) => onHold(event, true));
for (const end of ["pointerup", "pointerout", "pointercancel", "focusout"]) {
  document.addEventListener(end, (event) => onHold(event, false));
}
document.addEventListener("keydown", (event) => isPress(event) && onHold(event, true));
document.addEventListener("keyup", (event) => isPress(event) && onHold(event, false));
