// Likes and favorites without a reload: the form is sent, and its part of the answered page shown.

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-react]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  const path = new URL(form.action).pathname;
  const body = new URLSearchParams(new FormData(form, button));
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("reactions");
    if (!answer.ok || !fresh) {
      // Such as the page of the sign-in, or of an artwork that was removed.
      location.assign(answer.ok ? answer.url : location.href);
      return;
    }
    document.querySelector(".messages")?.remove();
    const said = page.querySelector(".messages");
    if (said) document.getElementById("main").before(said);
    document.getElementById("reactions").replaceWith(fresh);
    const forms = [fresh, ...fresh.querySelectorAll("form")];
    forms.find((each) => each.action?.endsWith(path))?.querySelector("button")?.focus();
  } catch {
    // The network failed. The browser says so when it sends the form itself.
    button.removeAttribute("aria-busy");
    form.removeAttribute("data-react");
    form.requestSubmit(button);
  }
});
