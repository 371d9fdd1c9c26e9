// One map of the page: what its JSON says is shown (pins, a route, and the layers under them), and the
// view follows it until somebody moves the map. Or a place is marked on it for the fields of a form.
(() => {
  "use strict";
  const { calm, colours, escape, Base, Overlay, Zones, Pin, spread } = window.Maps;
  const CLOSE = 16; // the zoom for a single place
  const DIGITS = 6; // of a degree: a tenth of a metre

  class View {
    constructor(host) {
      this.host = host;
      this.pins = new Map();
      const [top, right, bottom, left] = (host.dataset.pad ?? "40 40 40 40").split(" ").map(Number);
      this.padding = { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], maxZoom: 17 };
      this.map = this.make();
      this.over = new Overlay(this.map);
      this.zones = new Zones(this.map);
      const renderer = L.svg();
      this.route = [
        L.polyline([], { renderer, weight: 9, opacity: 0.9 }),
        L.polyline([], { renderer, weight: 5.5, opacity: 1 }),
      ];
      this.map.on("dragstart", () => { this.held = true; });
      this.map.on("zoomend", () => this.spread());
      host.addEventListener("wheel", () => { this.held = true; }, { passive: true });
      if (host.dataset.pick) this.pickInto(host.dataset.pick.split(" "));
      this.show();
      if (host.dataset.draw) {
        host.dispatchEvent(new CustomEvent("map-made", { bubbles: true, detail: { map: this.map } }));
      }
      this.dress();
      this.loadBase();
    }

    make() {
      const { zoomIn, zoomOut, attribution } = this.host.dataset;
      const map = L.map(this.host, {
        zoomControl: false, zoomSnap: 0.25, minZoom: 8, maxZoom: 18.5, attributionControl: false,
      });
      if (zoomIn) L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
      L.control.attribution({ prefix: false }).addAttribution(escape(attribution ?? "")).addTo(map);
      map.createPane("words").style.zIndex = 450;
      map.setView([0, 0], 15); // a canvas needs a view before its first layer
      return map;
    }

    /** A press, or Enter for the middle, marks a place in the fields of its latitude and longitude. */
    pickInto(ids) {
      const [lat, lon] = ids.map((id) => document.getElementById(id));
      const pin = new Pin(this.map, { lat: 0, lon: 0 });
      const draw = () => {
        if (!lat.value) return;
        pin.update({ lat: Number(lat.value), lon: Number(lon.value), kind: "elder", text: "●" });
      };
      const put = (at) => {
        if (!("ready" in this.host.dataset)) return; // nobody can tell yet where that is
        [lat.value, lon.value] = [at.lat.toFixed(DIGITS), at.lng.toFixed(DIGITS)];
        draw();
      };
      this.map.on("click", ({ latlng }) => put(latlng));
      this.host.addEventListener("keydown", ({ key }) => { if (key === "Enter") put(this.map.getCenter()); });
      draw();
    }

    async loadBase() {
      if (!this.host.dataset.basemap) return;
      const answer = await fetch(this.host.dataset.basemap).catch(() => undefined);
      if (!answer?.ok || !this.host.isConnected) return;
      this.base = new Base(this.map, await answer.json());
      this.survey();
      this.host.dataset.ready = "";
    }

    end() {
      this.pins.forEach((pin) => pin.remove());
      this.map.stop();
      // Leaflet 1.9 forgets the timer that ends a zoom, which then moves panes that are gone.
      this.map._animatingZoom = false;
      this.map.remove();
    }

    /** In the colours that the page has now. */
    dress() {
      const found = colours(this.host);
      this.route[0].setStyle({ color: found["route-edge"] });
      this.route[1].setStyle({ color: found.route });
      this.base?.redraw();
      this.over.show(this.read());
      this.zones.show(this.zones.list);
    }

    read() {
      try {
        return JSON.parse(document.getElementById(this.host.dataset.map).textContent);
      } catch {
        return {}; // without facts an empty map, never an error
      }
    }

    show() {
      const { markers = [], route = [], fit, ...many } = this.read();
      this.over.show(many);
      this.zones.show(many.zones);
      this.showPins(markers);
      for (const line of this.route) {
        line.setLatLngs(route);
        if (route.length) line.addTo(this.map);
        else line.remove();
      }
      this.frame(markers.filter((marker) => !fit || fit.includes(marker.id)), route);
    }

    showPins(markers) {
      const wanted = new Set(markers.map((marker) => marker.id));
      for (const [id, pin] of this.pins) {
        if (wanted.has(id)) continue;
        pin.remove();
        this.pins.delete(id);
      }
      for (const marker of markers) {
        if (!this.pins.has(marker.id)) this.pins.set(marker.id, new Pin(this.map, marker));
        this.pins.get(marker.id).update(marker);
      }
      this.spread();
    }

    spread() { spread(this.map, this.pins); }

    /** Nobody to follow: all that is drawn, or the town, once. */
    survey() {
      const bounds = this.over.bounds.isValid() ? this.over.bounds : this.base?.bounds;
      if (this.framed !== undefined || this.surveyed || this.held || !bounds?.isValid()) return;
      this.surveyed = true;
      this.map.fitBounds(bounds, { ...this.padding, animate: false });
    }

    /** Has all of these in view, unless somebody moved the map since it was about them. */
    frame(markers, route) {
      if (!markers.length) {
        this.survey();
        return;
      }
      const names = markers.map((marker) => marker.id).sort().join();
      if (names !== this.framed) this.held = false;
      const bounds = L.latLngBounds([...markers.map(({ lat, lon }) => [lat, lon]), ...route]);
      if (this.host.dataset.draw) bounds.extend(this.zones.bounds);
      const inView = names === this.framed && this.map.getBounds().pad(-0.08).contains(bounds);
      if (this.held || inView) return;
      const animate = this.framed !== undefined && !calm.matches;
      this.framed = names;
      const isPoint = bounds.getSouthWest().equals(bounds.getNorthEast());
      if (markers.length === 1 && !route.length && isPoint) {
        this.map.setView(bounds.getCenter(), CLOSE, { animate });
      } else {
        this.map.fitBounds(bounds, { ...this.padding, animate });
      }
    }
  }

  window.Maps.View = View;
})();
