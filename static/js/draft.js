/** The photo before its upload ends. This browser keeps it, also while the user signs in. */

const STORE = "photos";
const KEY = "draft";

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
  try {
    await request((await store("readwrite")).put(file, KEY));
  } catch {
    // Then only the page has the photo.
  }
}

/** Return the stored file, or undefined. */
export async function readDraft() {
  try {
    return await request((await store("readonly")).get(KEY));
  } catch {
    return undefined;
  }
}

/** Delete the stored file. */
export async function dropDraft() {
  try {
    await request((await store("readwrite")).delete(KEY));
  } catch {
    // Nothing was stored.
  }
}
