/** The upload of photos. */

import { freshToken, isStale } from "./token.js";

const TRIES = 6;
// Refusals of this one file: it would be refused again. After the others it can be sent again.
const OF_THE_FILE = new Set([413, 422]);
const NO_ROOM = "storage_quota_exceeded";
let beginning;

/**
 * Send `file` as a photo, and call `onProgress` with the sent bytes and the total bytes. A server that is busy
 * gets the file again after the time that it asks for.
 *
 * Resolves to an object: `id` is the id of the photo, or "" after a failure. `detail` is the reason
 * of the server in the user's language, or "" without an answer. `isRefused` tells whether the
 * server refuses this file, so that another try fails too. `wait` is the number of seconds after which
 * the limit allows the next photo, if it was reached.
 */
export async function sendPhoto(form, file, onProgress = () => {}) {
  const refusal = await begin(form);
  if (refusal) return refusal;
  const body = new FormData();
  body.append("file", file);
  return answerOf(await sendForm(form.dataset.photos, body, onProgress));
}

/** Begin to try the site without an account, before the first photo. Resolve to the answer of a refusal. */
function begin(form) {
  const { begin: address } = form.dataset;
  if (!address) return undefined;
  // Two photos at once begin only once.
  beginning ??= beginOnce(form, address).finally(() => {
    beginning = undefined;
  });
  return beginning;
}

async function beginOnce(form, address) {
  const sent = await sendForm(address, new FormData(), () => {});
  if (sent.status !== 204) return { ...answerOf(sent), isRefused: false };
  delete form.dataset.begin;
  return undefined;
}

/** Send the form `body` to `address`, and resolve to the request with its answer. */
export async function sendForm(address, body, onProgress) {
  for (let tries = 1; ; tries += 1) {
    let sent = await sendOnce(address, body, onProgress);
    // The user has signed in in another tab while the photo was on its way.
    if (isStale(sent.status, sent.response)) sent = await sendOnce(address, body, onProgress);
    const wait = sent.getResponseHeader("Retry-After");
    if (sent.status !== 503 || wait === null || tries === TRIES) return sent;
    await new Promise((resolve) => setTimeout(resolve, Number(wait) * 1000));
  }
}

async function sendOnce(address, body, onProgress) {
  const token = await freshToken();
  return new Promise((resolve) => {
    // fetch cannot report the progress of an upload.
    const sending = new XMLHttpRequest();
    sending.open("POST", address);
    sending.setRequestHeader("Accept", "application/json");
    sending.setRequestHeader("X-CSRFToken", token);
    sending.responseType = "json";
    sending.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
    sending.addEventListener("loadend", () => resolve(sending));
    sending.send(body);
  });
}

function answerOf(sent) {
  const { status, response } = sent;
  const isHere = status === 200 || status === 201;
  return {
    id: isHere ? response.id : "",
    detail: (!isHere && response?.detail) || "",
    isRefused: OF_THE_FILE.has(status) && Boolean(response?.detail) && response.code !== NO_ROOM,
    wait: status === 429 && response?.code === "throttled" ? Number(sent.getResponseHeader("Retry-After")) || 0 : 0,
  };
}
