/** The studio: photo, styles and controls come together, and Make sends them. */

import { readDraft } from "./draft.js";
import { takePictures } from "./drop.js";
import { Estimate } from "./estimate.js";
import { MethodChoice } from "./methods.js";
import { Palette } from "./palette.js";
import { PhotoInput } from "./photo.js";
import { ProofSheet } from "./proofs.js";
import { watchTiles } from "./tiles.js";
import { TryOn } from "./tryon.js";

const CHOICES = "studio-choices";
const form = document.querySelector("#studio");
const make = form.querySelector("#make");
const hint = form.querySelector("#make-hint");
const words = form.dataset;
const photo = new PhotoInput(form);
const methods = new MethodChoice(form);
const palette = new Palette(form);
const proofs = new ProofSheet(form);
const tryOn = new TryOn(form, proofs, palette);
const estimate = new Estimate(form, palette, methods);
const signInHint = hint.textContent.trim();

function missing() {
  if (!photo.present) return words.wordNeedPhoto;
  if (!palette.slugs.length) return words.wordNeedStyle;
  const [unfit] = methods.unfit;
  return unfit ? words.wordNeedOtherWay.replace("…", unfit.dataset.title) : "";
}

function showReadiness() {
  const lack = missing();
  make.setAttribute("aria-disabled", String(Boolean(lack)));
  hint.textContent = lack || signInHint;
}

async function showOutcome() {
  const query = new URLSearchParams(palette.slugs.map((slug) => ["style", slug]));
  const reply = await fetch(`${words.outcome}?${query}`);
  if (reply.ok) form.querySelector("#outcome").innerHTML = await reply.text();
}

const UNITS = {
  percent: (value) => new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(value),
  times: (value) => `× ${new Intl.NumberFormat(document.documentElement.lang).format(value)}`,
};

function showValues() {
  for (const output of form.querySelectorAll("output[data-unit]")) {
    const slider = form.querySelector(`#${output.htmlFor}`);
    output.value = UNITS[output.dataset.unit](slider.valueAsNumber);
  }
}

/** Remember everything but the photo in this tab, so that signing in loses nothing. */
function keepChoices() {
  const entries = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken", "job_id"].includes(name),
  );
  sessionStorage.setItem(CHOICES, JSON.stringify(entries));
}

function restoreChoices() {
  const entries = JSON.parse(sessionStorage.getItem(CHOICES) ?? "[]");
  const weights = Object.fromEntries(entries.filter(([name]) => name.startsWith("weight-")));
  const slugs = entries.filter(([name]) => name === "styles").map(([, slug]) => slug);
  for (const [name, value] of entries) {
    const field = form.elements[name];
    if (name === "styles" || name === "photo_id" || name.startsWith("weight-") || !field) continue;
    field.value = value;
  }
  methods.apply();
  const photoId = entries.find(([name]) => name === "photo_id")?.[1];
  if (photoId && !photo.present) photo.use(photoId);
  const chosen = Object.keys(weights).map((name) => [name.slice("weight-".length), weights[name]]);
  palette.choose(chosen.length ? chosen : slugs.map((slug) => [slug, 1]));
}

async function submit(event) {
  event.preventDefault();
  if (missing()) {
    hint.textContent = missing();
    const wanted = photo.present ? "#tiles-list input" : "#id_photo";
    form.querySelector(wanted)?.focus();
    return;
  }
  make.setAttribute("aria-busy", "true");
  hint.textContent = words.wordStarting;
  keepChoices();
  const arrived = await photo.arrival;
  make.removeAttribute("aria-busy");
  showReadiness();
  if (arrived || photo.present) form.submit();
}

function shortcut(event) {
  const typing = event.target.closest("input:not([type=range], [type=checkbox], [type=radio]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const strength = form.querySelector("#id_strength");
  if (event.key === "[") strength.stepDown();
  else if (event.key === "]") strength.stepUp();
  else return;
  showValues();
  keepChoices();
}

/** Tiles take the photo's shape, so that its proofs show all of it. */
function shapeTiles() {
  const { naturalWidth, naturalHeight } = photo.image;
  if (!naturalHeight) return;
  const ratio = Math.min(Math.max(naturalWidth / naturalHeight, 0.7), 1.6);
  form.style.setProperty("--tile-ratio", ratio);
}

function tryStyles() {
  proofs.request(photo.id.value);
  tryOn.show();
}

async function takeSample(button) {
  const reply = await fetch(button.value);
  const blob = await reply.blob();
  photo.take(new File([blob], "photo.webp", { type: blob.type }));
}

async function start() {
  const asked = new URLSearchParams(location.search);
  form.classList.add("is-live");
  watchTiles(form);
  takePictures((file) => photo.take(file));
  if (![...asked.keys()].some((key) => key !== "draft" && key !== "photo")) restoreChoices();
  photo.addEventListener("change", () => {
    showReadiness();
    keepChoices();
    tryStyles();
    estimate.refresh();
  });
  methods.addEventListener("change", () => {
    palette.limit();
    showReadiness();
    estimate.refresh();
  });
  proofs.addEventListener("proof", ({ detail }) => palette.picture(detail.slug, detail.url));
  palette.addEventListener("change", () => {
    showReadiness();
    showOutcome();
    keepChoices();
    estimate.refresh();
  });
  form.addEventListener("input", () => {
    showValues();
    keepChoices();
    estimate.refresh();
  });
  form.addEventListener("submit", submit);
  document.addEventListener("keydown", shortcut);
  form.querySelector("#samples")?.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) takeSample(button);
  });
  const camera = form.querySelector("#camera");
  const cameraButton = form.querySelector("#camera-button");
  cameraButton.hidden = !matchMedia("(pointer: coarse)").matches;
  cameraButton.addEventListener("click", () => camera.click());
  camera.addEventListener("change", () => camera.files.length && photo.take(camera.files[0]));
  photo.image.addEventListener("load", shapeTiles);
  shapeTiles();
  methods.apply();
  showValues();
  showReadiness();
  tryStyles();
  if (!photo.present) {
    const draft = await readDraft();
    if (draft && !photo.present) photo.take(draft);
  }
}

// A page that comes back from memory carries the id of a job that was made already.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

start();
