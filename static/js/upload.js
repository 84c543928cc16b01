/** The upload of photos. */

const TRIES = 6;

/**
 * Send `file` as a photo, and call `onProgress` with the sent bytes and the total bytes. A server that is busy
 * gets the file again after the time that it asks for.
 *
 * Resolves to an object: `id` is the id of the photo, or "" after a failure. `detail` is the reason
 * of the server in the user's language, or "" without an answer. `isRefused` tells whether the
 * server refuses this file, so that another try fails too.
 */
export async function sendPhoto(form, file, onProgress = () => {}) {
  const refusal = await begin(form);
  if (refusal) return refusal;
  const body = new FormData();
  body.append("file", file);
  return answerOf(await sendForm(form.dataset.photos, body, onProgress));
}

/** Begin to try the site without an account, before the first photo. Resolve to the answer of a refusal. */
async function begin(form) {
  const { begin: address } = form.dataset;
  if (!address) return undefined;
  const sent = await sendForm(address, new FormData(), () => {});
  if (sent.status !== 204) return { ...answerOf(sent), isRefused: false };
  delete form.dataset.begin;
  return undefined;
}

/** Send the form `body` to `address`, and resolve to the request with its answer. */
export async function sendForm(address, body, onProgress) {
  for (let tries = 1; ; tries += 1) {
    const sent = await sendOnce(address, body, onProgress);
    const wait = sent.getResponseHeader("Retry-After");
    if (sent.status !== 503 || wait === null || tries === TRIES) return sent;
    await new Promise((resolve) => setTimeout(resolve, Number(wait) * 1000));
  }
}

function sendOnce(address, body, onProgress) {
  return new Promise((resolve) => {
    // fetch cannot report the progress of an upload.
    const sending = new XMLHttpRequest();
    sending.open("POST", address);
    sending.setRequestHeader("X-CSRFToken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    sending.responseType = "json";
    sending.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
    sending.addEventListener("loadend", () => resolve(sending));
    sending.send(body);
  });
}

function answerOf({ status, response }) {
  const isHere = status === 200 || status === 201;
  return {
    id: isHere ? response.id : "",
    detail: (!isHere && response?.detail) || "",
    isRefused: status >= 400 && status < 500 && Boolean(response?.detail),
  };
}
