// The page of the simulated handset: who rings, what is heard as text, keys, and the outbox.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("phone"), by = (id) => document.getElementById(id);
    const words = JSON.parse(by("words").textContent);
    const choices = [...page.querySelectorAll("[data-number]")];
    const digits = [...page.querySelectorAll("[data-digit]")];
    const zh = (language) => language.startsWith("zh") ? "zh-CN" : "en-GB";
    let drawn = "";

    // --- what is heard ---
    function line(kind, text, language) {
      const item = document.createElement("li");
      item.className = kind;
      item.textContent = text;
      if (language) item.lang = language.startsWith("zh") ? "zh-Hans" : language;
      by("heard").append(item);
      by("heard").scrollTop = by("heard").scrollHeight;
      return item;
    }

    function aloud(item, { text, language, prompt }) {
      const speak = () => {
        if (!by("aloud").checked || !window.speechSynthesis) return;
        const voice = new SpeechSynthesisUtterance(text);
        voice.lang = zh(language);
        voice.onstart = () => item.classList.add("playing");
        voice.onend = () => item.classList.remove("playing");
        speechSynthesis.speak(voice);
      };
      if (!prompt) return speak();
      const sound = new Audio(`${page.dataset.prompts}${language}/${prompt}.mp3`);
      sound.onplaying = () => item.classList.add("playing");
      sound.onended = () => item.classList.remove("playing");
      return sound.play().catch(speak);
    }

    const heard = {
      say: (step) => aloud(line("them", step.text, step.language), step),
      enqueue: () => line("event", words.queued),
      bridge: ({ name }) => line("event", words.bridged.replace("%s", name || words.a_person)),
      record: () => line("event", words.record),
      gather: () => undefined,
      hangup: () => undefined,
    };

    const phone = new Handset({
      heard: (step) => heard[step.verb]?.(step),
      changed: draw,
      over: (byMe) => { window.speechSynthesis?.cancel(); line("event", byMe ? words.you_hung_up : words.they_hung_up); },
      refused: (said, status) => { if (status !== 409 || !phone.busy) window.say(said, "danger"); else phone.listen(); },
      online: (yes) => { document.documentElement.dataset.link = yes ? "live" : "down"; },
    });

    // --- what is drawn ---
    function draw() {
      const { busy, ringing } = phone;
      const there = phone.room?.length ? words.with.replace("%s", phone.room.join(", ")) : words[phone.state];
      const state = ringing ? words.incoming : phone.heldAt ? words.on_hold : there ?? words.over;
      if (by("state").textContent !== state) by("state").textContent = state;
      if (busy && phone.since) by("since").dataset.since = phone.since;
      else { delete by("since").dataset.since; by("since").textContent = ""; }
      by("call").disabled = busy || !(phone.number || by("from").value);
      by("hang").disabled = !busy && !ringing;
      by("call-words").textContent = by("call-words").dataset[ringing ? "answer" : "call"];
      by("hang-words").textContent = by("hang-words").dataset[ringing ? "reject" : "hang"];
      for (const choice of choices) choice.setAttribute("aria-pressed", String(choice.dataset.number === phone.number));
      for (const key of digits) key.toggleAttribute("data-live", busy);
      const now = JSON.stringify(phone.items);
      if (now === drawn) return;
      drawn = now;
      by("count").textContent = String(phone.items.length);
      by("outbox").replaceChildren(...(phone.items.length ? phone.items.map(message) : [nothing()]));
    }

    function make(tag, className, text) {
      const node = document.createElement(tag);
      if (className) node.className = className;
      if (text) node.textContent = text;
      return node;
    }
    const nothing = () => make("p", "empty", words.nothing);
    function button(text, act, kind = "") {
      const node = make("button", `button ${kind}`, text);
      node.type = "button";
      node.addEventListener("click", act);
      return node;
    }

    function message(item) {
      const isCall = item.kind === "call", ringing = isCall && item.state === "ringing";
      const box = make("article", `message${ringing ? " ringing" : ""}`), head = make("div", "line"), row = make("div", "line");
      box.dataset.item = item.id;
      box.dataset.purpose = item.purpose;
      head.append(make("b", "", isCall ? words.call : words.message), make("span", `tag${ringing ? " ok" : ""}`, words.states[item.state] ?? item.state));
      const text = make("p", ringing || item.state === "delivered" ? "" : "soft", item.text);
      text.lang = item.language.startsWith("zh") ? "zh-Hans" : item.language;
      box.append(head, text);
      if (ringing) row.append(button(words.answer, () => phone.answer(item), "primary"), button(words.reject, () => phone.reject(item)));
      if (!isCall && item.state === "delivered" && ["offer", "contact"].includes(item.purpose)) {
        row.append(make("span", "soft", words.reply), ...["1", "2"].map((key) => button(key, () => reply(item, key))));
      }
      if (row.childElementCount) box.append(row);
      return box;
    }

    async function reply(item, key) {
      line("event", words.message);
      line("them", item.text, item.language);
      line("me", key);
      const said = await phone.reply(item, key);
      for (const step of said?.instructions ?? []) heard[step.verb]?.(step);
    }

    // --- what is pressed ---
    function choose(number) {
      if (phone.busy) return;
      by("heard").replaceChildren();
      drawn = "";
      phone.use(number);
    }
    async function call() {
      if (phone.busy) return;
      const { ringing } = phone;
      by("heard").replaceChildren();
      line("event", ringing ? words.incoming : words.dialling);
      if (ringing) return phone.answer(ringing);
      if (by("from").value.trim() && !choices.some((choice) => choice.dataset.number === phone.number)) phone.use(by("from").value.trim());
      return phone.dial(phone.number, page.dataset.hotline);
    }
    function press(key) {
      if (!phone.busy) return;
      line("me", key);
      phone.press(key);
    }

    for (const choice of choices) choice.addEventListener("click", () => { by("from").value = ""; choose(choice.dataset.number); });
    by("from").addEventListener("change", () => choose(by("from").value.trim()));
    by("from").addEventListener("input", draw);
    for (const key of digits) key.addEventListener("click", () => press(key.dataset.digit));
    by("call").addEventListener("click", call);
    by("hang").addEventListener("click", () => (phone.ringing ? phone.reject(phone.ringing) : phone.hangUp()));
    by("say").addEventListener("submit", (event) => {
      event.preventDefault();
      const said = by("words-said").value.trim();
      if (!said || !phone.busy) return;
      by("words-said").value = "";
      line("me", said);
      phone.speak(said);
    });

    const kept = phone.restore();
    if (kept) { if (!choices.some((choice) => choice.dataset.number === kept)) by("from").value = kept; }
    else if (choices.length) phone.use(choices[0].dataset.number);
    draw();
  });
})();
