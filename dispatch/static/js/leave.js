// Signing out leaves nothing on the device: no page, no subscription, no photograph, no list of what was pressed.
// The server asks the browser for the same (Clear-Site-Data), which older ones do not know.
//   <form data-leave="words">  asked first when something is not yet sent and would be lost
(() => {
  "use strict";
  const OUTBOX = /^one-number\.outbox\./;
  const lists = () => Object.keys(localStorage).filter((key) => OUTBOX.test(key));
  const isUnsent = () => lists().some((key) => localStorage.getItem(key) !== "[]");

  async function drop() {
    lists().forEach((key) => localStorage.removeItem(key));
    self.indexedDB?.deleteDatabase("one-number.photos"); // photos.js lets go of it
    for (const name of await self.caches?.keys() ?? []) await caches.delete(name);
    for (const registration of await navigator.serviceWorker?.getRegistrations() ?? []) await registration.unregister();
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-leave]")) return;
    event.preventDefault();
    if (isUnsent() && !confirm(form.dataset.leave)) return;
    const isThere = await fetch("/healthz").then(({ ok }) => ok, () => false);
    if (!isThere) return window.say?.(document.body.dataset.offlineWords, "danger");
    await drop().catch((error) => console.warn(error));
    form.submit();
  });
})();
