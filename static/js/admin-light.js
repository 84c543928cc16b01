/* The theme that the visitor chose, before the first paint of a page of the administration. */
const chosen = /(?:^|; )light=(day|night)/.exec(document.cookie);
if (chosen) document.documentElement.dataset.light = chosen[1];
