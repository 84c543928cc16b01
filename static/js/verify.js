/** The page that checks where a picture comes from: a dropped or pasted file is sent at once. */

import { takePictures } from "./drop.js";

const form = document.querySelector("#verify");

takePictures((file) => {
  const files = new DataTransfer();
  files.items.add(file);
  form.querySelector("[type=file]").files = files.files;
  form.requestSubmit();
});
document.querySelector("#finding")?.focus();
