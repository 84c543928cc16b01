/** The hints of Django's own widgets: pictures with words, which are read out only with a role. */

function name() {
  for (const each of document.querySelectorAll(".help-tooltip[aria-label]")) each.setAttribute("role", "img");
}

// Django makes its widgets when the page has loaded, in listeners that are older than this one.
addEventListener("load", name);
