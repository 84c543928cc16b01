/**
 * The chosen styles. One to four styles are mixed: each has a slider, and three have a triangle. Or
 * any number of styles are painted separately.
 *
 * Dispatches "change", and "full" if one more style was chosen than can be mixed.
 */

import { LEAST, sharesOf, withOneMore, withShare } from "./mix.js";
import { MixPad } from "./pad.js";

const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

export class Palette extends EventTarget {
  #shares = [];
  #each = false;

  /** `form` is the studio. The checkboxes of the tiles are what the form sends. */
  constructor(form) {
    super();
    this.form = form;
    this.list = form.querySelector("#palette-list");
    this.item = form.querySelector("#palette-item");
    this.pad = new MixPad(form.querySelector("#mix-pad"));
    this.most = Number(form.dataset.maxStyles);
    this.boxes = [...form.querySelectorAll('input[name="styles"]')];
    for (const box of this.boxes) {
      box.addEventListener("change", () => this.#toggle(box));
    }
    this.list.addEventListener("input", (event) => this.#slide(event.target));
    this.pad.addEventListener("mix", ({ detail }) => this.#mix(detail));
    const chosen = this.boxes.filter((box) => box.checked);
    this.#fill(chosen.map((box) => [box, Number(box.dataset.weight) || 1]));
  }

  /** The slugs, in the order in which they were chosen. */
  get slugs() {
    return this.#items.map((item) => item.dataset.slug);
  }

  /** Choose exactly `chosen`, a list of [slug, weight]. */
  choose(chosen) {
    for (const box of this.boxes) box.checked = false;
    const found = chosen.map(([slug, weight]) => [this.#box(slug), Number(weight) || 1]);
    this.#fill(found.filter(([box]) => box));
    this.#changed();
  }

  /** Paint each style separately, or mix the styles. */
  spread(each) {
    if (this.#each === each) return;
    this.#each = each;
    this.form.querySelector("#palette").classList.toggle("is-each", each);
    this.#changed();
  }

  /** Whether each style is painted separately. */
  get isEach() {
    return this.#each;
  }

  /** Whether there are more styles than the page can mix. */
  get isOverfull() {
    return !this.#each && this.#items.length > this.most;
  }

  /** Choose the styles that the list shows, up to `room` styles in total. */
  chooseAll(room) {
    const free = this.boxes.filter((box) => !box.checked && !box.disabled && !box.closest("li").hidden);
    for (const box of free.slice(0, Math.max(0, room - this.#items.length))) {
      box.checked = true;
      this.#add(box);
    }
    this.#shares = sharesOf(this.#items.map(() => 1));
    this.#changed();
  }

  /** Show another picture of a style, such as its proof on the photo. */
  picture(slug, address) {
    const item = this.#items.find((each) => each.dataset.slug === slug);
    if (!item) return;
    item.querySelector("img").src = address;
    this.#show();
  }

  /** Disable the tiles that the method cannot use. */
  limit() {
    for (const box of this.boxes) box.disabled = !box.checked && box.dataset.unfit === "true";
  }

  get #items() {
    return [...this.list.children];
  }

  #box(slug) {
    return this.boxes.find((each) => each.value === slug);
  }

  #fill(chosen) {
    this.list.replaceChildren();
    for (const [box] of chosen) {
      box.checked = true;
      this.#add(box);
    }
    this.#shares = sharesOf(chosen.map(([, weight]) => weight));
    this.#show();
    this.limit();
  }

  #toggle(box) {
    const at = this.slugs.indexOf(box.value);
    if (box.checked && at < 0 && !this.#each && this.#items.length >= this.most) {
      // The others stay as they are, so that they can be compared.
      box.checked = false;
      this.dispatchEvent(new Event("full"));
      return;
    }
    if (box.checked && at < 0) {
      this.#add(box);
      this.#shares = withOneMore(this.#shares);
    } else if (!box.checked && at >= 0) {
      this.list.children[at].remove();
      this.#shares = sharesOf(this.#shares.filter((_, each) => each !== at));
    }
    this.#changed();
  }

  #add(box) {
    const item = this.item.content.firstElementChild.cloneNode(true);
    const title = box.dataset.title;
    item.dataset.slug = box.value;
    item.querySelector("img").src = pictureOf(box);
    item.querySelector(".palette-title span").textContent = title;
    const slider = item.querySelector("input");
    slider.name = `weight-${box.value}`;
    slider.setAttribute("aria-label", `${item.querySelector(".visually-hidden").textContent}: ${title}`);
    const out = item.querySelector("button");
    out.setAttribute("aria-label", `${out.getAttribute("aria-label")}: ${title}`);
    out.addEventListener("click", () => {
      box.checked = false;
      this.#toggle(box);
      box.focus();
    });
    this.list.append(item);
  }

  #slide(slider) {
    const at = this.#items.indexOf(slider.closest("li"));
    this.#shares = withShare(this.#shares, at, slider.valueAsNumber);
    this.#show();
  }

  /** Use the shares of the triangle, and send the form an "input" event, as a slider does. */
  #mix(shares) {
    this.#shares = shares;
    this.#show();
    this.form.dispatchEvent(new Event("input"));
  }

  #changed() {
    this.#show();
    this.limit();
    this.dispatchEvent(new Event("change"));
  }

  /** Show the shares on the sliders, figures and triangle. */
  #show() {
    this.#items.forEach((item, at) => {
      const slider = item.querySelector("input");
      slider.min = LEAST;
      slider.value = this.#shares[at];
      slider.closest("label").hidden = this.#each || this.#items.length < 2;
      slider.nextElementSibling.value = percent.format(this.#shares[at]);
      slider.setAttribute("aria-valuetext", slider.nextElementSibling.value);
    });
    this.list.dataset.count = this.#each ? "any" : this.#items.length;
    this.pad.show(this.#each ? [] : this.#shares, this.#items.map((item) => item.querySelector("img").src));
  }
}

/** Return the picture of a tile: the proof on the photo if it exists, otherwise the style's own. */
function pictureOf(box) {
  const tile = box.closest(".tile");
  return (tile.querySelector(".tile-proof") ?? tile.querySelector("img:not(.pic-haze)")).src;
}
