// The one primary action names what is picked. In a form (or anything with data-picks), each radio
// carries data-label ("Dispatch Li Xiuying") and data-more ("6 min"); they are written into the form's
// [data-pick-label] and [data-pick-more]. With nothing picked the [data-pick-button] is disabled.
(() => {
  "use strict";
  function label(group) {
    const picked = group.querySelector("input[type=radio]:checked");
    const button = group.querySelector("[data-pick-button]");
    const words = group.querySelector("[data-pick-label]");
    if (button) button.disabled = !picked;
    if (!words || !picked?.dataset.label) return;
    const { label: said, more = "" } = picked.dataset, beside = group.querySelector("[data-pick-more]");
    words.textContent = said;
    if (beside) beside.textContent = more;
  }
  const all = () => document.querySelectorAll("[data-picks]").forEach(label);
  document.addEventListener("change", (event) => {
    const group = event.target.closest?.("[data-picks]");
    if (group) label(group);
  });
  document.addEventListener("DOMContentLoaded", () => {
    all();
    document.body.addEventListener("htmx:afterSwap", all);
  });
})();
