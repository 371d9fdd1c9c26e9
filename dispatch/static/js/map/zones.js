// Zones: where somebody is at home, safe, or should not be. One corner is the middle of a circle, two
// are a line, more an area; what reaches beyond its corners has a soft outline as wide as it reaches.
(() => {
  "use strict";
  const { colours, escape, metresPerPixel } = window.Maps;
  const DEGREE_M = 111320; // of latitude
  const SOFT = 0.14;

  class Zones {
    constructor(map) {
      this.map = map;
      this.group = L.layerGroup().addTo(map);
      this.renderer = L.svg();
      map.on("zoomend", () => this.widen());
    }

    get bounds() {
      return L.latLngBounds(this.list.flatMap(({ corners, radius_m: radius }) =>
        corners.length > 1 ? corners : boxAround(corners[0], radius)));
    }

    show(list = []) {
      this.list = list;
      this.wide = [];
      this.group.clearLayers();
      const found = colours(this.map.getContainer());
      for (const zone of list) this.draw(zone, found[`zone-${zone.kind}`]);
      this.widen();
    }

    draw({ corners, radius_m: radius, kind, label }, color) {
      const style = {
        renderer: this.renderer, weight: 2, color, fillColor: color, fillOpacity: SOFT,
        dashArray: kind === "no_go" ? "7 5" : undefined,
      };
      outlined(corners, radius, style)
        .bindTooltip(escape(label), { className: "map-tip", sticky: true })
        .addTo(this.group);
      if (corners.length < 2 || !radius) return;
      const around = corners.length === 2 ? corners : [...corners, corners[0]];
      const line = L.polyline(around, { renderer: this.renderer, color, opacity: SOFT, interactive: false });
      this.wide.push({ line: line.addTo(this.group), radius });
    }

    /** A line is as wide in pixels as it is told: of metres, that is another number at each zoom. */
    widen() {
      for (const { line, radius } of this.wide ?? []) {
        line.setStyle({ weight: 2 * radius / metresPerPixel(this.map) });
      }
    }
  }

  function outlined(corners, radius, style) {
    if (corners.length === 1) return L.circle(corners[0], { ...style, radius });
    return corners.length === 2 ? L.polyline(corners, style) : L.polygon(corners, style);
  }

  /** Two corners of the box around a circle, which can say its own only once it is drawn. */
  function boxAround([lat, lon], radius) {
    const up = radius / DEGREE_M;
    const side = up / Math.max(0.1, Math.cos(lat * Math.PI / 180));
    return [[lat - up, lon - side], [lat + up, lon + side]];
  }

  window.Maps.Zones = Zones;
})();
