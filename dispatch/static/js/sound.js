// Tones, so that eyes may be elsewhere.
//   <section data-sounds="emergency:3 urgent:1 routine:7">  how often each kind has sounded; when a
//       number grows, its tone plays (every alarm that joins a case raises it, so each is heard)
//   <section data-ringing="emergency">  the tone repeats until this is empty
//   <button data-mute aria-pressed="false">  silence for at most 60 s; <time data-mute-left> in it counts
//   <button data-sound-blocked hidden>  shown while the browser keeps sound back; any press frees it
(() => {
  "use strict";
  const MUTE_MS = 60000, REPEAT_MS = 4000, STORE = "one-number.sounded";
  // [hertz, start s, length s]; an emergency is two rising pairs, urgent one pair, routine one soft note
  const tones = {
    emergency: { volume: 0.5, notes: [[740, 0, 0.16], [988, 0.18, 0.22], [740, 0.5, 0.16], [988, 0.68, 0.3]] },
    urgent: { volume: 0.32, notes: [[659, 0, 0.16], [784, 0.2, 0.26]] },
    routine: { volume: 0.2, notes: [[587, 0, 0.24]] },
  };
  const order = Object.keys(tones);
  let context, mutedUntil = 0, lastRing = 0;

  function play(kind) {
    if (!tones[kind] || Date.now() < mutedUntil || context?.state !== "running") return;
    const { volume, notes } = tones[kind];
    for (const [hertz, start, length] of notes) {
      const at = context.currentTime + start, tone = context.createOscillator(), gain = context.createGain();
      tone.type = "triangle";
      tone.frequency.value = hertz;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(volume, at + 0.02);
      gain.gain.setTargetAtTime(0, at + length * 0.6, length * 0.2);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + length + 0.2);
    }
    document.dispatchEvent(new CustomEvent("sounded", { detail: { kind } }));
  }

  const read = (node) => Object.fromEntries(node.dataset.sounds.trim().split(/\s+/).filter(Boolean)
    .map((part) => part.split(":")).map(([kind, count]) => [kind, Number(count)]));
  const heard = () => { try { return JSON.parse(sessionStorage.getItem(STORE)) ?? {}; } catch { return {}; } };

  function compare() {
    const before = heard(), now = {};
    for (const node of document.querySelectorAll("[data-sounds]")) {
      for (const [kind, count] of Object.entries(read(node))) now[kind] = (now[kind] ?? 0) + count;
    }
    if (!Object.keys(now).length) return;
    const grown = order.find((kind) => (now[kind] ?? 0) > (before[kind] ?? 0));
    // While the browser keeps sound back nothing counts as heard.
    if (context?.state !== "running") return;
    sessionStorage.setItem(STORE, JSON.stringify(now));
    if (grown) { play(grown); lastRing = Date.now(); }
  }

  function second() {
    const kinds = [...document.querySelectorAll("[data-ringing]")].map((node) => node.dataset.ringing);
    const kind = order.find((name) => kinds.includes(name));
    if (kind && Date.now() - lastRing >= REPEAT_MS) { lastRing = Date.now(); play(kind); }
    const left = Math.ceil((mutedUntil - Date.now()) / 1000);
    document.querySelectorAll("[data-mute]").forEach((node) => {
      node.setAttribute("aria-pressed", String(left > 0));
      const count = node.querySelector("[data-mute-left]");
      if (count) count.textContent = left > 0 ? String(left) : "";
    });
    document.querySelectorAll("[data-sound-blocked]").forEach((node) => { node.hidden = context?.state === "running"; });
  }

  async function unlock() {
    if (context?.state === "suspended") await context.resume().catch(() => undefined);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-mute]")) { mutedUntil = Date.now() < mutedUntil ? 0 : Date.now() + MUTE_MS; second(); }
  });
  for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, unlock, { passive: true });
  document.addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector("[data-sounds], [data-ringing]")) return;
    context = new AudioContext();
    context.onstatechange = () => { compare(); second(); };
    compare();
    second();
    setInterval(second, 1000);
    document.body.addEventListener("htmx:afterSwap", () => { compare(); second(); });
  });
})();
