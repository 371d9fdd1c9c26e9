// Keeps this page on the device for the time without a line; service-worker.js does the keeping.
//   <link rel="manifest" data-scope="/worker/">  for which path
//   <html data-kept-at="ISO">   the page came from the device: #kept says as of when, until a region
//       has been fetched; data-not-sent: a form was pressed that could not be sent
// A new version takes the page over when nobody is using it: nothing typed or being sent is lost.
(() => {
  "use strict";
  const UPDATE_MS = 3600000, QUIET_MS = 60000;
  const root = document.documentElement, { scope } = document.querySelector("link[rel=manifest]").dataset;
  const workers = navigator.serviceWorker;
  let touchedAt = performance.now(), isOld = false;

  async function register() {
    let wasControlled = workers.controller !== null;
    const registration = await workers.register("/service-worker.js", { scope, updateViaCache: "none" });
    setInterval(() => registration.update().catch(() => undefined), UPDATE_MS);
    const { active } = await workers.ready;
    if (!root.dataset.keptAt) active.postMessage({ keep: location.href });
    workers.addEventListener("controllerchange", () => {
      isOld ||= wasControlled;
      wasControlled = true;
      if (isOld) workers.controller?.postMessage({ keep: location.href });
    });
  }

  const isTyped = () => [...document.querySelectorAll("input:not([type=hidden]), textarea")]
    .some((field) => (/radio|checkbox/.test(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue));
  function renew() {
    const isQuiet = document.hidden || performance.now() - touchedAt > QUIET_MS;
    if (isOld && isQuiet && navigator.onLine && !isTyped() && !document.querySelector("[data-sending]")) location.reload();
  }

  function date() {
    const banner = document.getElementById("kept"), time = banner?.querySelector("time");
    if (!root.dataset.keptAt || !banner) return;
    time.dataset.at = root.dataset.keptAt;
    if (Date.parse(root.dataset.now) - Date.parse(root.dataset.keptAt) > 12 * 3600000) time.dataset.atDay = "";
    banner.hidden = false;
    document.body.addEventListener("htmx:afterSwap", ({ detail: { xhr, requestConfig } }) => {
      if (requestConfig?.verb !== "get" || xhr.status !== 200) return;
      delete root.dataset.keptAt;
      banner.hidden = true;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    date();
    if ("notSent" in root.dataset) window.say?.(document.body.dataset.offlineWords, "danger");
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touchedAt = performance.now(); }, true);
    document.body.addEventListener("resync", renew);
    // No worker on plain http: then the page is simply not there without a line.
    if (workers) register().catch((error) => console.warn(error));
  });
})();
