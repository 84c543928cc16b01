/**
 * The photo before its upload ends. This browser keeps it, also while the user signs in.
 *
 * Other people may use the same browser. The photo is therefore sent without a question only from the
 * tab where it was chosen, and it is forgotten after a day.
 */

const STORE = "photos";
const KEY = "draft";
const CHOSEN_HERE = "studio-draft";
/** The name under which this tab keeps the other choices of the studio. */
export const CHOICES = "studio-choices";
const LIFETIME_MS = 24 * 60 * 60 * 1000;

function request(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function store(mode) {
  const opening = indexedDB.open("styleweb", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await request(opening);
  return database.transaction(STORE, mode).objectStore(STORE);
}

/** Store `file`. If the browser cannot store it (in a private window), go on without it. */
export async function keepDraft(file) {
  const keptAt = Date.now();
  sessionStorage.setItem(CHOSEN_HERE, keptAt);
  try {
    await request((await store("readwrite")).put({ file, keptAt }, KEY));
  } catch {
    // Then only the page has the photo.
  }
}

/** Return the stored `file` and whether it `isUnsent`: chosen in this tab, and not uploaded yet. */
export async function readDraft() {
  try {
    const { file, keptAt } = (await request((await store("readonly")).get(KEY))) ?? {};
    const age = Date.now() - keptAt;
    if (file && age >= 0 && age < LIFETIME_MS) {
      return { file, isUnsent: sessionStorage.getItem(CHOSEN_HERE) === String(keptAt) };
    }
    // It is too old, or an earlier release stored it without the time.
    await dropDraft();
    return undefined;
  } catch {
    return undefined;
  }
}

/** Keep the file, but do not send it again without a question. */
export function markSent() {
  sessionStorage.removeItem(CHOSEN_HERE);
}

/** Delete the stored file. */
export async function dropDraft() {
  markSent();
  try {
    await request((await store("readwrite")).delete(KEY));
  } catch {
    // Nothing was stored.
  }
}
