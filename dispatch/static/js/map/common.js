// What the map's files share: the page's colours, words made safe, how far a pixel reaches.
// The files stand in the order of config/bundles.py. What one makes for the next is in window.Maps, the
// only global. L may be missing while they run, for no page waits for Leaflet: it is there by the time
// something is drawn, and no class here extends one of its classes. The markup: js/map/page.js.
(() => {
  "use strict";
  const EQUATOR_M = 40075016.7;
  const COLOURS = [
    "land", "block", "building", "park", "water", "road", "edge", "avenue",
    "route", "route-edge", "load", "station", "risk", "request", "outage", "emergency",
    "zone-home", "zone-safe", "zone-no_go",
  ];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // light-dark() has no value of its own: ask an element that wears the colour.
  function colours(host) {
    const probe = host.appendChild(document.createElement("i"));
    const found = Object.fromEntries(COLOURS.map((name) => {
      probe.style.color = `var(--map-${name})`;
      return [name, getComputedStyle(probe).color];
    }));
    probe.remove();
    return found;
  }

  /** Words as HTML: Leaflet takes nothing else. */
  function escape(words) {
    const node = document.createElement("span");
    node.textContent = words;
    return node.innerHTML;
  }

  function metresPerPixel(map) {
    const { lat } = map.getCenter();
    return EQUATOR_M * Math.cos(lat * Math.PI / 180) / 2 ** (map.getZoom() + 8);
  }

  window.Maps = { calm, colours, escape, metresPerPixel };
})();
