/** The studio: the user chooses a photo, styles and controls, and the button Make sends them. */

import { CHOICES } from "./draft.js";
import { takePictures } from "./drop.js";
import { Estimate } from "./estimate.js";
import { watchKeys } from "./keys.js";
import { MethodChoice } from "./methods.js";
import { MorePhotos } from "./more.js";
import { Palette } from "./palette.js";
import { OwnStyle } from "./own-style.js";
import { PhotoInput } from "./photo.js";
import { ProofSheet } from "./proofs.js";
import { Stage } from "./stage.js";
import { watchSheet } from "./sheet.js";
import { watchTiles } from "./tiles.js";
import { refreshForm } from "./token.js";

const MOST = 50;
// Fields that exist several times. The classes that draw them restore them.
const LISTS = new Set(["styles", "more_photos"]);
const form = document.querySelector("#studio");
const make = form.querySelector("#make");
const hint = form.querySelector("#make-hint");
const words = form.dataset;
const photo = new PhotoInput(form);
const more = new MorePhotos(form);
const methods = new MethodChoice(form);
const palette = new Palette(form);
const proofs = new ProofSheet(form);
const stage = new Stage(form, { photo, proofs, palette, methods });
const estimate = new Estimate(form, palette, methods);
const signInHint = hint.textContent.trim();

function missing() {
  if (words.wordDone) return words.wordDone;
  if (!photo.present) return words.wordNeedPhoto;
  if (!palette.slugs.length) return words.wordNeedStyle;
  const [unfit] = methods.unfit;
  if (unfit) return words.wordNeedOtherWay.replace("…", unfit.dataset.title);
  if (more.failed) return words.wordNotSent.replace("9", more.failed);
  if (palette.isOverfull) return words.wordFull;
  if (estimate.pictures <= estimate.room) return "";
  return estimate.room ? words.wordTooMany.replace("9", estimate.room) : words.wordNoRoom;
}

/** Each style is painted separately if the user asks for it, or if there are several photos. */
function showWay() {
  const styles = palette.slugs.length;
  const wanted = form.elements.each.value === "on";
  const each = wanted || more.count > 0;
  palette.spread(each);
  const pictures = Math.max(1, (1 + more.count) * (each ? styles : 1));
  if (pictures !== estimate.pictures) form.querySelector("#make-estimate").textContent = "";
  estimate.pictures = pictures;
  const several = words.wordMakeMany.replace("9", pictures);
  form.querySelector("#make-word").textContent = pictures > 1 ? several : words.wordMake;
  make.classList.toggle("is-several", pictures > 1);
  form.querySelector("#palette-way").hidden = styles < (wanted ? 1 : 2);
  form.querySelector("#palette-each").hidden = more.count > 0;
  form.querySelector("#palette-photos").hidden = more.count === 0;
  form.querySelector("#palette-all").hidden = !each;
}

function showReadiness() {
  showWay();
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

/** Store all choices except the photo in this tab, so that they are kept when the user signs in. */
function keepChoices() {
  const entries = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken", "job_id", "mask_id"].includes(name),
  );
  sessionStorage.setItem(CHOICES, JSON.stringify(entries));
}

function restoreChoices() {
  const entries = JSON.parse(sessionStorage.getItem(CHOICES) ?? "[]");
  const weights = Object.fromEntries(entries.filter(([name]) => name.startsWith("weight-")));
  const slugs = entries.filter(([name]) => name === "styles").map(([, slug]) => slug);
  for (const [name, value] of entries) {
    const field = form.elements[name];
    if (LISTS.has(name) || name === "photo_id" || name.startsWith("weight-") || !field) continue;
    field.value = value;
  }
  if (!more.count) more.use(entries.filter(([name, id]) => name === "more_photos" && id).map(([, id]) => id));
  methods.apply();
  const photoId = entries.find(([name]) => name === "photo_id")?.[1];
  if (photoId && !photo.present) photo.use(photoId);
  const chosen = Object.keys(weights).map((name) => [name.slice("weight-".length), weights[name]]);
  const wanted = chosen.length ? chosen : slugs.map((slug) => [slug, 1]);
  const lost = wanted.some(([slug]) => !form.querySelector(`input[name="styles"][value="${slug}"]`));
  // The page has only a part of a large library. It adds the styles that its address names.
  if (lost && "some" in form.querySelector("#tiles-list").dataset) {
    sessionStorage.removeItem(CHOICES);
    location.replace(`${location.pathname}?${new URLSearchParams(wanted.map(([slug]) => ["style", slug]))}`);
  }
  palette.choose(wanted);
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
  const [arrived] = await Promise.all([photo.arrival, more.arrival]);
  make.removeAttribute("aria-busy");
  showReadiness();
  if (missing()) return;
  if (!arrived && !photo.present) return;
  await refreshForm(form);
  form.submit();
}

/** Give the tiles the shape of the photo, so that the proofs show the whole photo. */
function shapeTiles() {
  const { naturalWidth, naturalHeight } = photo.image;
  if (!naturalHeight) return;
  const ratio = Math.min(Math.max(naturalWidth / naturalHeight, 0.7), 1.6);
  form.style.setProperty("--tile-ratio", ratio);
}

function tryStyles() {
  proofs.request(photo.id.value);
  stage.follow();
}

/** Use the first picture as the main photo, and the others as more photos. */
function take(file, others) {
  photo.take(file);
  more.take(others);
}

/** Load the page again, with the style `slug` that it does not have yet, and all other choices. */
function openWith(slug) {
  keepChoices();
  const entries = JSON.parse(sessionStorage.getItem(CHOICES));
  const added = [["styles", slug], [`weight-${slug}`, "1"]];
  const others = entries.filter(([name, value]) => value !== slug && name !== `weight-${slug}`);
  sessionStorage.setItem(CHOICES, JSON.stringify([...others, ...added]));
  location.assign(location.pathname);
}

async function takeSample(button) {
  const reply = await fetch(button.value);
  const blob = await reply.blob();
  photo.take(new File([blob], "photo.webp", { type: blob.type }));
}

async function start() {
  const asked = new URLSearchParams(location.search);
  form.classList.add("is-live");
  watchTiles(form, palette);
  watchSheet(form, palette);
  const own = document.querySelector("#own-dialog");
  takePictures(take, own ? new OwnStyle(own, form.querySelector(".tiles"), openWith) : undefined);
  if (![...asked.keys()].some((key) => key !== "draft" && key !== "photo")) restoreChoices();
  photo.addEventListener("change", () => {
    showReadiness();
    keepChoices();
    tryStyles();
    estimate.refresh();
  });
  photo.addEventListener("more", ({ detail }) => more.take(detail));
  more.addEventListener("change", () => {
    showReadiness();
    keepChoices();
    estimate.refresh();
  });
  estimate.addEventListener("told", showReadiness);
  form.querySelector("#palette-all").addEventListener("click", () => {
    palette.chooseAll(Math.floor(Math.min(estimate.room, MOST) / (1 + more.count)));
  });
  methods.addEventListener("change", () => {
    palette.limit();
    showReadiness();
    estimate.refresh();
    stage.follow();
  });
  proofs.addEventListener("proof", ({ detail }) => palette.picture(detail.slug, detail.url));
  palette.addEventListener("change", () => {
    showReadiness();
    showOutcome();
    keepChoices();
    estimate.refresh();
    stage.follow();
  });
  form.addEventListener("input", () => {
    showValues();
    showReadiness();
    keepChoices();
    estimate.refresh();
    stage.follow();
  });
  palette.addEventListener("full", () => {
    hint.textContent = words.wordFull;
  });
  form.addEventListener("submit", submit);
  watchKeys(form, stage);
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
  if (!photo.present) await photo.resume();
}

// A page that the browser restores from memory has the id of a job that already exists.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

start();
