/** The chosen styles with their shares: one to four, each with a slider. */

export class Palette extends EventTarget {
  /** `form` is the studio; the tiles' checkboxes stay the truth that is sent. */
  constructor(form) {
    super();
    this.form = form;
    this.list = form.querySelector("#palette-list");
    this.item = form.querySelector("#palette-item");
    this.said = form.querySelector("#palette-said");
    this.most = Number(form.dataset.maxStyles);
    this.boxes = [...form.querySelectorAll('input[name="styles"]')];
    form.querySelector("#palette").hidden = false;
    for (const box of this.boxes) {
      box.addEventListener("change", () => this.#toggle(box));
      if (box.checked) this.#add(box);
    }
    this.list.addEventListener("input", () => this.#shares());
    this.#limit();
  }

  /** The slugs in the order they were chosen. */
  get slugs() {
    return [...this.list.children].map((item) => item.dataset.slug);
  }

  /** Choose exactly `chosen`, a list of [slug, weight]. */
  choose(chosen) {
    this.list.replaceChildren();
    for (const box of this.boxes) box.checked = false;
    for (const [slug, weight] of chosen) {
      const box = this.boxes.find((each) => each.value === slug);
      if (!box) continue;
      box.checked = true;
      box.dataset.weight = weight;
      this.#add(box);
    }
    this.#changed();
  }

  #toggle(box) {
    if (box.checked) this.#add(box);
    else this.list.querySelector(`[data-slug="${box.value}"]`)?.remove();
    this.#changed();
  }

  #add(box) {
    const item = this.item.content.firstElementChild.cloneNode(true);
    const title = box.dataset.title;
    item.dataset.slug = box.value;
    item.querySelector("img").src = box.closest(".tile").querySelector("img:not(.pic-haze)").src;
    item.querySelector(".palette-title span").textContent = title;
    const slider = item.querySelector("input");
    slider.name = `weight-${box.value}`;
    slider.value = box.dataset.weight || 1;
    slider.setAttribute("aria-label", `${item.querySelector(".visually-hidden").textContent}: ${title}`);
    const out = item.querySelector("button");
    out.setAttribute("aria-label", `${out.getAttribute("aria-label")}: ${title}`);
    out.addEventListener("click", () => {
      box.checked = false;
      this.#toggle(box);
      box.focus();
    });
    this.list.append(item);
    this.#shares();
  }

  #changed() {
    this.#shares();
    this.#limit();
    this.dispatchEvent(new Event("change"));
  }

  /** Show each slider's part of the whole; a single style has nothing to be mixed with. */
  #shares() {
    const sliders = [...this.list.querySelectorAll("input")];
    const sum = sliders.reduce((total, slider) => total + slider.valueAsNumber, 0);
    for (const slider of sliders) {
      const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
      slider.closest("label").hidden = sliders.length < 2;
      slider.nextElementSibling.value = share.format(slider.valueAsNumber / sum);
    }
  }

  #limit() {
    const full = this.list.children.length >= this.most;
    for (const box of this.boxes) box.disabled = full && !box.checked;
    this.said.textContent = full ? this.form.dataset.wordFull : "";
  }
}
