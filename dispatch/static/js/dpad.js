// Arrow keys move the focus to what lies there, on a tablet with keys or a television; Enter presses.
(() => {
  "use strict";
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const middle = (node) => { const box = node.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const stops = () => [...document.querySelectorAll("a[href], button, input:not([type=hidden])")]
    .filter((node) => !node.disabled && node.checkVisibility());

  function nearest(from, [right, down]) {
    const [x, y] = middle(from);
    let best, least = Infinity;
    for (const node of stops()) {
      const [nx, ny] = middle(node), ahead = (nx - x) * right + (ny - y) * down;
      if (node === from || ahead <= 10) continue;
      const cost = ahead + 2 * Math.abs(right ? ny - y : nx - x);
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
