/** The order of a gallery: drag a picture by its handle or its image, or move it with arrow keys. */

import { counted } from "./counts.js";
import { send } from "./token.js";

const WAIT_MS = 500;
const EDGE_PX = 72;
const list = document.querySelector("#order");

if (list) {
  const news = document.querySelector("#order-news");
  const failure = document.querySelector("#order-error");
  const words = list.dataset;
  let version = Number(words.version);
  let saved = ids();
  let timer = 0;
  let isSaving = false;

  document.querySelector("#order-help").hidden = false;
  for (const handle of list.querySelectorAll(".order-handle")) handle.hidden = false;

  function ids() {
    return [...list.children].map((item) => item.dataset.artwork);
  }

  function tell(item) {
    news.textContent = counted(words.wordPlace, [...list.children].indexOf(item) + 1, list.children.length);
  }

  /** Save soon, so that several moves with the keys are one request. */
  function saveSoon() {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  }

  /** Save the order. Only one request runs at a time, because each names the version before it. */
  async function save() {
    if (isSaving) return saveSoon();
    const order = ids();
    if (order.join() === saved.join()) return;
    isSaving = true;
    const reply = await send(words.address, {
      method: "PUT",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ artworks: order, version }),
    }).catch(() => null);
    isSaving = false;
    if (reply?.ok) take((await reply.json()).version, order);
    else restore((await reply?.json().catch(() => null))?.detail);
  }

  function take(newer, order) {
    version = newer;
    saved = order;
    failure.hidden = true;
    for (const input of list.querySelectorAll("[name=version]")) input.value = version;
    if (ids().join() !== saved.join()) saveSoon();
  }

  /** Show the order that is stored, and say why the new one is not. */
  function restore(reason) {
    const items = new Map([...list.children].map((item) => [item.dataset.artwork, item]));
    list.append(...saved.map((id) => items.get(id)));
    failure.textContent = reason || words.wordFailed;
    failure.hidden = false;
  }

  function move(item, place) {
    const others = [...list.children].filter((each) => each !== item);
    const before = others[Math.max(0, Math.min(place, others.length))];
    const focused = document.activeElement;
    list.insertBefore(item, before ?? null);
    // A moved element loses the focus.
    if (item.contains(focused)) focused.focus();
    tell(item);
    saveSoon();
  }

  list.addEventListener("keydown", (event) => {
    if (!event.target.matches(".order-handle")) return;
    const item = event.target.closest("li");
    const place = [...list.children].indexOf(item);
    const places = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: list.children.length };
    if (!(event.key in places)) return;
    event.preventDefault();
    move(item, places[event.key]);
  });

  // Up and Down are forms, which work without this script. With it, the page stays where it is.
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    move(item, [...list.children].indexOf(item) + Number(button.dataset.move));
  });

  list.addEventListener("pointerdown", (event) => {
    const isGrip = event.target.matches(".order-handle") || (event.target.matches("img") && event.pointerType === "mouse");
    if (!isGrip || event.button !== 0) return;
    event.preventDefault();
    drag(event.target, event.target.closest("li"), event.pointerId);
  });

  function middleOf(item) {
    const { top, height } = item.getBoundingClientRect();
    return top + height / 2;
  }

  /** Let `item` follow the pointer until it is released. */
  function drag(grip, item, pointer) {
    grip.setPointerCapture(pointer);
    grip.focus?.();
    item.classList.add("is-moving");
    const follow = ({ clientY }) => {
      if (clientY < EDGE_PX) scrollBy(0, -EDGE_PX / 4);
      if (clientY > innerHeight - EDGE_PX) scrollBy(0, EDGE_PX / 4);
      // The others move around it: an element that is moved itself loses the pointer.
      while (item.previousElementSibling && clientY < middleOf(item.previousElementSibling)) item.after(item.previousElementSibling);
      while (item.nextElementSibling && clientY > middleOf(item.nextElementSibling)) item.before(item.nextElementSibling);
    };
    const end = () => {
      grip.removeEventListener("pointermove", follow);
      item.classList.remove("is-moving");
      tell(item);
      save();
    };
    grip.addEventListener("pointermove", follow);
    grip.addEventListener("lostpointercapture", end, { once: true });
  }
}
