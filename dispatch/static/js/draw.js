// Draws a zone with a pointer; what is drawn stands in the fields of its form, and what is typed there
// is drawn. Its form has the fields shape (circle | area), lat, lon, radius_m and corners.
//   <div data-map data-draw="form's id">   a press, or Enter for the middle: the circle's middle, or a corner
//   handles can be dragged: the middle, a corner, or how far the circle reaches
//   <button data-draw-back> takes the last corner back, <button data-draw-anew> all of it
(() => {
  "use strict";
  const DIGITS = 6;

  class Drawing {
    constructor(host, map, form) {
      Object.assign(this, { host, map, form });
      this.group = L.layerGroup().addTo(map);
      map.on("click", ({ latlng }) => this.put(latlng));
      host.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === host) this.put(map.getCenter()); });
      form.addEventListener("input", () => this.show());
      document.querySelector("[data-draw-back]")?.addEventListener("click", () => this.write(this.corners.slice(0, -1)));
      document.querySelector("[data-draw-anew]")?.addEventListener("click", () => { this.clear(); });
      this.show();
    }
    field(name) { return this.form.elements.namedItem(name); }
    get isArea() { return this.field("shape").value === "area"; }
    get radius() { return Number(this.field("radius_m").value) || 0; }
    get corners() {
      return this.field("corners").value.split("\n").map((line) => line.split(/[\s,，]+/).filter(Boolean).map(Number))
        .filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
    }
    get middle() {
      const [lat, lon] = ["lat", "lon"].map((name) => this.field(name).value);
      return lat && lon ? L.latLng(Number(lat), Number(lon)) : undefined;
    }
    put(at) {
      if (this.isArea) this.write([...this.corners, [at.lat, at.lng]]);
      else this.move(at);
    }
    move({ lat, lng }) {
      this.field("lat").value = lat.toFixed(DIGITS);
      this.field("lon").value = lng.toFixed(DIGITS);
      this.show();
    }
    write(corners) {
      this.field("corners").value = corners.map((pair) => pair.map((one) => one.toFixed(DIGITS)).join(", ")).join("\n");
      this.show();
    }
    clear() {
      for (const name of ["lat", "lon", "corners"]) this.field(name).value = "";
      this.show();
    }
    handle(at, words, moved) {
      const icon = L.divIcon({ className: "pin pin-handle", iconSize: [24, 24] });
      const marker = L.marker(at, { icon, draggable: true, keyboard: false, title: words }).addTo(this.group);
      marker.on("dragend", () => moved(marker.getLatLng()));
    }
    /** Only the fields of the chosen shape; an area has no margin unless somebody wants one. */
    fit() {
      const { isArea } = this, radius = this.field("radius_m");
      for (const [name, hidden] of [["lat", isArea], ["lon", isArea], ["corners", !isArea]]) this.field(name).closest(".field").hidden = hidden;
      if (isArea && radius.value === radius.defaultValue) radius.value = 0;
      if (!isArea && radius.value === "0") radius.value = radius.defaultValue;
    }
    show() {
      this.fit();
      this.group.clearLayers();
      const style = { weight: 3, dashArray: "2 6", interactive: false, className: "drawn" };
      if (this.isArea) {
        const { corners } = this;
        if (corners.length) L.polygon(corners, style).addTo(this.group);
        corners.forEach((pair, n) => this.handle(pair, `${n + 1}`, (at) => this.write(corners.map((one, m) => (m === n ? [at.lat, at.lng] : one)))));
      } else if (this.middle) {
        const circle = L.circle(this.middle, { ...style, radius: this.radius }).addTo(this.group);
        this.handle(this.middle, "", (at) => this.move(at));
        const edge = L.latLng(this.middle.lat, circle.getBounds().getEast());
        this.handle(edge, "", (at) => {
          this.field("radius_m").value = Math.round(this.map.distance(this.middle, at));
          this.show();
        });
      }
      this.host.dataset.drawn = this.isArea ? this.corners.length : Number(Boolean(this.middle));
    }
  }

  document.addEventListener("map-made", ({ target, detail: { map } }) => {
    const form = document.getElementById(target.dataset.draw);
    if (form) new Drawing(target, map, form);
  });
})();
