/** The upload of photos. */

/**
 * Send `file`, and call `onProgress` with the sent bytes and the total bytes.
 *
 * Resolves to an object: `id` is the id of the photo, or "" after a failure. `detail` is the reason
 * of the server in the user's language, or "" without an answer. `isRefused` tells whether the
 * server refuses this file, so that another try fails too.
 */
export function sendPhoto(form, file, onProgress = () => {}) {
  return new Promise((resolve) => {
    const body = new FormData();
    body.append("file", file);
    // fetch cannot report the progress of an upload.
    const sending = new XMLHttpRequest();
    sending.open("POST", form.dataset.photos);
    sending.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    sending.responseType = "json";
    sending.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
    sending.addEventListener("loadend", () => resolve(answerOf(sending)));
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
