// A link that opens what it leads to, where the browser would only scroll to it.
//   <a href="#panic" data-opens>  leads to <section id="panic">, whose first <details> is opened and gets the focus
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const address = event.target.closest?.("a[data-opens]")?.hash;
    const folded = address && document.querySelector(`${address} details`);
    if (!folded) return;
    folded.open = true;
    folded.querySelector("summary").focus({ preventScroll: true });
  });
})();
