/**
 * The brush of the studio: the user marks which part of the photo is painted. The marks become a
 * black and white picture in the file field `mask`, which works without this script too.
 */

const LONGEST = 1024; // pixels of the mask; the server scales it

class Brush {
  #strokes = [];
  #stroke = null;

  constructor(form, dialog) {
    this.form = form;
    this.dialog = dialog;
    this.photo = form.querySelector("#stage-image");
    this.file = form.querySelector("#id_mask");
    this.kept = form.querySelector("#id_mask_id");
    this.state = form.querySelector("#mask-state");
    this.open = form.querySelector("#mask-open");
    this.canvas = dialog.querySelector("#brush-canvas");
    this.mask = document.createElement("canvas");
    this.size = dialog.querySelector("#brush-size");
    this.open.hidden = false;
    this.open.addEventListener("click", () => this.#show());
    this.photo.addEventListener("load", () => this.#follow());
    this.file.addEventListener("change", () => this.#told());
    form.querySelector("#mask-clear").addEventListener("click", () => {
      this.#forget();
      form.dispatchEvent(new Event("input"));
    });
    this.#listen();
    this.shown = this.photo.src;
    this.#told();
  }

  #listen() {
    const { canvas, dialog } = this;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => (this.#stroke = null));
    }
    dialog.querySelector("#brush-undo").addEventListener("click", () => {
      this.#strokes.pop();
      this.#draw();
    });
    dialog.querySelector("#brush-empty").addEventListener("click", () => {
      this.#strokes = [];
      this.#draw();
    });
    dialog.querySelector("#brush-cancel").addEventListener("click", () => dialog.close());
    dialog.querySelector("#brush-done").addEventListener("click", () => this.#finish());
  }

  #show() {
    const { naturalWidth, naturalHeight } = this.photo;
    if (!naturalWidth) {
      this.form.querySelector("#id_photo").focus();
      return;
    }
    const factor = Math.min(1, LONGEST / Math.max(naturalWidth, naturalHeight));
    for (const canvas of [this.canvas, this.mask]) {
      canvas.width = Math.round(naturalWidth * factor);
      canvas.height = Math.round(naturalHeight * factor);
    }
    this.dialog.showModal();
    this.#draw();
  }

  #begin(event) {
    this.canvas.setPointerCapture(event.pointerId);
    const tool = this.dialog.querySelector('[name="brush-tool"]:checked').value;
    const longest = Math.max(this.canvas.width, this.canvas.height);
    this.#stroke = { erase: tool === "erase", width: (this.size.valueAsNumber / 100) * longest, points: [] };
    this.#strokes.push(this.#stroke);
    this.#move(event);
  }

  #move(event) {
    if (!this.#stroke) return;
    const box = this.canvas.getBoundingClientRect();
    this.#stroke.points.push([
      ((event.clientX - box.left) / box.width) * this.canvas.width,
      ((event.clientY - box.top) / box.height) * this.canvas.height,
    ]);
    this.#draw();
  }

  /** Draw all strokes to the mask, and the photo with the rest of it dimmed. */
  #draw() {
    const { width, height } = this.mask;
    const mask = this.mask.getContext("2d");
    mask.globalCompositeOperation = "source-over";
    mask.clearRect(0, 0, width, height);
    for (const stroke of this.#strokes) this.#trace(mask, stroke);
    const shown = this.canvas.getContext("2d");
    shown.globalCompositeOperation = "source-over";
    shown.globalAlpha = 1;
    shown.drawImage(this.photo, 0, 0, width, height);
    shown.globalAlpha = 0.55;
    shown.drawImage(this.#tinted(), 0, 0);
  }

  #trace(context, { erase, width, points }) {
    context.globalCompositeOperation = erase ? "destination-out" : "source-over";
    context.strokeStyle = "white";
    context.lineWidth = width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...points[0]);
    for (const point of points) context.lineTo(...point);
    context.stroke();
  }

  /** Color the marks, so that they are seen on light and dark photos. */
  #tinted() {
    const copy = document.createElement("canvas");
    copy.width = this.mask.width;
    copy.height = this.mask.height;
    const context = copy.getContext("2d");
    context.drawImage(this.mask, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = getComputedStyle(this.dialog).accentColor;
    context.fillRect(0, 0, copy.width, copy.height);
    return copy;
  }

  async #finish() {
    if (!this.#strokes.some(({ erase }) => !erase)) {
      this.#forget();
    } else {
      const whole = document.createElement("canvas");
      whole.width = this.mask.width;
      whole.height = this.mask.height;
      const context = whole.getContext("2d");
      context.fillRect(0, 0, whole.width, whole.height);
      context.drawImage(this.mask, 0, 0);
      const blob = await new Promise((done) => whole.toBlob(done, "image/png"));
      const transfer = new DataTransfer();
      transfer.items.add(new File([blob], "mask.png", { type: "image/png" }));
      this.file.files = transfer.files;
      this.#told();
    }
    this.dialog.close();
    this.open.focus();
    this.form.dispatchEvent(new Event("input"));
  }

  #forget() {
    this.#strokes = [];
    this.file.value = "";
    this.kept.value = "";
    this.#told();
  }

  /** A mask belongs to one photo. The same photo gets another address when it has arrived at the server. */
  #follow() {
    const { src } = this.photo;
    const arrived = this.shown.startsWith("blob:") && !src.startsWith("blob:");
    if (src !== this.shown && !arrived) this.#forget();
    this.shown = src;
  }

  #told() {
    this.state.hidden = !this.file.files.length && !this.kept.value;
  }
}

const form = document.querySelector("#studio");
if (form) new Brush(form, document.querySelector("#brush"));
