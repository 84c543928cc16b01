/** The button that opens the share sheet of the phone, where the browser has one. */

const button = document.querySelector("#send");

if (button && navigator.share) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = document.querySelector("#address").value;
    try {
      await navigator.share({ title: button.dataset.title, url });
    } catch (error) {
      // The user closed the sheet.
      if (error.name !== "AbortError") throw error;
    }
  });
}
