/**
 * The search of the tiles. It forgives: if no tile has the words, it takes words that are close.
 *
 * The library is searched in the same way (library/search.py), and a test compares the two.
 */

const MOST_WORDS = 8;
// Letters that Unicode does not take apart.
const PLAIN = { ø: "o", ł: "l", đ: "d", ð: "d", æ: "ae", œ: "oe", ı: "i", þ: "th" };
const SINGLE = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;

/** Tell of each text whether it has all words of `query`; if none has, whether it has words close to them. */
export function matches(texts, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  const exact = texts.map((text) => words.every((word) => text.toLowerCase().includes(word)));
  return exact.some(Boolean) ? exact : closeMatches(texts, query);
}

/** Tell of each text whether it has each word of `query`, or one that is close to it. */
export function closeMatches(texts, query) {
  const words = wordsOf(query).slice(0, MOST_WORDS);
  const known = texts.map((text) => new Set(wordsOf(text)));
  const vocabulary = [...new Set(known.flatMap((each) => [...each]))];
  const close = words.map((word) => vocabulary.filter((each) => isClose(word, each)));
  return known.map((own) => words.length > 0 && close.every((each) => each.some((word) => own.has(word))));
}

function wordsOf(text) {
  const apart = text.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "").normalize("NFKC");
  const plain = apart.toLowerCase().replace(/[øłđðæœıþ]/g, (letter) => PLAIN[letter]).replace(/ß/g, "ss");
  const spaced = plain.replace(/['’ʼ`]/g, "").replace(/[^\p{L}\p{N}\p{M}]/gu, " ").replace(SINGLE, " $& ");
  return spaced.split(/\s+/).filter(Boolean);
}

/** Tell whether `word` is a part of `other`, or is meant to be its beginning. */
export function isClose(word, other) {
  if (other.includes(word)) return true;
  const allowed = word.length < 3 ? 0 : word.length < 6 ? 1 : 2;
  if (!allowed || word[0] !== other[0]) return false;
  const beginnings = [other, other.slice(0, word.length), other.slice(0, word.length + 1)];
  return beginnings.some((each) => distance(word, each) <= allowed);
}

/** Count the letters to change, add, remove or swap with the next. */
function distance(word, other) {
  let [older, before, row] = [[], [], [...Array(other.length + 1).keys()]];
  for (let i = 0; i < word.length; i += 1) {
    [older, before, row] = [before, row, [i + 1]];
    for (let j = 0; j < other.length; j += 1) {
      let cost = Math.min(before[j + 1] + 1, row[j] + 1, before[j] + (word[i] === other[j] ? 0 : 1));
      const isSwapped = i && j && word[i] === other[j - 1] && word[i - 1] === other[j];
      if (isSwapped) cost = Math.min(cost, older[j - 1] + 1);
      row.push(cost);
    }
  }
  return row.at(-1);
}
