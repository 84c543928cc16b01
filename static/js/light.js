/** The choice of colors: as the device, day or night. A cookie tells it to the server. */

const YEAR = 365 * 24 * 3600;
const group = document.querySelector("#light");

function current() {
  return document.documentElement.dataset.light ?? "auto";
}

function show() {
  for (const button of group.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === current()));
  }
}

function choose(light) {
  if (light === "auto") {
    delete document.documentElement.dataset.light;
  } else {
    document.documentElement.dataset.light = light;
  }
  document.cookie = `light=${light}; path=/; max-age=${light === "auto" ? 0 : YEAR}; samesite=lax`;
  show();
}

if (group) {
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(button.value);
  });
  show();
}
