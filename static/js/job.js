/** The page of one job: it shows previews and a progress ring, and at the end the result. */

import "./compare.js";
import "./copy.js";
import { counted } from "./counts.js";
import { startDeveloping } from "./develop.js";
import { events, hasEnded } from "./events.js";
import { fitPictures } from "./fit.js";
import { LossCurve } from "./loss-curve.js";
import { span } from "./spans.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const language = document.documentElement.lang;
const percent = new Intl.NumberFormat(language, { style: "percent" });
const TELL_EVERY = 0.1;
const RETRY_MS = 2000;
const PATIENCE_MS = 4000;
const LINE_MS = 5000;

class JobPage {
  constructor(root) {
    this.root = root;
    this.words = root.dataset;
    this.title = document.title;
    this.heard = Date.now();
    this.told = 0;
    this.version = 0;
    this.job = JSON.parse(document.querySelector("#job-snapshot").textContent);
    this.curve = LossCurve.in(root);
    events.addEventListener("job", ({ detail }) => detail.id === this.job.id && this.#take(detail));
    events.addEventListener("connection", ({ detail }) => this.#connection(detail));
    if (events.state) this.#connection(events.state);
    events.start(this.words);
    events.take(this.job);
    this.clock = setInterval(() => this.#times(), 1000);
    this.line = setInterval(() => this.#askAgain(), LINE_MS);
  }

  #part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  #take(job) {
    this.job = job;
    this.heard = Date.now();
    if (hasEnded(job)) {
      this.#finish();
      return;
    }
    const { fraction } = job.progress;
    this.root.dataset.state = job.state;
    this.#part("arc").setAttribute("stroke-dasharray", `${fraction * 100} 100`);
    this.#part("percent").textContent = percent.format(fraction);
    this.#part("step").textContent = this.#step();
    this.#part("stop").hidden = job.state !== "running" || !job.preview;
    if (job.preview && job.preview.version > this.version) this.#preview(job.preview);
    this.curve?.take(job);
    document.title = `${percent.format(fraction)} · ${this.title}`;
    if (fraction >= this.told + TELL_EVERY) {
      this.told = Math.floor(fraction / TELL_EVERY) * TELL_EVERY;
      this.#part("said").textContent = `${percent.format(fraction)}. ${this.#step()}`;
    }
    this.#times();
  }

  #step() {
    const { state, stage, progress, queue, stop_requested: stopping } = this.job;
    if (stopping) return this.words.wordStopping;
    if (state === "queued") {
      if (queue.ahead === 0) return this.words.wordNext;
      const { wordAhead, wordAheadOne } = this.words;
      return queue.ahead === 1 ? wordAheadOne : wordAhead.replace("0", queue.ahead);
    }
    if (stage === "painting") {
      return counted(this.words.wordPainting, progress.done, progress.total);
    }
    return stage === "finishing" ? this.words.wordFinishing : this.words.wordPreparing;
  }

  #times() {
    const began = Date.parse(this.job.started_at ?? this.job.created_at);
    const seconds = Math.max(0, (Date.now() - began) / 1000);
    this.#part("elapsed").textContent = this.#clockTime(seconds);
    const { eta } = this.job;
    this.#part("left-row").hidden = !eta;
    if (!eta) return;
    const since = (Date.now() - this.heard) / 1000;
    this.#part("left").textContent = span(eta.p50 - since, eta.p90 - since);
  }

  /** Fetch the place in the queue. When the queue moves, my job does not change: no event comes. */
  async #askAgain() {
    if (document.hidden || this.job.state !== "queued") return;
    const reply = await fetch(this.words.job).catch(() => null);
    const job = reply?.ok ? await reply.json() : null;
    if (job?.state === "queued" && this.job.state === "queued") this.#take(job);
  }

  #clockTime(seconds) {
    const minutes = Math.floor(seconds / 60);
    return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  }

  /** Put the new preview over the old one when it is decoded, and fade it in. */
  async #preview({ url, width, height, version }) {
    this.version = version;
    const image = new Image(width, height);
    image.src = url;
    image.alt = "";
    try {
      await image.decode();
    } catch {
      return; // The server has a newer preview and deleted this one.
    }
    if (version < this.version) return;
    const display = this.#part("picture");
    const older = [...display.querySelectorAll(".job-preview")];
    image.className = "job-preview";
    display.append(image);
    this.root.dataset.painted = "true";
    const fade = image.animate({ opacity: [0, 1] }, { duration: still.matches ? 0 : 420, easing: "ease-out" });
    await fade.finished;
    older.forEach((each) => each.remove());
  }

  #connection(state) {
    if (state === "live") this.curve?.refresh();
    const dot = this.#part("connection");
    dot.dataset.connection = state;
    dot.textContent = this.words[`word${state[0].toUpperCase()}${state.slice(1)}`];
  }

  /** Fetch the page of the ended job from the server, and replace the main part of this page. */
  async #finish() {
    clearInterval(this.clock);
    clearInterval(this.line);
    if (this.ended) return;
    this.ended = true;
    let page;
    try {
      const reply = await fetch(location.href);
      page = new DOMParser().parseFromString(await reply.text(), "text/html");
    } catch {
      this.ended = false;
      setTimeout(() => this.#finish(), RETRY_MS);
      return;
    }
    const fresh = page.querySelector("main");
    fitPictures(fresh);
    const images = [...fresh.querySelectorAll("img:not([loading=lazy])")];
    await Promise.race([
      Promise.allSettled(images.map((image) => Object.assign(new Image(), { src: image.src }).decode())),
      new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
    ]);
    const change = () => {
      document.querySelector("main").replaceWith(document.adoptNode(fresh));
      document.title = page.title;
      document.querySelector("#main h1")?.focus();
      startDeveloping();
    };
    if (document.startViewTransition && !still.matches) document.startViewTransition(change);
    else change();
  }
}

const root = document.querySelector("#job");
if (root) new JobPage(root);
