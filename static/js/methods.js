/** The choice of the method. Only its controls are shown; styles that it cannot use are marked. */

export class MethodChoice extends EventTarget {
  /** `form` is the studio. */
  constructor(form) {
    super();
    this.form = form;
    this.radios = [...form.querySelectorAll('input[name="method"]')];
    this.boxes = [...form.querySelectorAll('input[name="styles"]')];
    this.titles = new Map(this.boxes.map((box) => [box, box.closest("li").title]));
    for (const radio of this.radios) radio.addEventListener("change", () => this.apply());
  }

  /** The selected radio button. */
  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }

  /** The chosen styles that the method cannot use. */
  get unfit() {
    return this.boxes.filter((box) => box.checked && box.dataset.unfit === "true");
  }

  /** Show the controls of the chosen method, and mark the styles that it cannot use. */
  apply() {
    if (!this.chosen) return;
    const controls = this.chosen.dataset.controls.split(" ");
    for (const control of this.form.querySelectorAll("[data-control]")) {
      const used = controls.includes(control.dataset.control);
      control.hidden = !used;
      for (const field of control.querySelectorAll("input, select")) field.disabled = !used;
    }
    const steps = this.form.querySelector("#id_steps");
    steps.placeholder = this.chosen.dataset.steps;
    steps.max = this.chosen.dataset.mostSteps;
    for (const box of this.boxes) {
      const unfit = !box.dataset.methods.split(" ").includes(this.chosen.value);
      box.dataset.unfit = String(unfit);
      box.closest("li").title = unfit ? this.form.dataset.wordUnfit : this.titles.get(box);
    }
    this.dispatchEvent(new Event("change"));
  }
}
