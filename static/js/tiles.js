/** The style tiles: filters by word and technique, and movement with the arrow keys. */

export function watchTiles(form) {
  const filter = form.querySelector("#tiles-filter");
  const search = form.querySelector("#tiles-search");
  const technique = form.querySelector("#tiles-technique");
  const items = [...form.querySelectorAll("#tiles-list > li")];

  function narrow() {
    const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const text = item.dataset.words?.toLocaleLowerCase() ?? "";
      const fits =
        words.every((word) => text.includes(word)) &&
        (!technique?.value || item.dataset.technique === technique.value);
      item.hidden = !fits;
      shown += fits;
    }
    form.querySelector("#tiles-none").hidden = shown > 0;
  }

  function walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const boxes = items.filter((item) => !item.hidden).map((item) => item.querySelector("input"));
    const next = boxes[boxes.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  filter.hidden = false;
  search.addEventListener("input", narrow);
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  technique?.addEventListener("change", narrow);
  form.querySelector("#tiles-list").addEventListener("keydown", walk);
}
