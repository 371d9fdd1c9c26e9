// What may only be said for a while: an expected arrival goes with the position it was reckoned from.
//   <span data-good-until="ISO">6 min</span><span data-after="ISO" hidden>on the way</span>
(() => {
  "use strict";
  const root = document.documentElement;
  const offset = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;
  function tick() {
    const now = Date.now() + offset;
    for (const node of document.querySelectorAll("[data-good-until]")) node.hidden = now > Date.parse(node.dataset.goodUntil);
    for (const node of document.querySelectorAll("[data-after]")) node.hidden = now <= Date.parse(node.dataset.after);
  }
  document.addEventListener("DOMContentLoaded", () => {
    tick();
    setInterval(tick, 1000);
    document.body.addEventListener("htmx:afterSwap", tick);
  });
})();
