/** Numbers in translated sentences of the page: "1 of 9 done" is a template for two numbers. */

/** Return `sentence` with `done` in place of 1 and `total` in place of 9, each only once. */
export function counted(sentence, done, total) {
  // One pass: a 9 that was just inserted must not be replaced again.
  return sentence.replace(/[19]/g, (digit) => (digit === "1" ? done : total));
}
