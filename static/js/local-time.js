/** Times of the site, as the clock and the language of the visitor have them. */

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

function show() {
  for (const each of document.querySelectorAll("time[data-local]")) {
    each.textContent = clock.format(new Date(each.dateTime));
    each.removeAttribute("data-local");
  }
}

// The page of a job gets the time only when the picture is done.
new MutationObserver(show).observe(document.querySelector("main"), { childList: true, subtree: true });
show();
