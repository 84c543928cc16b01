/** Every form of the site is sent with the token that the browser has now (see token.js). */

import { formToken, refreshForm } from "./token.js";

const FIELD = "csrfmiddlewaretoken";

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const field = form.elements[FIELD];
    if (!field || event.defaultPrevented) return;
    if (document.cookie.includes("csrftoken=")) {
      field.value = formToken();
      return;
    }
    // The cookie is gone. A new one comes with any page, and then the form is sent.
    event.preventDefault();
    event.stopImmediatePropagation();
    refreshForm(form).then(() => {
      if (document.cookie.includes("csrftoken=")) form.requestSubmit(event.submitter);
      // Cookies are turned off. The page that the server answers says so.
      else form.submit();
    });
  },
  { capture: true },
);
