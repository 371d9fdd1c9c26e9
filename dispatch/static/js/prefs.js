// What a person prefers on this device, kept in a cookie so that the server draws it right at once:
//   <button data-pref="theme" data-values="light dark">   data-theme on <html>
//   <button data-pref="text" data-values="0 1 2 3">       data-text on <html>
// A press takes the next value. Without a cookie the system's theme holds.
(() => {
  "use strict";
  const root = document.documentElement;
  const current = (name) => root.dataset[name]
    ?? (name === "theme" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : undefined);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pref]");
    if (!button) return;
    const name = button.dataset.pref, values = button.dataset.values.split(" ");
    const value = values[(values.indexOf(current(name) ?? values[0]) + 1) % values.length];
    root.dataset[name] = value;
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
    document.dispatchEvent(new CustomEvent("pref", { detail: { name, value } }));
  });
})();
