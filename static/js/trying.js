/** Without an account: the copy of the photo in this browser goes with everything that is deleted. */

import { CHOICES, dropDraft } from "./draft.js";
import "./local-time.js";
import { refreshForm } from "./token.js";

// The page of a job gets the form only when the picture is done.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "trying-delete") return;
  // The next page would stop the deletion in this browser.
  event.preventDefault();
  sessionStorage.removeItem(CHOICES);
  await dropDraft();
  await refreshForm(form);
  form.submit();
});
