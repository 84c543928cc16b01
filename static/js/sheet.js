/** The panels below the picture on a phone: the styles, the selected styles and the settings. */

export function watchSheet(form, palette) {
  const tabs = form.querySelector("#sheet-tabs");
  const count = form.querySelector("#sheet-count");
  const number = new Intl.NumberFormat(document.documentElement.lang);

  function open(panel) {
    form.dataset.panel = panel;
    for (const tab of tabs.querySelectorAll("button")) tab.setAttribute("aria-pressed", String(tab.value === panel));
  }

  function tell() {
    const chosen = palette.slugs.length;
    count.textContent = chosen ? number.format(chosen) : "";
  }

  tabs.addEventListener("click", ({ target }) => {
    const tab = target.closest("button");
    if (tab) open(tab.value);
  });
  palette.addEventListener("change", tell);
  // A field that needs attention may be in a panel that is closed.
  form.addEventListener("invalid", () => open("settings"), true);
  tell();
}
