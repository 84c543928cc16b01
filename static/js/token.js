/**
 * The token that protects forms against other sites. A sign-in in another tab replaces the cookie that
 * it must agree with, so a page reads the token when it sends something, not when it opens.
 */

const COOKIE = /(?:^|; )csrftoken=([^;]+)/;
const FIELD = "csrfmiddlewaretoken";
const FORBIDDEN = 403;

/** Return the token as the browser has it now, or as the page had it if there is no cookie. */
export function formToken() {
  return document.cookie.match(COOKIE)?.[1] ?? document.querySelector(`[name=${FIELD}]`)?.value ?? "";
}

let fetching = null;

/**
 * Fetch this page again if the cookie is gone: that sets a new one. Resolve to the token.
 *
 * Requests at the same moment wait for one page, because each page would replace the token.
 */
export async function freshToken() {
  if (!COOKIE.test(document.cookie)) {
    fetching ??= fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" })
      .catch(() => null)
      .finally(() => {
        fetching = null;
      });
    await fetching;
  }
  return formToken();
}

/** Tell whether an answer with this status and body refuses a token that was replaced. */
export function isStale(status, body) {
  return status === FORBIDDEN && (!body?.code || body.code === "csrf_failed");
}

/** Fetch `address` with the token. If the token was replaced at that moment, send it once more. */
export async function send(address, options) {
  const once = (token) => fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers, "X-CSRFToken": token } });
  const reply = await once(await freshToken());
  if (reply.status !== FORBIDDEN) return reply;
  const body = await reply.clone().json().catch(() => null);
  return isStale(reply.status, body) ? once(await freshToken()) : reply;
}

/** Put the token into `form`. */
export async function refreshForm(form) {
  const field = form.elements[FIELD];
  if (field) field.value = await freshToken();
}
