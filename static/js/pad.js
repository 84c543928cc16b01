/** A triangle that mixes three styles with a mouse or finger. The sliders beside it take keys. */

import { CORNERS, pointOf, sharesAt } from "./mix.js";

export class MixPad extends EventTarget {
  /** The template draws `svg`; this class moves its point and rays. */
  constructor(svg) {
    super();
    this.svg = svg;
    this.point = svg.querySelector(".pad-point");
    this.rays = [...svg.querySelectorAll(".pad-ray")];
    svg.addEventListener("pointerdown", (event) => this.#grab(event));
    svg.addEventListener("pointermove", (event) => this.grabbed && this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      svg.addEventListener(end, () => this.#release());
    }
  }

  /** Show three `shares`. With another number of shares, hide the triangle. */
  show(shares, pictures) {
    this.svg.toggleAttribute("hidden", shares.length !== CORNERS.length);
    if (shares.length !== CORNERS.length) return;
    const { x, y } = pointOf(shares);
    this.point.setAttribute("cx", x);
    this.point.setAttribute("cy", y);
    this.rays.forEach((ray, at) => {
      ray.setAttribute("x1", CORNERS[at].x);
      ray.setAttribute("y1", CORNERS[at].y);
      ray.setAttribute("x2", x);
      ray.setAttribute("y2", y);
      ray.style.opacity = 0.15 + 0.85 * shares[at];
    });
    this.svg.querySelectorAll("image").forEach((image, at) => {
      image.setAttribute("href", pictures[at]);
    });
  }

  #grab(event) {
    if (event.button !== 0) return;
    this.grabbed = true;
    this.svg.setPointerCapture(event.pointerId);
    this.svg.classList.add("is-held");
    this.#move(event);
  }

  #release() {
    this.grabbed = false;
    this.svg.classList.remove("is-held");
  }

  #move(event) {
    const at = new DOMPoint(event.clientX, event.clientY);
    const inside = at.matrixTransform(this.svg.getScreenCTM().inverse());
    this.dispatchEvent(new CustomEvent("mix", { detail: sharesAt(inside) }));
  }
}
