// A simulated telephone's line, over the simulator's HTTP API. It knows nothing of the page:
//   const phone = new Handset({ heard(step), changed(), refused(words), online(yes) });
//   phone.dial(from, to); phone.answer(item); phone.press("1"); phone.speak("words"); phone.hangUp();
// `heard` gets every instruction once, in order, also after a lost connection or a reload.
(() => {
  "use strict";
  const API = "/telephony/simulator/", LISTEN_MS = 1000, LOOK_MS = 1500;
  const LIVE = new Set(["ringing", "claimed", "talking"]);

  window.Handset = class {
    constructor(on) {
      this.on = on;
      this.number = "";
      this.items = [];
      this.hangUpLine();
      setInterval(() => this.listen(), LISTEN_MS);
      setInterval(() => this.look(), LOOK_MS);
    }

    get busy() { return this.call !== undefined; }
    get ringing() { return this.busy ? undefined : this.items.find((item) => item.kind === "call" && item.state === "ringing"); }

    async ask(path, body) {
      let answer;
      try {
        answer = await fetch(API + path, body === undefined ? {} : {
          method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
      } catch {
        this.on.online(false);
        return undefined;
      }
      const said = await answer.json().catch(() => ({}));
      this.on.online(answer.status < 500);
      if (answer.ok) return said;
      if (answer.status === 409) this.over = true;
      this.on.refused(said.error?.message ?? String(answer.status), answer.status);
      return undefined;
    }

    // --- the call in hand ---
    take(answer, after) {
      if (!answer) return;
      const known = Math.max(0, this.cursor - after);
      const fresh = answer.instructions.slice(known);
      this.cursor = Math.max(this.cursor, answer.cursor);
      if (answer.state !== this.state) this.state = answer.state;
      for (const step of fresh) this.on.heard(step);
      if (this.busy && !LIVE.has(answer.state)) this.ended();
      this.on.changed();
    }

    begin(answer) {
      if (!answer) return;
      this.hangUpLine();
      this.call = answer.call;
      this.since = new Date().toISOString();
      this.keep();
      this.take(answer, 0);
    }

    async dial(from, to) { this.begin(await this.ask("calls/", { from, to })); }
    async answer(item) { this.begin(await this.ask(`outbox/${item.id}/answer/`, {})); this.look(); }
    async reject(item) { await this.ask(`outbox/${item.id}/reject/`, {}); this.look(); }
    async reply(item, digits) { const said = await this.ask(`outbox/${item.id}/digits/`, { digits }); this.look(); return said; }

    async send(what, body) {
      if (!this.busy) return;
      const after = this.cursor;
      this.take(await this.ask(`calls/${this.call}/${what}/?after=${after}`, body), after);
    }
    press(digits) { return this.send("digits", { digits }); }
    speak(text) { return this.send("speech", { text }); }
    async hangUp() { this.byMe = true; await this.send("hangup", {}); }

    async listen() {
      if (!this.busy || this.listening) return;
      this.listening = true;
      const after = this.cursor, call = this.call;
      const answer = await this.ask(`calls/${call}/?after=${after}`);
      this.listening = false;
      if (call !== this.call) return;
      if (answer) Object.assign(this, { heldAt: answer.held_at, room: answer.room ?? [] });
      this.take(answer, after);
    }

    ended() {
      const byMe = this.byMe;
      this.hangUpLine();
      this.state = "over";
      this.on.over?.(byMe);
      this.look();
    }

    hangUpLine() {
      this.call = undefined;
      this.cursor = 0;
      this.state = "idle";
      this.byMe = false;
      this.since = this.heldAt = undefined;
      this.room = [];
      this.keep();
    }

    // --- what was placed to this number ---
    use(number) {
      this.number = number;
      this.items = [];
      this.keep();
      this.look();
      this.on.changed();
    }

    async look() {
      if (!this.number || this.looking || document.hidden) return;
      this.looking = true;
      const number = this.number;
      const answer = await this.ask(`outbox/?to=${encodeURIComponent(number)}`);
      this.looking = false;
      if (!answer || number !== this.number) return;
      this.items = answer.items.reverse();
      this.on.changed();
    }

    // --- a reload forgets nothing ---
    keep() {
      if (this.number === undefined || this.restoring) return;
      sessionStorage.setItem("one-number.handset", JSON.stringify({ number: this.number, call: this.call, since: this.since }));
    }
    restore() {
      let kept;
      try { kept = JSON.parse(sessionStorage.getItem("one-number.handset")) ?? {}; } catch { kept = {}; }
      if (kept.call !== undefined) Object.assign(this, { call: kept.call, since: kept.since, state: "ringing" });
      if (kept.number) this.use(kept.number);
      this.listen();
      return kept.number;
    }
  };
})();
