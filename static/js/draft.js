/** The photo that is on its way: kept in this browser until it has arrived, across sign-in too. */

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

/** Keep `file`; a browser that keeps nothing (private windows) is no reason to stop. */
export async function keepDraft(file) {
  try {
    await request((await store("readwrite")).put(file, KEY));
  } catch {
    // The photo is only in the page then.
  }
}

/** Return the kept file, or undefined. */
export async function readDraft() {
  try {
    return await request((await store("readonly")).get(KEY));
  } catch {
    return undefined;
  }
}

/** Forget the kept file. */
export async function dropDraft() {
  try {
    await request((await store("readwrite")).delete(KEY));
  } catch {
    // Nothing was kept.
  }
}
