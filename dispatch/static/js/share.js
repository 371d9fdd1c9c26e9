// A worker's page sends where it is: <button data-share="DEVICE ID" aria-pressed>. The browser stops
// measuring when the screen locks, so the page keeps the screen awake while it shares.
(() => {
  "use strict";
  const KEY = "one-number.sharing", EVERY_MS = 5000, AGAIN_MS = 1000, STILL_MS = 300_000;
  let watch, lock, device, sentAt = 0, refused = false;

  const button = () => document.querySelector("[data-share]");
  const sharing = () => watch !== undefined;

  function draw() {
    const node = button();
    if (!node) return stop();
    node.setAttribute("aria-pressed", String(sharing()));
    const words = node.querySelector("[data-share-words]");
    words.dataset.plain ??= words.textContent;
    words.textContent = refused ? node.dataset.refused : sharing() ? node.dataset.on : words.dataset.plain;
  }

  // The browser may let go of it while the page is seen, and is asked again.
  async function stayAwake() {
    if (!sharing() || document.hidden || lock?.released === false) return;
    lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    lock?.addEventListener("release", () => setTimeout(stayAwake, AGAIN_MS));
    if (!sharing()) lock?.release();
  }

  async function send({ coords, timestamp }) {
    if (refused) { refused = false; draw(); }
    if (Date.now() - sentAt < EVERY_MS) return;
    sentAt = Date.now();
    const fix = { id: device, lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, timestamp: Math.round(timestamp) };
    // What is lost without a connection stays lost: the next fix is worth more than a late one.
    await fetch("/positions/osmand/", { method: "POST", body: new URLSearchParams(fix) }).catch(() => undefined);
  }

  // Who stands still is not measured by every browser: the house wants to hear of him all the same.
  function standStill() {
    if (sharing() && Date.now() - sentAt >= STILL_MS) navigator.geolocation.getCurrentPosition(send, () => undefined, { maximumAge: 2000 });
  }
  setInterval(standStill, STILL_MS / 5);

  // In a cellar it is not known where one is, and known again outside; only a no is for good.
  function failed(error) {
    refused = true;
    if (error.code === error.PERMISSION_DENIED) stop();
    draw();
  }

  function start() {
    if (sharing() || !navigator.geolocation) return;
    device = button().dataset.share;
    watch = navigator.geolocation.watchPosition(send, failed, { enableHighAccuracy: true, maximumAge: 2000 });
    sessionStorage.setItem(KEY, "on");
    stayAwake();
  }

  function stop() {
    if (!sharing()) return;
    navigator.geolocation.clearWatch(watch);
    watch = undefined;
    lock?.release();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-share]")) return;
    refused = false;
    if (sharing()) { stop(); sessionStorage.removeItem(KEY); } else start();
    draw();
  });
  document.addEventListener("visibilitychange", stayAwake);
  document.addEventListener("DOMContentLoaded", () => {
    if (button() && sessionStorage.getItem(KEY)) start();
    draw();
    document.body.addEventListener("htmx:afterSwap", draw);
  });
})();
