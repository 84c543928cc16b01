/** Times in words: a range of seconds or minutes in the language of the page. */

const language = document.documentElement.lang;

/** Return `low` to `high` seconds in words, in minutes above 90 s; one number if both are equal. */
export function span(low, high) {
  const unit = high > 90 ? "minute" : "second";
  const scale = unit === "minute" ? 60 : 1;
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" });
  const [from, to] = [low, high].map((each) => Math.max(1, Math.round(each / scale)));
  return from >= to ? format.format(to) : format.formatRange(from, to);
}
