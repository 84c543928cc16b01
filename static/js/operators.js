/** The page of operators. It loads its figures again every five seconds and keeps the focus. */

const LOOK_MS = 5000;
const now = document.querySelector("#queue-now");

async function look() {
  if (document.hidden) return;
  const reply = await fetch(now.dataset.address).catch(() => null);
  if (!reply?.ok || reply.redirected) {
    now.setAttribute("aria-busy", "true");
    return;
  }
  const focused = document.activeElement?.id;
  now.innerHTML = await reply.text();
  now.removeAttribute("aria-busy");
  if (focused) document.getElementById(focused)?.focus();
}

setInterval(look, LOOK_MS);
document.addEventListener("visibilitychange", look);
