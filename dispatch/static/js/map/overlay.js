// What is too many for pins and lies under them: cells in steps of load, and dots by layer, larger
// where one stands for many. Both are left out while their <button data-layer> is not pressed.
(() => {
  "use strict";
  const { colours } = window.Maps;
  // Of each layer, the radius of one dot in pixels, and its colour.
  const DOTS = {
    worker: [5, "route"],
    provider: [5, "station"],
    station: [7, "zone-safe"],
    risk: [8, "risk"],
    outage: [7, "outage"],
    request: [9, "request"],
    emergency: [13, "emergency"],
  };
  const LARGEST = 3; // times the radius of one

  /** The layers that somebody put away; emergencies go with the requests. */
  function hiddenLayers() {
    const buttons = [...document.querySelectorAll('[data-layer][aria-pressed="false"]')];
    const hidden = new Set(buttons.map((button) => button.dataset.layer));
    return { has: (layer) => hidden.has(layer === "emergency" ? "request" : layer) };
  }

  class Overlay {
    constructor(map) {
      this.map = map;
      for (const [pane, order] of [["cells", 410], ["dots", 460]]) map.createPane(pane).style.zIndex = order;
      this.cells = L.layerGroup().addTo(map);
      this.dots = L.layerGroup().addTo(map);
      this.bounds = L.latLngBounds([]);
      this.renderers = {
        cells: L.canvas({ pane: "cells", padding: 0.4 }),
        dots: L.canvas({ pane: "dots", padding: 0.4 }),
      };
    }

    show({ cells = [], dots = [] }) {
      const found = colours(this.map.getContainer());
      const hidden = hiddenLayers();
      this.cells.clearLayers();
      this.dots.clearLayers();
      // What is put away counts too: the view does not move when a layer goes.
      this.bounds = L.latLngBounds([
        ...cells.flatMap(({ ring }) => ring),
        ...dots.map(([lat, lon]) => [lat, lon]),
      ]);
      if (!hidden.has("load")) cells.forEach((cell) => this.cell(cell, found));
      for (const dot of dots) {
        if (!hidden.has(dot[2])) this.dot(dot, found);
      }
    }

    cell({ ring, step }, found) {
      L.polygon(ring, {
        renderer: this.renderers.cells, pane: "cells", interactive: false,
        weight: 1, color: found.load, opacity: 0.35,
        fillColor: found.load, fillOpacity: 0.06 + 0.1 * step,
      }).addTo(this.cells);
    }

    dot([lat, lon, layer, weight], found) {
      const [size, colour] = DOTS[layer];
      L.circleMarker([lat, lon], {
        renderer: this.renderers.dots, pane: "dots", interactive: false,
        radius: size * Math.min(LARGEST, 1 + Math.log10(weight)),
        weight: 1.5, color: found["route-edge"],
        fillColor: found[colour], fillOpacity: 0.95,
      }).addTo(this.dots);
    }
  }

  window.Maps.Overlay = Overlay;
})();
