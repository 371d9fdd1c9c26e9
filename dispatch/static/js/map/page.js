// The maps of the page, whose things move, and their markup; components/map.html takes them in. A map
// stands outside what is fetched again, or has an id inside it (live.js never touches it); what it
// shows is a JSON script, morphed with its region:
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
//
// This file finds every map of the page, also one that came with a fetched region. One map: view.js.
(() => {
  "use strict";
  const { View } = window.Maps;
  const facts = document.currentScript.dataset; // where Leaflet and the map's sheet lie
  const views = new Map();

  function refresh() {
    for (const [host, view] of views) {
      if (host.isConnected) continue;
      view.end();
      views.delete(host);
    }
    for (const host of document.querySelectorAll("[data-map]")) {
      const view = views.get(host);
      if (view) view.show();
      else if (window.L) views.set(host, new View(host));
      else fetchLeaflet();
    }
  }

  // No page waits for a map before it can be used: Leaflet comes when there is one to draw.
  let coming;
  const fetched = (name, what) => new Promise((done, failed) => {
    const node = document.createElement(name);
    document.head.append(Object.assign(node, { ...what, onload: done, onerror: failed }));
  });
  function fetchLeaflet() {
    coming ??= Promise.all([
      fetched("link", { rel: "stylesheet", href: facts.sheet }),
      fetched("script", { src: facts.leaflet }),
    ]).then(refresh, () => { coming = undefined; }); // without a line: with the next fetch
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
