/**
 * The style tiles: filters, and movement by keyboard. All tiles are one stop of the Tab key; the arrow
 * keys walk between them.
 */

import { matches } from "./search.js";

/** Start. "Surprise me" chooses a style in `palette`. */
export function watchTiles(form, palette) {
  const list = form.querySelector("#tiles-list");
  const items = [...list.querySelectorAll(":scope > li")];
  const stopOf = (item) => item.querySelector("input, a");
  watchFilters(form, items.filter((item) => "words" in item.dataset), settle);
  form.querySelector("#tiles-surprise").addEventListener("click", surprise);
  list.addEventListener("keydown", walk);
  list.addEventListener("focusin", ({ target }) => settle(target));
  palette.addEventListener("change", () => settle());
  settle(list.querySelector("input:checked"));

  /** The tiles that can have the focus now. */
  function stops() {
    return items.filter((item) => !item.hidden).map(stopOf).filter((stop) => stop && !stop.disabled);
  }

  /** Let the Tab key stop at `wanted`, or at the tile where it stopped before, or else at the first one. */
  function settle(wanted) {
    const there = stops();
    const before = there.find((stop) => stop.tabIndex === 0);
    const next = there.includes(wanted) ? wanted : (before ?? there[0]);
    for (const item of items) if (stopOf(item)) stopOf(item).tabIndex = stopOf(item) === next ? 0 : -1;
  }

  function walk(event) {
    const there = stops();
    const at = there.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const tops = there.map((stop) => stop.closest("li").offsetTop);
    const across = tops.filter((top) => top === tops[0]).length;
    const down = across < there.length ? across : 1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + down, ArrowUp: at - down, Home: 0, End: there.length - 1 };
    const next = there[to[event.key]];
    if (!(event.key in to)) return;
    event.preventDefault();
    next?.focus();
    next?.closest("li").scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function surprise() {
    const boxes = stops().filter((stop) => stop.name === "styles" && !stop.checked);
    const box = boxes[Math.floor(Math.random() * boxes.length)];
    if (!box) return;
    palette.choose([[box.value, 1]]);
    settle(box);
    box.closest("li").scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function watchFilters(form, items, onChange) {
  const search = form.querySelector("#tiles-search");
  const selects = ["technique", "period"].map((name) => [name, form.querySelector(`#tiles-${name}`)]);
  const chips = form.querySelector("#tiles-chips");

  function narrow() {
    const wanted = [...chips.querySelectorAll("[aria-pressed=true]")].map((chip) => chip.value);
    const left = items.filter(({ dataset }) => {
      const has = dataset.traits.split(" ");
      const isOfKind = selects.every(([name, select]) => !select?.value || dataset[name] === select.value);
      return isOfKind && wanted.every((trait) => has.includes(trait));
    });
    const found = search.value.trim() ? matches(left.map((item) => item.dataset.words), search.value) : left.map(() => true);
    const shown = new Set(left.filter((_, at) => found[at]));
    for (const item of items) item.hidden = !shown.has(item);
    form.querySelector("#tiles-none").hidden = shown.size > 0 || !items.length;
    onChange();
  }

  search.addEventListener("input", narrow);
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  for (const [, select] of selects) select?.addEventListener("change", narrow);
  chips.addEventListener("click", ({ target }) => {
    const chip = target.closest("button");
    if (!chip) return;
    chip.setAttribute("aria-pressed", String(chip.ariaPressed !== "true"));
    narrow();
  });
}
