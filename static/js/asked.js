/** What the studio asks for, in the form in which the API takes it. */

const LAYERS = [1, 2, 3, 4, 5].map((number) => `layer${number}_weight`);
const RECIPE = ["learning_rate", "content_weight", "style_weight", "tv_weight", ...LAYERS];
const FIGURES = ["strength", "style_scale", "size", "steps", "seed", ...RECIPE];
const WORDS = ["color", "features", "keep_faces", "variant", "init", "optimizer"];

/** Return the controls of the chosen method. Those of other methods are disabled, so not sent. */
export function specOf(form) {
  const fields = new FormData(form);
  const spec = { method: fields.get("method") };
  for (const name of FIGURES) if (fields.get(name)) spec[name] = Number(fields.get(name));
  for (const name of WORDS) if (fields.get(name)) spec[name] = fields.get(name);
  return spec;
}

/** Return the styles with these slugs, each with the share that its slider shows. */
export function stylesOf(form, slugs) {
  return slugs.map((style) => ({ style, weight: Number(form.elements[`weight-${style}`]?.value) || 1 }));
}

/** Return whether the server can take these choices: each number within its limits, and not too many styles to mix. */
export function canAsk(form, palette, methods) {
  const controls = [...form.elements].filter((each) => each.closest("[data-control]"));
  const isWithin = controls.every((each) => each.disabled || each.validity.valid);
  return isWithin && !palette.isOverfull && !methods.unfit.length;
}
