/**
 * The loss curve of a painting that goes on. Each snapshot of the job brings the losses of its
 * latest step. inference/pages/loss_curve.py draws the same picture for a page without script.
 */

const SIDE = 100;
const MOST_POWERS = 6;
const ROWS = 12;
const LINES = ["content", "style", "total"];

const round = (value) => Math.round(value * 100) / 100;
const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, useGrouping: false });
// Intl rounds the decimal digits of a number, and toPrecision its exact value, as the server does.
const number = (value) => digits.format(Number(value.toPrecision(3)));

export class LossCurve {
  /** Return the curve in `root`, or null: only some methods have losses. */
  static in(root) {
    const figure = root.querySelector('[data-part="loss-curve"]');
    return figure && new LossCurve(figure);
  }

  constructor(figure) {
    this.figure = figure;
    this.points = JSON.parse(document.querySelector("#loss-points").textContent);
    this.attempt = Number(figure.dataset.attempt);
    // A hidden page on a phone gets no snapshots, and one that was offline missed some.
    document.addEventListener("visibilitychange", () => !document.hidden && this.refresh());
  }

  #part(name) {
    return this.figure.querySelector(`[data-part="${name}"]`);
  }

  /** Add the losses of the snapshot `job`. Another attempt, or an earlier step, starts a new curve. */
  take({ attempt, losses }) {
    if (!losses) return;
    const last = this.points.at(-1);
    const isOther = attempt !== this.attempt;
    this.attempt = attempt;
    if (isOther || (last && losses.step < last.step)) this.points = [];
    else if (last?.step === losses.step) return;
    this.points.push(losses);
    this.#draw();
  }

  /** Fetch the whole curve; if that fails, the points so far stay. */
  async refresh() {
    const reply = await fetch(this.figure.dataset.losses).catch(() => null);
    const curve = reply?.ok ? await reply.json() : null;
    const latest = this.points.at(-1)?.step ?? 0;
    if (!curve?.points.length || curve.points.at(-1).step < latest) return;
    this.points = curve.points;
    this.attempt = curve.attempt;
    this.#draw();
  }

  #draw() {
    const { points } = this;
    const [first, last] = [points[0], points.at(-1)];
    const scale = this.#scale();
    const { low, high } = scale;
    const count = high - low;
    this.#list("loss-scale", count + 1, (line) => number(10 ** (high - line)));
    const grid = Array.from({ length: count + 1 }, (_, line) => `M0 ${round((SIDE * line) / count)}H${SIDE}`);
    this.#part("loss-grid").setAttribute("d", grid.join(""));
    for (const name of LINES) {
      this.figure.querySelector(`path[data-line="${name}"]`).setAttribute("d", this.#line(name, scale));
    }
    this.#part("loss-first").textContent = first.step;
    this.#part("loss-last").textContent = last.step;
    const words = { first: number(first.total), begin: first.step, last: number(last.total), end: last.step };
    const said = this.figure.dataset.sentence.replace(/\[(\w+)\]/g, (_, key) => words[key]);
    this.#part("loss-sentence").textContent = said;
    this.#table();
    this.figure.hidden = false;
  }

  #scale() {
    const values = this.points.flatMap((point) => LINES.map((name) => point[name])).filter((value) => value > 0);
    const [least, most] = values.length ? [Math.min(...values), Math.max(...values)] : [1, 1];
    const high = Math.floor(Math.log10(most)) + 1;
    return { high, low: Math.max(Math.floor(Math.log10(least)), high - MOST_POWERS) };
  }

  #line(name, { low, high }) {
    const begin = this.points[0].step;
    const width = Math.max(1, this.points.at(-1).step - begin);
    const places = this.points
      .filter((point) => point[name] > 0)
      .map((point) => {
        const down = (high - Math.max(Math.log10(point[name]), low)) / (high - low);
        return `${round(((point.step - begin) / width) * SIDE)} ${round(down * SIDE)}`;
      });
    return places.length ? `M${places.join("L")}` : "";
  }

  #list(name, count, text) {
    const list = this.#part(name);
    const items = Array.from({ length: count }, (_, line) => {
      const item = document.createElement("li");
      item.textContent = text(line);
      return item;
    });
    list.replaceChildren(...items);
  }

  #table() {
    const { points } = this;
    const count = Math.min(ROWS, points.length);
    const rows = Array.from({ length: count }, (_, row) => {
      const point = points[Math.round((row * (points.length - 1)) / Math.max(1, count - 1))];
      const cells = [point.step, ...LINES.map((name) => number(point[name]))].map((value, column) => {
        const cell = document.createElement(column ? "td" : "th");
        if (!column) cell.scope = "row";
        cell.textContent = value;
        return cell;
      });
      const line = document.createElement("tr");
      line.append(...cells);
      return line;
    });
    this.#part("loss-rows").replaceChildren(...rows);
  }
}
