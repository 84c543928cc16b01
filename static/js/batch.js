/** The page of a batch: asks for itself anew while a picture of it is being made. */

const ASK_MS = 2000;

async function renew() {
  const batch = document.querySelector("#batch");
  if (!batch.dataset.running) return;
  // While nobody looks, nothing is asked.
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#batch");
      // Whoever is about to press a button or follow a link keeps it.
      if (fresh && !batch.contains(document.activeElement)) batch.replaceWith(fresh);
    } catch {
      // The network is away; the next round tries again.
    }
  }
  setTimeout(renew, ASK_MS);
}

setTimeout(renew, ASK_MS);
