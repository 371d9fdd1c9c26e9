// Arrow keys move the focus to what lies there, on a tablet with keys or a television; Enter presses.
(() => {
  "use strict";
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const stops = () => [...document.querySelectorAll("a[href], button, input:not([type=hidden])")]
    .filter((node) => !node.disabled && node.checkVisibility());
  // Of a box, along the way that is pressed: where it begins and ends there, and across it.
  function seen(node, [right, down]) {
    const { left, right: end, top, bottom } = node.getBoundingClientRect();
    const [along, across] = right ? [[left, end], [top, bottom]] : [[top, bottom], [left, end]];
    return { along: right + down > 0 ? along : [-along[1], -along[0]], across };
  }

  function nearest(from, way) {
    const here = seen(from, way), middle = ([a, b]) => (a + b) / 2;
    let best, least = Infinity;
    for (const node of stops()) {
      const there = seen(node, way), ahead = there.along[0] - here.along[1];
      if (node === from || middle(there.along) - middle(here.along) <= 10 || ahead < -10) continue;
      const beside = Math.max(0, there.across[0] - here.across[1], here.across[0] - there.across[1]);
      const cost = ahead + 3 * beside + Math.abs(middle(there.across) - middle(here.across)) / 5;
      if (cost < least - 8) [best, least] = [node, cost]; // of two as near the first one
    }
    return best;
  }

  document.addEventListener("keydown", (event) => {
    const way = WAYS[event.key], from = document.activeElement;
    if (!way || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (from.matches?.("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    const to = from === document.body ? document.querySelector(".tile") : nearest(from, way);
    if (!to) return;
    event.preventDefault();
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  });
})();
