// Pins of people and places. One that moves glides to where it is now. Pins that would cover one
// another stand side by side, each at a thin line that leads to a foot at its place.
(() => {
  "use strict";
  const { calm, escape } = window.Maps;
  const GLIDE_MS = 1200, FAR_M = 3000; // who is farther away than that is there at once
  const WORDS_HIGH = 32; // of what stands over a picked pin
  const LETTER_WIDE = 9, SIGN_WIDE = 14, FIRST_SIGN = "\u2e7f"; // Chinese begins after it

  // Where a pin may stand beside its place, in pixels, the first that is free: in place, then around it
  // in three rings. Above comes last in each, there are the words of another.
  const IN_PLACE = [0, 0];
  const RINGS = [40, 74, 108], EIGHTHS = [0, 1, 2, 3, 4, 5, 7, 6];
  const STEPS = [IN_PLACE, ...RINGS.flatMap((far) => EIGHTHS.map((eighth) => {
    const angle = eighth * Math.PI / 4;
    return [far * Math.cos(angle), far * Math.sin(angle)];
  }))];

  class Pin {
    constructor(map, { lat, lon }) {
      this.map = map;
      this.marker = L.marker([lat, lon], { keyboard: false });
      this.circle = L.circle([lat, lon], { radius: 0, weight: 1.5, fillOpacity: 0.12, interactive: false });
      this.line = L.polyline([], { className: "pin-line", weight: 2, interactive: false });
      this.foot = L.circleMarker([lat, lon], {
        className: "pin-line", radius: 2, weight: 3, interactive: false,
      });
      this.at = this.to = L.latLng(lat, lon); // where it is drawn, and where it glides to
      this.off = IN_PLACE;
    }

    update({ lat, lon, kind = "other", text = "", label = "", accuracy_m: accuracy = 0, old, picked }) {
      const letters = [...text].reduce(
        (sum, letter) => sum + (letter > FIRST_SIGN ? SIGN_WIDE : LETTER_WIDE), 0);
      this.size = Math.max(kind === "elder" ? 32 : 28, 14 + letters);
      const look = JSON.stringify([kind, text, label, old, picked]);
      if (look !== this.look) {
        this.look = look;
        this.dress({ kind, text, label, old, picked });
      }
      if (!this.map.hasLayer(this.marker)) this.marker.addTo(this.map);
      const colour = kind === "elder" ? "#bd271c" : "#0b7d88";
      this.circle.setStyle({ color: colour, fillColor: colour }).setRadius(accuracy);
      if (accuracy > 0) this.circle.addTo(this.map);
      else this.circle.remove();
      this.glide(L.latLng(lat, lon));
    }

    dress({ kind, text, label, old, picked }) {
      this.marker.setIcon(L.divIcon({
        className: `pin pin-${kind}${old ? " old" : ""}${picked ? " picked" : ""}`,
        html: escape(text),
        iconSize: [this.size, this.size],
      }));
      this.marker.unbindTooltip();
      if (label) {
        this.marker.bindTooltip(escape(label), {
          permanent: Boolean(picked), direction: "top", offset: [0, -this.size / 2], className: "map-tip",
        });
      }
      this.rank = kind === "elder" ? 500 : picked ? 400 : 0;
      this.marker.setZIndexOffset(this.rank);
    }

    /** How wide the words are that always stand over it, in pixels. */
    get words() {
      const tip = this.marker.getTooltip();
      return tip?.options.permanent ? tip.getElement()?.offsetWidth ?? 0 : 0;
    }

    stand(off) {
      this.off = off;
      this.put(this.at);
    }

    put(at) {
      const isInPlace = this.off === IN_PLACE;
      const aside = this.map.layerPointToLatLng(this.map.latLngToLayerPoint(at).add(this.off));
      this.at = at;
      this.circle.setLatLng(at);
      this.marker.setLatLng(isInPlace ? at : aside); // in place exactly, no pixel rounded
      this.line.setLatLngs([at, aside]);
      this.foot.setLatLng(at);
      for (const part of [this.line, this.foot]) {
        if (isInPlace) part.remove();
        else part.addTo(this.map);
      }
    }

    glide(to) {
      const from = this.at;
      this.to = to;
      cancelAnimationFrame(this.frame);
      if (calm.matches || from.distanceTo(to) > FAR_M || document.hidden) {
        this.put(to);
        return;
      }
      if (from.equals(to)) return;
      const began = performance.now();
      const move = (now) => {
        const part = Math.min(1, Math.max(0, (now - began) / GLIDE_MS));
        this.put(L.latLng(from.lat + (to.lat - from.lat) * part, from.lng + (to.lng - from.lng) * part));
        if (part < 1) this.frame = requestAnimationFrame(move);
      };
      this.frame = requestAnimationFrame(move);
    }

    remove() {
      cancelAnimationFrame(this.frame);
      for (const part of [this.marker, this.circle, this.line, this.foot]) part.remove();
    }
  }

  /** Whether a pin of that size would, at that place, cover one that stands already, or its words. */
  function covers(place, size, other) {
    const { x, y } = other.place, apart = (other.size + size) / 2;
    if (other.place.distanceTo(place) < apart) return true;
    return Math.abs(place.x - x) < (other.words + size) / 2
      && place.y < y && place.y > y - WORDS_HIGH - apart;
  }

  /**
   * Has the pins (a Map by id) stand side by side. The graver keeps its place, the others take the
   * nearest free one: the same facts, the same picture.
   */
  function spread(map, pins) {
    const taken = [];
    const byRank = [...pins].sort(([one, a], [other, b]) => b.rank - a.rank || (one < other ? -1 : 1));
    for (const [, pin] of byRank) {
      const { size, words } = pin;
      const at = map.latLngToLayerPoint(pin.to);
      const isFree = (step) => !taken.some((other) => covers(at.add(step), size, other));
      const off = STEPS.find(isFree) ?? IN_PLACE;
      taken.push({ place: at.add(off), size, words });
      pin.stand(off);
    }
  }

  Object.assign(window.Maps, { Pin, spread });
})();
