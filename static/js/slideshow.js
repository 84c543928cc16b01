/** A gallery as a slideshow: arrow keys, a button for the whole screen, and pictures that go on. */

const PLAY_MS = 8000;
const QUIET_MS = 3000;
const show = document.querySelector("#slideshow");

if (show) {
  const slides = show.querySelector(".slides");
  const tools = show.querySelector(".slide-tools");
  const play = show.querySelector("[data-play]");
  const whole = show.querySelector("[data-whole]");
  const place = show.querySelector("[data-place]");
  const count = slides.children.length;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let current = 0;
  let playing = 0;
  let quiet = 0;

  tools.hidden = false;
  whole.hidden = !document.fullscreenEnabled;

  function tell() {
    place.textContent = `${current + 1} / ${count}`;
  }

  function goTo(number) {
    current = (number + count) % count;
    const left = slides.children[current].offsetLeft - slides.offsetLeft;
    slides.scrollTo({ left, behavior: isCalm ? "instant" : "smooth" });
    tell();
  }

  function setPlaying(isOn) {
    clearInterval(playing);
    playing = isOn ? setInterval(() => goTo(current + 1), PLAY_MS) : 0;
    play.setAttribute("aria-pressed", String(isOn));
  }

  function toggleWhole() {
    if (document.fullscreenElement) document.exitFullscreen();
    else show.requestFullscreen();
  }

  /** On the whole screen, labels and buttons fade when nobody touches anything. */
  function wake() {
    clearTimeout(quiet);
    show.classList.remove("is-quiet");
    if (document.fullscreenElement) quiet = setTimeout(() => show.classList.add("is-quiet"), QUIET_MS);
  }

  show.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.step) goTo(current + Number(button.dataset.step));
    if (button === play) setPlaying(!playing);
    if (button === whole) toggleWhole();
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, summary, a") || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: count - 1 };
    if (event.key in steps) goTo(steps[event.key]);
    else if (event.key === "f" && !whole.hidden) toggleWhole();
    else if (event.key === " " && !event.target.closest("button")) setPlaying(!playing);
    else return;
    event.preventDefault();
  });

  // A finger or a wheel moves the slides without this script.
  slides.addEventListener("scrollend", () => {
    current = Math.round(slides.scrollLeft / slides.clientWidth);
    tell();
  });
  for (const kind of ["pointermove", "pointerdown", "keydown"]) document.addEventListener(kind, wake);
  document.addEventListener("fullscreenchange", () => {
    goTo(current);
    wake();
  });
  tell();
}
