// A Leaflet map whose things move. The map itself stands outside what is fetched again, or has an
// id inside it (live.js never touches it); what it shows is a JSON script, morphed with its region:
//   <div class="map" id="map" data-map="places" data-basemap="/basemap.json"
//        data-pad="60 20 20 20" data-attribution="Demo town"></div>
//   {{ places|json_script:"places" }}
//   {"markers": [{"id": "elder:7", "kind": "elder", "lat": …, "lon": …, "text": "王", "label": "…",
//                 "accuracy_m": 60, "old": false, "picked": true}, …],
//    "route": [[lat, lon], …], "fit": ["elder:7", "worker:3"],
//    "zones": [{"corners": [[lat, lon], …], "radius_m", "kind": "home" | "safe" | "no_go", "label"}],
//    "cells": [{"ring": [[lat, lon], …], "step": 1…4}, …], "dots": [[lat, lon, layer, weight], …]}
// cells and dots lie under the pins; a <button data-layer="worker" aria-pressed="true"> beside the
// map shows and hides a layer of them ("load" is the cells'). Without a pin the whole town is shown.
// kind: elder, worker, station, other. `label` is shown beside the pin where `picked`, else on hover.
// Pins that would cover one another stand side by side, each at a thin line from its place.
// `fit` names what must be in view (default: all); the view follows until somebody moves the map.
// data-pick="ID ID": a press (or Enter, for the middle) marks a place and fills the fields of its
// latitude and longitude, once the base map shows where one is.
// On an element with data-draw the event "map-made" (detail.map) says when its Leaflet map is there.
// The same facts must stand in words on the page. data-pad: room to leave, top right bottom left, px.
(() => {
  "use strict";
  const facts = document.currentScript.dataset;
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const GLIDE_MS = 1200, FAR_M = 3000;
  const escape = (words) => { const node = document.createElement("span"); node.textContent = words; return node.innerHTML; };

  // light-dark() has no value of its own: ask an element that wears the colour.
  function colours(host) {
    const probe = host.appendChild(document.createElement("i"));
    const names = ["land", "block", "building", "park", "water", "road", "edge", "avenue", "route", "route-edge", "load", "station", "risk", "request", "outage", "emergency", "zone-home", "zone-safe", "zone-no_go"];
    const found = Object.fromEntries(names.map((name) => {
      probe.style.color = `var(--map-${name})`;
      return [name, getComputedStyle(probe).color];
    }));
    probe.remove();
    return found;
  }

  // --- the base map ---
  const ROAD_M = { avenue: 30, street: 17, lane: 8 };
  const ORDER = ["block", "park", "water", "building"];

  class Base {
    constructor(map, data) {
      this.map = map;
      this.renderer = L.canvas({ padding: 0.4 });
      this.layers = { edge: L.layerGroup(), fill: L.layerGroup(), building: L.layerGroup(), words: L.layerGroup() };
      this.parts = [];
      const kinds = sorted(data.features);
      for (const kind of ORDER) for (const feature of kinds.get(kind) ?? []) this.area(kind, feature);
      const roads = (kinds.get("road") ?? []).sort((a, b) => ROAD_M[a.properties.class] - ROAD_M[b.properties.class]);
      for (const name of ["edge", "fill"]) for (const feature of roads) this.road(name, feature);
      this.words = kinds.get("label") ?? [];
      Object.values(this.layers).forEach((layer) => layer.addTo(map));
      this.redraw();
      map.on("zoomend", () => this.redraw());
      map.on("moveend", () => this.write());
      this.write();
    }
    /** The middle of the town: where its streets have names. */
    get bounds() {
      return L.latLngBounds(this.words.map(({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]));
    }
    add(layer, shape, style) { this.parts.push({ shape, style }); shape.addTo(layer); }
    area(kind, { geometry }) {
      const shape = L.polygon(flip(geometry.coordinates), { renderer: this.renderer, interactive: false, stroke: false, fillOpacity: 1 });
      this.add(kind === "building" ? this.layers.building : this.layers.fill, shape, (c) => ({ fillColor: c[kind] }));
    }
    road(name, { geometry, properties }) {
      const line = L.polyline(flip(geometry.coordinates), { renderer: this.renderer, interactive: false, lineCap: "round", lineJoin: "round" });
      const wide = ROAD_M[properties.class];
      const least = { avenue: 2.2, street: 1, lane: 0 }[properties.class];
      this.add(this.layers[name], line, (c, metre) => {
        const inner = Math.max(least, wide * metre);
        const hidden = inner < 0.7 || (name === "edge" && inner < 3);
        return { weight: name === "edge" ? inner + 2 : inner, opacity: hidden ? 0 : 1,
          color: name === "edge" ? c.edge : properties.class === "avenue" ? c.avenue : c.road };
      });
    }
    redraw() {
      const found = colours(this.map.getContainer());
      const metre = 1 / metresPerPixel(this.map);
      const near = metre > 0.18;
      if (near !== this.map.hasLayer(this.layers.building)) this.layers.building[near ? "addTo" : "removeFrom"](this.map);
      for (const { shape, style } of this.parts) shape.setStyle(style(found, metre));
      // Canvas draws in the order of adding, and buildings come and go: put roads over them again.
      if (near) this.parts.forEach(({ shape }) => { if (shape instanceof L.Polyline && !(shape instanceof L.Polygon)) shape.bringToFront(); });
    }
    write() {
      const bounds = this.map.getBounds().pad(0.1), metre = 1 / metresPerPixel(this.map);
      const least = { district: 0.01, park: 0.08, water: 0.06, estate: 0.2, road: 0.33 };
      this.layers.words.clearLayers();
      const taken = [];
      for (const { geometry, properties } of this.words) {
        const at = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
        if (metre < least[properties.class] || (properties.class === "district" && metre > 0.12) || !bounds.contains(at)) continue;
        const point = this.map.latLngToContainerPoint(at);
        if (taken.some((other) => Math.abs(other.x - point.x) < 92 && Math.abs(other.y - point.y) < 26)) continue;
        taken.push(point);
        const icon = L.divIcon({ className: `map-word ${properties.class}`, html: `<span>${escape(properties[language])}</span>`, iconSize: null });
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
  const flip = (c) => typeof c[0] === "number" ? [c[1], c[0]] : c.map(flip);
  const metresPerPixel = (map) => {
    const { lat } = map.getCenter();
    return 40075016.7 * Math.cos(lat * Math.PI / 180) / 2 ** (map.getZoom() + 8);
  };

  // --- what is too many for pins ---
  const DOTS = { worker: [5, "route"], provider: [5, "station"], station: [7, "zone-safe"], risk: [8, "risk"], outage: [7, "outage"], request: [9, "request"], emergency: [13, "emergency"] };

  class Overlay {
    constructor(map) {
      this.map = map;
      for (const [pane, order] of [["cells", 410], ["dots", 460]]) map.createPane(pane).style.zIndex = order;
      this.cells = L.layerGroup().addTo(map);
      this.dots = L.layerGroup().addTo(map);
      this.bounds = L.latLngBounds([]);
      this.renderers = { cells: L.canvas({ pane: "cells", padding: 0.4 }), dots: L.canvas({ pane: "dots", padding: 0.4 }) };
    }
    show({ cells = [], dots = [] }) {
      const found = colours(this.map.getContainer());
      const hidden = new Set([...document.querySelectorAll('[data-layer][aria-pressed="false"]')].map((button) => button.dataset.layer));
      this.cells.clearLayers();
      this.dots.clearLayers();
      this.bounds = L.latLngBounds([...cells.flatMap(({ ring }) => ring), ...dots.map(([lat, lon]) => [lat, lon])]);
      if (!hidden.has("load")) for (const { ring, step } of cells)
        L.polygon(ring, { renderer: this.renderers.cells, pane: "cells", interactive: false, weight: 1, color: found.load, opacity: 0.35, fillColor: found.load, fillOpacity: 0.06 + 0.1 * step }).addTo(this.cells);
      for (const [lat, lon, layer, weight] of dots) {
        if (hidden.has(layer === "emergency" ? "request" : layer)) continue;
        const [size, colour] = DOTS[layer];
        L.circleMarker([lat, lon], { renderer: this.renderers.dots, pane: "dots", interactive: false, radius: size * Math.min(3, 1 + Math.log10(weight)),
          weight: 1.5, color: found["route-edge"], fillColor: found[colour], fillOpacity: 0.95 }).addTo(this.dots);
      }
    }
  }

  // --- zones: an outline as wide as they reach beyond their corners ---
  class Zones {
    constructor(map) {
      this.map = map;
      this.group = L.layerGroup().addTo(map);
      this.renderer = L.svg();
      map.on("zoomend", () => this.widen());
    }
    get bounds() { return L.latLngBounds(this.list.flatMap(({ corners: [[lat, lon]], radius_m: radius, corners }) => corners.length > 1 ? corners : reach(lat, lon, radius))); }
    show(list = []) {
      this.list = list;
      const found = colours(this.map.getContainer());
      this.group.clearLayers();
      this.wide = [];
      for (const { corners, radius_m: radius, kind, label } of list) {
        const color = found[`zone-${kind}`], common = { renderer: this.renderer, color, fillColor: color, fillOpacity: 0.14, dashArray: kind === "no_go" ? "7 5" : undefined };
        const outline = corners.length === 1 ? L.circle(corners[0], { ...common, radius, weight: 2 })
          : L[corners.length === 2 ? "polyline" : "polygon"](corners, { ...common, weight: 2 });
        outline.bindTooltip(escape(label), { className: "map-tip", sticky: true }).addTo(this.group);
        if (corners.length < 2 || !radius) continue;
        const around = corners.length === 2 ? corners : [...corners, corners[0]];
        const line = L.polyline(around, { renderer: this.renderer, color, opacity: 0.14, interactive: false }).addTo(this.group);
        this.wide.push({ line, radius });
      }
      this.widen();
    }
    widen() { for (const { line, radius } of this.wide ?? []) line.setStyle({ weight: 2 * radius / metresPerPixel(this.map) }); }
  }
  const reach = (lat, lon, radius) => {
    const up = radius / 111320, side = up / Math.max(0.1, Math.cos(lat * Math.PI / 180));
    return [[lat - up, lon - side], [lat + up, lon + side]];
  };

  // --- pins, route, and following them ---
  const WORDS_HIGH = 32; // of what stands over a picked pin
  // Where a pin may stand beside its place, in pixels: above last, there are the words of another.
  const ASIDE = [[0, 0], ...[40, 74, 108].flatMap((far) => [0, 1, 2, 3, 4, 5, 7, 6].map((n) => [far * Math.cos(n * Math.PI / 4), far * Math.sin(n * Math.PI / 4)]))];

  class View {
    constructor(host) {
      this.host = host;
      this.pins = new Map();
      const [top, right, bottom, left] = (host.dataset.pad ?? "40 40 40 40").split(" ").map(Number);
      this.padding = { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], maxZoom: 17 };
      this.map = L.map(host, { zoomControl: false, zoomSnap: 0.25, minZoom: 8, maxZoom: 18.5, attributionControl: false });
      const { zoomIn, zoomOut } = host.dataset;
      if (zoomIn) L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(this.map);
      L.control.attribution({ prefix: false }).addAttribution(escape(host.dataset.attribution ?? "")).addTo(this.map);
      this.map.createPane("words").style.zIndex = 450;
      this.map.setView([0, 0], 15); // a canvas needs a view before its first layer
      this.over = new Overlay(this.map);
      this.zones = new Zones(this.map);
      this.route = [L.polyline([], { weight: 9, opacity: 0.9 }), L.polyline([], { weight: 5.5, opacity: 1 })];
      for (const line of this.route) line.options.renderer = this.svg ??= L.svg();
      this.map.on("dragstart", () => { this.held = true; });
      this.map.on("zoomend", () => this.spread());
      host.addEventListener("wheel", () => { this.held = true; }, { passive: true });
      if (host.dataset.pick) this.pickInto(host.dataset.pick.split(" ").map((id) => document.getElementById(id)));
      this.show();
      if (host.dataset.draw) host.dispatchEvent(new CustomEvent("map-made", { bubbles: true, detail: { map: this.map } }));
      this.dress();
      this.loadBase();
    }
    pickInto([lat, lon]) {
      const pin = new Pin(this.map, { lat: 0, lon: 0 });
      const draw = () => { if (lat.value) pin.update({ lat: Number(lat.value), lon: Number(lon.value), kind: "elder", text: "●" }); };
      const put = (at) => {
        if (!("ready" in this.host.dataset)) return;
        [lat.value, lon.value] = [at.lat.toFixed(6), at.lng.toFixed(6)];
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
    dress() {
      const found = colours(this.host);
      this.route[0].setStyle({ color: found["route-edge"] });
      this.route[1].setStyle({ color: found.route });
      this.base?.redraw();
      this.over.show(this.read());
      this.zones.show(this.zones.list);
    }
    read() {
      try { return JSON.parse(document.getElementById(this.host.dataset.map).textContent); } catch { return {}; }
    }
    show() {
      const { markers = [], route = [], fit, ...many } = this.read();
      this.over.show(many);
      this.zones.show(many.zones);
      const wanted = new Set(markers.map((marker) => marker.id));
      for (const [id, pin] of this.pins) if (!wanted.has(id)) { pin.remove(); this.pins.delete(id); }
      for (const marker of markers) {
        if (!this.pins.has(marker.id)) this.pins.set(marker.id, new Pin(this.map, marker));
        this.pins.get(marker.id).update(marker);
      }
      this.spread();
      this.route.forEach((line) => { line.setLatLngs(route); if (route.length) line.addTo(this.map); else line.remove(); });
      this.frame(markers.filter((marker) => !fit || fit.includes(marker.id)), route);
    }
    // The graver keeps its place, the others take the nearest free one: the same facts, the same picture.
    spread() {
      const taken = [];
      const byRank = [...this.pins].sort(([one, a], [other, b]) => b.rank - a.rank || (one < other ? -1 : 1));
      for (const [, pin] of byRank) {
        const at = this.map.latLngToLayerPoint(pin.to);
        const isFree = (place) => taken.every((other) => other.place.distanceTo(place) >= (other.size + pin.size) / 2 && !other.isOver(place, pin.size));
        const off = ASIDE.find((step) => isFree(at.add(step))) ?? ASIDE[0];
        const place = at.add(off), { size, words } = pin;
        const isOver = ({ x, y }, wide) => Math.abs(x - place.x) < (words + wide) / 2 && y < place.y && y > place.y - WORDS_HIGH - (size + wide) / 2;
        taken.push({ place, size, isOver });
        pin.stand(off);
      }
    }
    // Nobody to follow: all that is drawn, or the town, once.
    survey() {
      const bounds = this.over.bounds.isValid() ? this.over.bounds : this.base?.bounds;
      if (this.framed !== undefined || this.surveyed || this.held || !bounds?.isValid()) return;
      this.surveyed = true;
      this.map.fitBounds(bounds, { ...this.padding, animate: false });
    }
    frame(markers, route) {
      if (!markers.length) return this.survey();
      const names = markers.map((marker) => marker.id).sort().join();
      if (names !== this.framed) this.held = false;
      const bounds = L.latLngBounds([...markers.map(({ lat, lon }) => [lat, lon]), ...route]);
      if (this.host.dataset.draw) bounds.extend(this.zones.bounds);
      const first = this.framed === undefined;
      const inView = names === this.framed && this.map.getBounds().pad(-0.08).contains(bounds);
      if (this.held || inView) return;
      this.framed = names;
      if (markers.length === 1 && !route.length && bounds.getSouthWest().equals(bounds.getNorthEast())) this.map.setView(bounds.getCenter(), 16, { animate: !first && !calm.matches });
      else this.map.fitBounds(bounds, { ...this.padding, animate: !first && !calm.matches });
    }
  }

  class Pin {
    constructor(map, { lat, lon }) {
      this.map = map;
      this.marker = L.marker([lat, lon], { keyboard: false });
      this.circle = L.circle([lat, lon], { radius: 0, weight: 1.5, fillOpacity: 0.12, interactive: false });
      this.line = L.polyline([], { className: "pin-line", weight: 2, interactive: false });
      this.foot = L.circleMarker([lat, lon], { className: "pin-line", radius: 2, weight: 3, interactive: false });
      this.at = this.to = L.latLng(lat, lon);
      this.off = ASIDE[0];
    }
    update({ lat, lon, kind = "other", text = "", label = "", accuracy_m: accuracy = 0, old, picked }) {
      const letters = [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 14 : 9), 0);
      const size = this.size = Math.max(kind === "elder" ? 32 : 28, 14 + letters);
      const look = JSON.stringify([kind, text, label, old, picked]);
      if (look !== this.look) {
        this.look = look;
        this.marker.setIcon(L.divIcon({ className: `pin pin-${kind}${old ? " old" : ""}${picked ? " picked" : ""}`, html: escape(text),
          iconSize: [size, size] }));
        this.marker.unbindTooltip();
        if (label) this.marker.bindTooltip(escape(label), { permanent: Boolean(picked), direction: "top", offset: [0, -size / 2], className: "map-tip" });
        this.rank = kind === "elder" ? 500 : picked ? 400 : 0;
        this.marker.setZIndexOffset(this.rank);
      }
      if (!this.map.hasLayer(this.marker)) this.marker.addTo(this.map);
      const colour = kind === "elder" ? "#bd271c" : "#0b7d88";
      this.circle.setStyle({ color: colour, fillColor: colour }).setRadius(accuracy);
      if (accuracy > 0) this.circle.addTo(this.map); else this.circle.remove();
      this.glide(L.latLng(lat, lon));
    }
    put(at) {
      const aside = this.map.layerPointToLatLng(this.map.latLngToLayerPoint(at).add(this.off));
      this.at = at;
      this.circle.setLatLng(at);
      this.marker.setLatLng(this.off === ASIDE[0] ? at : aside);
      this.line.setLatLngs([at, aside]);
      this.foot.setLatLng(at);
      for (const part of [this.line, this.foot]) if (this.off === ASIDE[0]) part.remove(); else part.addTo(this.map);
    }
    /** How wide its words are, in pixels. */
    get words() { return this.marker.getTooltip()?.options.permanent ? this.marker.getTooltip().getElement()?.offsetWidth ?? 0 : 0; }
    stand(off) {
      this.off = off;
      this.put(this.at);
    }
    glide(to) {
      const from = this.at;
      this.to = to;
      cancelAnimationFrame(this.frame);
      if (calm.matches || from.distanceTo(to) > FAR_M || document.hidden) return this.put(to);
      if (from.equals(to)) return undefined;
      const began = performance.now();
      const move = (now) => {
        const part = Math.min(1, Math.max(0, (now - began) / GLIDE_MS));
        this.put(L.latLng(from.lat + (to.lat - from.lat) * part, from.lng + (to.lng - from.lng) * part));
        if (part < 1) this.frame = requestAnimationFrame(move);
      };
      this.frame = requestAnimationFrame(move);
      return undefined;
    }
    remove() { cancelAnimationFrame(this.frame); this.marker.remove(); this.circle.remove(); this.line.remove(); this.foot.remove(); }
  }

  // --- every map of the page, also one that came with a fetched region ---
  const views = new Map();
  function refresh() {
    for (const [host, view] of views) if (!host.isConnected) { view.end(); views.delete(host); }
    for (const host of document.querySelectorAll("[data-map]")) {
      const view = views.get(host);
      if (view) view.show(); else if (window.L) views.set(host, new View(host)); else fetchLeaflet();
    }
  }

  // No page waits for a map before it can be used: Leaflet comes when there is one to draw.
  let coming;
  const fetched = (name, what) => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement(name), { ...what, onload: done, onerror: failed }));
  });
  function fetchLeaflet() {
    coming ??= Promise.all([fetched("link", { rel: "stylesheet", href: facts.sheet }), fetched("script", { src: facts.leaflet })])
      .then(refresh, () => { coming = undefined; }); // without a line: with the next fetch
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-layer]");
    if (!button) return;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") === "false"));
    refresh();
  });
  const dressAll = () => views.forEach((view) => view.dress());
  function begin() {
    refresh();
    document.body.addEventListener("htmx:afterSwap", refresh);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dressAll);
    document.addEventListener("pref", dressAll);
    new ResizeObserver(() => views.forEach((view) => view.map.invalidateSize())).observe(document.body);
  }
  // This file comes when it comes.
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin, { once: true });
})();
