/** Photos on their way to the server. */

/**
 * Send `file`, and tell `onProgress` how many bytes of how many are there.
 *
 * Resolves to the photo's id, or "" where it has none; to what the server said against it, in the
 * reader's words, or "" where nobody answered; and to whether it would say so again.
 */
export function sendPhoto(form, file, onProgress = () => {}) {
  return new Promise((resolve) => {
    const body = new FormData();
    body.append("file", file);
    // fetch does not tell how far an upload is.
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
