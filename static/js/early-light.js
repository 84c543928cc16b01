/* The theme that the visitor chose, before the first paint of a page that the server makes without cookies. */
const chosen = /(?:^|; )light=(day|night)/.exec(document.cookie);
if (chosen) document.documentElement.dataset.light = chosen[1];
