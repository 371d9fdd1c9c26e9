// The operator's telephone. One small interface, and whichever network is behind it:
//   const phone = Softphone.make(kind, facts, audio)   facts: what console/softphone/ answered
//   phone.register(), answer(), hangUp(), mute(on)     phone.state, held, muted
//   phone.on(event, act)   registered, unregistered, ringing, talking, held, lost, back, ended, failed
// sip: JsSIP over a WebSocket; twilio: their voice SDK; simulator: nothing is carried, the console
// alone stands for it. "lost" is the socket of a telephone in mid-call: what is said is carried by
// another way and goes on, so nothing is ended for it, and the page says so.
(() => {
  "use strict";
  const EXPECTED_MS = 30000, LOOK_MS = 1500;
  const RINGS_US = /\/(take|softphone\/ring|callbacks\/\d+\/ring|requests\/\d+\/ring)\/$/; // posts that do
  const vendor = new URL("../vendor/", document.currentScript.src);

  class Telephone {
    constructor(facts, audio) {
      Object.assign(this, { facts, audio, state: "off", held: false, muted: false, acts: {} });
    }
    on(event, act) { (this.acts[event] ??= []).push(act); return this; }
    tell(event, state = this.state) {
      this.state = state;
      for (const act of this.acts[event] ?? []) act(event);
      for (const act of this.acts["*"] ?? []) act(event);
    }
    get busy() { return ["ringing", "talking"].includes(this.state); }
    registered(up) {
      if (this.state === "talking") return this.tell(up ? "back" : "lost");
      if (this.state !== "ringing") this.tell(up ? "registered" : "unregistered", up ? "ready" : "off");
    }
    begun() { this.tell("talking", "talking"); if (this.muted) this.mute(true); }
    ended() { this.held = false; this.mute(false); if (this.busy) this.tell("ended", "ready"); }
    hold(on) { this.held = on; this.tell("held"); }
    mute(on) { this.muted = on; }
  }

  class Simulated extends Telephone {
    register() { this.tell("registered", this.facts.in_call ? "talking" : "ready"); }
    ring() { if (this.state === "ready") this.tell("ringing", "ringing"); }
    answer() { this.begun(); }
    hangUp() { this.ended(); }
  }

  class Sip extends Telephone {
    register() {
      const { url, uri, user, password } = this.facts;
      this.agent = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri, password,
        authorization_user: user, register_expires: 120, session_timers: false,
        connection_recovery_min_interval: 1, connection_recovery_max_interval: 8 });
      this.agent.on("registered", () => this.registered(true));
      this.agent.on("unregistered", () => this.registered(false));
      this.agent.on("registrationFailed", () => this.tell("failed"));
      this.agent.on("disconnected", () => this.registered(false));
      this.agent.on("newRTCSession", ({ session, originator }) => {
        if (originator !== "remote") return;
        if (this.busy) { session.terminate({ status_code: 486 }); return; }
        this.session = session;
        session.on("peerconnection", ({ peerconnection }) => peerconnection.addEventListener("track",
          (event) => { this.audio.srcObject = event.streams[0] ?? new MediaStream([event.track]); }));
        session.on("confirmed", () => this.begun());
        session.on("ended", () => this.ended());
        session.on("failed", () => this.ended());
        session.on("hold", ({ originator: by }) => { if (by === "remote") this.hold(true); });
        session.on("unhold", ({ originator: by }) => { if (by === "remote") this.hold(false); });
        this.tell("ringing", "ringing");
      });
      this.agent.start();
    }
    answer() {
      this.session?.answer({ mediaConstraints: { audio: true, video: false },
        pcConfig: { iceServers: this.facts.ice ?? [] } });
    }
    hangUp() { if (this.session && !this.session.isEnded()) this.session.terminate(); }
    mute(on) {
      super.mute(on);
      if (!this.session?.isEstablished()) return;
      if (on) this.session.mute({ audio: true }); else this.session.unmute({ audio: true });
    }
  }

  class OfTwilio extends Telephone {
    register() {
      this.device = new Twilio.Device(this.facts.token, { codecPreferences: ["opus", "pcmu"],
        edge: this.facts.edges, logLevel: "error", maxCallSignalingTimeoutMs: 30000, disableAudioContextSounds: true });
      this.device.audio?.incoming(false);
      this.device.on("registered", () => this.registered(true));
      this.device.on("unregistered", () => this.registered(false));
      this.device.on("error", () => { if (!this.busy) this.tell("failed"); });
      this.device.on("tokenWillExpire", async () => {
        const fresh = await this.facts.renew();
        if (fresh) this.device.updateToken(fresh.token);
      });
      this.device.on("incoming", (call) => {
        if (this.busy) { call.reject(); return; }
        this.call = call;
        call.on("accept", () => this.begun());
        for (const end of ["disconnect", "cancel", "reject"]) call.on(end, () => this.ended());
        call.on("reconnecting", () => this.registered(false));
        call.on("reconnected", () => this.registered(true));
        this.tell("ringing", "ringing");
      });
      this.device.register().catch(() => this.tell("failed"));
    }
    answer() { this.call?.accept(); }
    hangUp() { this.call?.disconnect(); }
    mute(on) { super.mute(on); this.call?.mute(on); }
  }

  const KINDS = { simulator: [Simulated], sip: [Sip, "jssip.min.js"], twilio: [OfTwilio, "twilio.min.js"] };
  const loaded = new Map();
  function load(file) {
    if (!file) return Promise.resolve();
    if (!loaded.has(file)) {
      loaded.set(file, new Promise((done, failed) => {
        const script = document.createElement("script");
        Object.assign(script, { src: new URL(file, vendor), onload: done, onerror: failed });
        document.head.append(script);
      }));
    }
    return loaded.get(file);
  }
  async function make(kind, facts, audio) {
    const [Kind, file] = KINDS[kind];
    await load(file);
    return new Kind(facts, audio);
  }

  // --- on the console ---
  const phones = [];
  let expectedUntil = -Infinity, place, lost = false;
  const line = () => phones.find((phone) => phone.busy);

  async function ask() {
    const answer = await fetch(place.dataset.softphone, { headers: { Accept: "application/json" } }).catch(() => undefined);
    return answer?.ok ? answer.json() : undefined;
  }
  function show(state) {
    const phone = line();
    if (state) place.dataset.state = state;
    else if (phone?.state === "ringing") place.dataset.state = "ringing";
    else if (phone) place.dataset.state = lost ? "lost" : phone.held ? "held" : "talking";
    else place.dataset.state = phones.some(({ state: each }) => each === "ready") ? "ready" : "off";
    place.querySelector("[data-phone=mute]").setAttribute("aria-pressed", String(Boolean(phone?.muted)));
    for (const part of place.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(place.dataset.state);
  }
  function heard(phone, event) {
    if (event === "lost") lost = true;
    if (event === "back" || event === "ended" || event === "talking") lost = false;
    if (event === "ringing" && performance.now() < expectedUntil) phone.answer();
    show(event === "failed" && !line() ? "failed" : undefined);
    if (event === "ended") setTimeout(async () => { if (!line() && (await ask())?.in_call) show("out"); }, LOOK_MS);
  }

  async function connect() {
    const facts = await ask();
    if (!facts) return setTimeout(connect, 5000);
    if (facts.telephones.some(({ kind }) => kind !== "simulator")) {
      // Asked for once, here, and not in the moment of answering somebody.
      const tracks = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => undefined);
      if (!tracks) return show("blocked");
      tracks.getTracks().forEach((track) => track.stop());
    }
    for (const one of facts.telephones) {
      const renew = async () => (await ask())?.telephones.find(({ kind }) => kind === one.kind);
      const phone = await make(one.kind, { ...one, in_call: facts.in_call, renew }, place.querySelector("audio")).catch(() => undefined);
      if (!phone) { show("failed"); continue; }
      phones.push(phone.on("*", (event) => heard(phone, event)));
      phone.register();
    }
    if (facts.in_call && !line()) show("out");
  }

  // Taking a call says so: whatever rings next is that call. While one rings, the answer key is its button's.
  document.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-phone]")?.dataset.phone, phone = line();
    if (act === "answer") phone?.answer();
    if (act === "mute" && phone) { phone.mute(!phone.muted); show(); }
  });
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (RINGS_US.test(detail.pathInfo.requestPath)) expectedUntil = performance.now() + EXPECTED_MS;
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful || !place) return;
    const path = detail.pathInfo.requestPath;
    if (/\/calls\/\d+\/take\/$/.test(path)) phones.forEach((phone) => phone.ring?.());
    if (/\/calls\/\d+\/(hang-up|transfer)\/$/.test(path)) phones.forEach((phone) => phone.ring && phone.hangUp());
    if (/\/softphone\/ring\/$/.test(path)) phones.forEach((phone) => phone.ring?.());
  });
  addEventListener("beforeunload", (event) => { if (line()?.state === "talking" && !(line() instanceof Simulated)) event.preventDefault(); });
  document.addEventListener("DOMContentLoaded", () => {
    place = document.querySelector("[data-softphone]");
    if (place) { show("off"); connect(); }
  });
  window.Softphone = { make, Telephone, phones };
})();
