// Reads the elder's page aloud: sound made beforehand where there is one, else the browser's voice.
//   <ul id="spoken" data-told="how it stands"><li data-sound="URL">sentence</li></ul>
//       read when data-told becomes another; a page that has just been opened says nothing by itself
//   <button data-hear>                  reads it again, muted or not, and the buttons in .acts; with
//                                       nothing told, all there are
//   <button data-quiet aria-pressed>    nothing by itself any more; kept on this device
//   <p data-aloud data-sound="URL"> in something hidden  read when it is shown
//   <button data-says="what it does" data-sound="URL">  read when an arrow or a tab key comes to it
//   data-instead="URL"                  the sound of the same without a name, for want of sound and voice
// Everything that is read stands on the page as well. The event "aloud" names each sentence.
(() => {
  "use strict";
  const STORE = "one-number.quiet", LEAST_MS = 4000, LETTER_MS = 250;
  const root = document.documentElement;
  let turn = 0, told, sound;
  const isQuiet = () => { try { return localStorage.getItem(STORE) === "on"; } catch { return false; } };
  const patience = (text) => new Promise((done) => setTimeout(done, LEAST_MS + LETTER_MS * text.length));

  function stop() {
    turn += 1;
    sound?.pause();
    self.speechSynthesis?.cancel();
  }

  function play(url) {
    return new Promise((done, refuse) => {
      sound = new Audio(url);
      sound.onended = sound.onpause = done;
      sound.onerror = refuse;
      sound.play().catch(refuse);
    });
  }

  function speak(text) {
    if (!self.speechSynthesis) return undefined;
    const words = new SpeechSynthesisUtterance(text);
    words.lang = root.lang === "zh-Hans" ? "zh-CN" : "en-GB";
    words.rate = 0.9;
    const spoken = new Promise((done) => { words.onend = words.onerror = done; });
    speechSynthesis.speak(words);
    return Promise.race([spoken, patience(text)]);
  }

  // Browsers that have no voice for her language keep silent, or read it as another one.
  const hasVoice = () => self.speechSynthesis?.getVoices().some(({ lang }) => lang.slice(0, 2) === root.lang.slice(0, 2));

  async function say(sentences) {
    stop();
    const mine = turn;
    for (const { text, sound: own, instead } of sentences) {
      if (mine !== turn) return;
      const url = own ?? (hasVoice() ? undefined : instead);
      let by = url ? "sound" : "voice";
      document.dispatchEvent(new CustomEvent("aloud", { detail: { text, by } }));
      if (url) await play(url).catch(() => { by = "voice"; });
      if (by === "voice" && mine === turn) await speak(text);
    }
  }

  const plain = (node) => node.textContent.trim().replace(/\s+/g, " ");
  const sentence = (node) => ({ ...node.dataset, text: node.dataset.says ?? plain(node) });
  function sentences() {
    const lines = [...document.querySelectorAll("#spoken li")];
    const buttons = [...document.querySelectorAll(lines.length ? ".acts [data-says]" : "[data-says]")];
    return [...lines, ...buttons.filter((button) => button.checkVisibility())].map(sentence);
  }
  function look() {
    const now = document.getElementById("spoken")?.dataset.told ?? "";
    if (now === told) return;
    told = now;
    if (!now) stop();
    else if (!isQuiet()) say(sentences());
  }
  function draw() {
    document.querySelectorAll("[data-quiet]").forEach((button) => button.setAttribute("aria-pressed", String(isQuiet())));
  }

  document.addEventListener("focusin", ({ target }) => {
    if (target.dataset?.says && target.matches(":focus-visible") && !isQuiet()) say([sentence(target)]);
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-hear]")) say(sentences());
    if (!target.closest?.("[data-quiet]")) return;
    try { localStorage.setItem(STORE, isQuiet() ? "off" : "on"); } catch { /* this page cannot be muted */ }
    stop();
    draw();
  });
  document.addEventListener("DOMContentLoaded", () => {
    hasVoice(); // a browser looks for its voices when it is first asked
    told = document.getElementById("spoken")?.dataset.told ?? "";
    draw();
    document.body.addEventListener("htmx:afterSwap", look);
    for (const words of document.querySelectorAll("[data-aloud]")) {
      const box = words.closest("[hidden]");
      const shown = () => {
        if (!box.hidden && !isQuiet()) say([{ ...sentence(words), text: words.innerText }]);
      };
      if (box) new MutationObserver(shown).observe(box, { attributeFilter: ["hidden"] });
    }
  });
})();
