// Tones, so that eyes may be elsewhere.
//   <section data-sounds="emergency:3 urgent:1 routine:7">  how often each kind has sounded; when a
//       number grows, its tone plays (every alarm that joins a case raises it, so each is heard)
//   <section data-ringing="emergency">  the tone repeats until this is empty
//   <button data-mute aria-pressed="false">  silence for at most 60 s; <time data-mute-left> in it counts,
//       and what joined meanwhile sounds when it ends
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
  let context, mutedUntil = 0, lastRing = -REPEAT_MS;
  const now = () => performance.now(); // however the clock of this machine is set meanwhile
  const isMuted = () => now() < mutedUntil;
  const isSilent = () => isMuted() || context?.state !== "running";

  function play(kind) {
    if (!tones[kind]) return;
    lastRing = now();
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

  // While it is muted, or the browser keeps sound back, nothing counts as heard.
  function compare() {
    const before = heard(), counts = {};
    for (const node of document.querySelectorAll("[data-sounds]")) {
      for (const [kind, count] of Object.entries(read(node))) counts[kind] = (counts[kind] ?? 0) + count;
    }
    if (!Object.keys(counts).length) return;
    sessionStorage.setItem(STORE, JSON.stringify(counts));
    play(order.find((kind) => (counts[kind] ?? 0) > (before[kind] ?? 0)));
  }

  function ring() {
    const kinds = [...document.querySelectorAll("[data-ringing]")].map((node) => node.dataset.ringing);
    if (now() - lastRing >= REPEAT_MS) play(order.find((kind) => kinds.includes(kind)));
  }

  function look() {
    if (!isSilent()) { compare(); ring(); }
    const left = Math.ceil((mutedUntil - now()) / 1000);
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
    if (event.target.closest?.("[data-mute]")) { mutedUntil = isMuted() ? 0 : now() + MUTE_MS; look(); }
  });
  // Not before the press is over: what says that there is no sound goes then, and the page moves up.
  for (const gesture of ["click", "keydown"]) document.addEventListener(gesture, unlock, { passive: true });
  document.addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector("[data-sounds], [data-ringing]")) return;
    context = new AudioContext();
    context.onstatechange = look;
    look();
    setInterval(look, 1000);
    document.body.addEventListener("htmx:afterSwap", look);
  });
})();
