// The base map: the town's blocks, water, streets and names (config/town/basemap.py), drawn under
// everything else in the page's colours, and drawn anew as the view comes nearer or goes away.
(() => {
  "use strict";
  const { colours, escape, metresPerPixel } = window.Maps;
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const AREAS = ["block", "park", "water", "building"]; // the first lies lowest
  // How wide a road is in the town, and its least width on the screen, in pixels.
  const ROAD_M = { avenue: 30, street: 17, lane: 8 };
  const ROAD_LEAST = { avenue: 2.2, street: 1, lane: 0 };
  // From how many pixels a metre there is something to see.
  const BUILDINGS_FROM = 0.18, DISTRICTS_UNTIL = 0.12;
  const WORDS_FROM = { district: 0.01, park: 0.08, water: 0.06, estate: 0.2, road: 0.33 };
  const WORD_WIDE = 92, WORD_HIGH = 26; // the room of one name, in pixels

  class Base {
    constructor(map, data) {
      this.map = map;
      this.renderer = L.canvas({ padding: 0.4 });
      this.layers = {
        edge: L.layerGroup(), fill: L.layerGroup(), building: L.layerGroup(), words: L.layerGroup(),
      };
      this.parts = [];
      const kinds = sorted(data.features);
      for (const kind of AREAS) {
        for (const feature of kinds.get(kind) ?? []) this.area(kind, feature);
      }
      const width = ({ properties }) => ROAD_M[properties.class];
      const roads = (kinds.get("road") ?? []).sort((a, b) => width(a) - width(b));
      // Every edge before any road: no road is cut by the edge of another.
      for (const name of ["edge", "fill"]) {
        for (const feature of roads) this.road(name, feature);
      }
      this.words = kinds.get("label") ?? [];
      Object.values(this.layers).forEach((layer) => layer.addTo(map));
      this.redraw();
      map.on("zoomend", () => this.redraw());
      map.on("moveend", () => this.write());
      this.write();
    }

    /** The middle of the town: where its streets have names. */
    get bounds() {
      return L.latLngBounds(this.words.map(({ geometry }) => flip(geometry.coordinates)));
    }

    add(layer, shape, style) {
      this.parts.push({ shape, style });
      shape.addTo(layer);
    }

    area(kind, { geometry }) {
      const shape = L.polygon(flip(geometry.coordinates), {
        renderer: this.renderer, interactive: false, stroke: false, fillOpacity: 1,
      });
      const layer = kind === "building" ? this.layers.building : this.layers.fill;
      this.add(layer, shape, (found) => ({ fillColor: found[kind] }));
    }

    road(name, { geometry, properties }) {
      const line = L.polyline(flip(geometry.coordinates), {
        renderer: this.renderer, interactive: false, lineCap: "round", lineJoin: "round",
      });
      const isEdge = name === "edge", isAvenue = properties.class === "avenue";
      this.add(this.layers[name], line, (found, metre) => {
        const inner = Math.max(ROAD_LEAST[properties.class], ROAD_M[properties.class] * metre);
        const hidden = inner < 0.7 || (isEdge && inner < 3);
        return {
          weight: isEdge ? inner + 2 : inner,
          opacity: hidden ? 0 : 1,
          color: found[isEdge ? "edge" : isAvenue ? "avenue" : "road"],
        };
      });
    }

    redraw() {
      const found = colours(this.map.getContainer());
      const metre = 1 / metresPerPixel(this.map);
      const near = metre > BUILDINGS_FROM;
      const { building } = this.layers;
      if (near && !this.map.hasLayer(building)) building.addTo(this.map);
      if (!near && this.map.hasLayer(building)) building.removeFrom(this.map);
      for (const { shape, style } of this.parts) shape.setStyle(style(found, metre));
      // Canvas draws in the order of adding, and buildings come and go: put roads over them again.
      if (!near) return;
      for (const { shape } of this.parts) {
        if (shape instanceof L.Polyline && !(shape instanceof L.Polygon)) shape.bringToFront();
      }
    }

    /** The names that have room in what is seen: an earlier one goes before a later one. */
    write() {
      const bounds = this.map.getBounds().pad(0.1), metre = 1 / metresPerPixel(this.map);
      const isUntimely = (kind) => metre < WORDS_FROM[kind]
        || (kind === "district" && metre > DISTRICTS_UNTIL);
      const taken = [];
      const isTaken = ({ x, y }) => taken.some((other) =>
        Math.abs(other.x - x) < WORD_WIDE && Math.abs(other.y - y) < WORD_HIGH);
      this.layers.words.clearLayers();
      for (const { geometry, properties } of this.words) {
        const at = L.latLng(flip(geometry.coordinates));
        if (isUntimely(properties.class) || !bounds.contains(at)) continue;
        const point = this.map.latLngToContainerPoint(at);
        if (isTaken(point)) continue;
        taken.push(point);
        const icon = L.divIcon({
          className: `map-word ${properties.class}`,
          html: `<span>${escape(properties[language])}</span>`,
          iconSize: null,
        });
        L.marker(at, { icon, interactive: false, keyboard: false, pane: "words" }).addTo(this.layers.words);
      }
    }
  }

  function sorted(features) {
    const kinds = new Map();
    for (const feature of features) {
      const { kind } = feature.properties;
      if (!kinds.has(kind)) kinds.set(kind, []);
      kinds.get(kind).push(feature);
    }
    return kinds;
  }

  /** GeoJSON says [lon, lat], Leaflet [lat, lon]. */
  const flip = (c) => typeof c[0] === "number" ? [c[1], c[0]] : c.map(flip);

  window.Maps.Base = Base;
})();
