// Web push, where the house and the browser have it:
//   <button data-push="public key" data-on="URL" data-off="URL" data-refused="words" aria-pressed hidden>
// A subscription belongs to the page's own service worker (shell.js) and ends with it.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const token = () => cookie("csrftoken") ?? JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  async function tell(url, subscription) {
    const { endpoint, keys } = subscription.toJSON();
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams({ endpoint, ...keys }), headers: { "X-CSRFToken": token() } });
    if (!answer.ok || answer.redirected) throw new Error(`push: ${answer.status}`);
  }
  async function on(button, manager) {
    if (await Notification.requestPermission() !== "granted") throw new Error("push: refused");
    await tell(button.dataset.on, await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(button.dataset.push) }));
  }
  async function off(button, manager) {
    const subscription = await manager.getSubscription();
    if (!subscription) return;
    await tell(button.dataset.off, subscription);
    await subscription.unsubscribe();
  }
  const show = (button, isOn) => { button.hidden = false; button.setAttribute("aria-pressed", String(isOn)); };

  async function offer(button) {
    const { pushManager } = await navigator.serviceWorker.ready;
    const known = await pushManager.getSubscription();
    if (known) await tell(button.dataset.on, known).catch((error) => console.warn(error)); // the house may have lost it
    show(button, known !== null);
    button.addEventListener("click", async () => {
      const wasOn = button.getAttribute("aria-pressed") === "true";
      try {
        await (wasOn ? off : on)(button, pushManager);
        show(button, !wasOn);
      } catch (error) {
        console.warn(error);
        window.say?.(button.dataset.refused, "danger");
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-push]");
    if (button && navigator.serviceWorker && "PushManager" in self) offer(button).catch((error) => console.warn(error));
  });
})();
