// What must work in the browser by itself: STOP, the pump's sounds, the patient's button, light
// and dark, and noticing that the console is gone.
(() => {
  "use strict";
  const found = (id) => document.getElementById(id);

  // -- STOP: a request of its own, no matter what the rest of the page is doing ----------------
  const LOST =
    "STOP did not reach the console. If the pump must stop: switch off its power, or hold its own button.";

  async function stop() {
    found("stop").classList.add("sent");
    tell("stopping …", false);
    try {
      const reply = await fetch("/stop", { method: "POST", signal: AbortSignal.timeout(6000) });
      const told = await reply.json();
      tell(reply.ok ? told.what : `${told.what} ${told.safe} Next: ${told.command}`, !reply.ok);
    } catch {
      tell(LOST, true);
    }
    found("stop").classList.remove("sent");
  }

  let said = 0;
  function tell(text, failed) {
    found("stop-said").textContent = text;
    found("stop-said").classList.toggle("failed", failed);
    clearTimeout(said);
    if (!failed) said = setTimeout(() => (found("stop-said").textContent = ""), 6000);
  }

  const TWICE_MS = 1000;
  let escaped = -Infinity;
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.repeat) return;
      if (event.timeStamp - escaped < TWICE_MS) stop();
      escaped = event.timeStamp;
    },
    true,
  );

  // -- sounds: the pump's own bursts, repeated as the pump repeats them -------------------------
  const sound = { on: false, name: "", every: 0, timer: 0, player: new Audio() };

  function play() {
    clearInterval(sound.timer);
    sound.player.pause();
    document.body.classList.toggle("unheard", Boolean(sound.name) && !sound.on);
    if (!sound.on || !sound.name) return;
    const burst = () => {
      sound.player.src = `/sounds/${sound.name}.wav`;
      sound.player.play().catch((error) => error.name === "NotAllowedError" && hear(false));
      document.body.dataset.heard = sound.name;
    };
    burst();
    if (sound.every) sound.timer = setInterval(burst, sound.every);
  }

  function hear(on) {
    sound.on = on;
    const tool = document.querySelector("[data-do=sound]");
    if (tool) {
      tool.setAttribute("aria-pressed", on);
      tool.textContent = on ? "Sound: on" : "Sound: off";
    }
    play();
  }

  // -- light and dark: the system's, or this browser's own choice -------------------------------
  const LOOKS = ["system", "light", "dark"];
  let look = localStorage.getItem("look") || "system";

  function dress() {
    const tool = document.querySelector("[data-do=theme]");
    if (!tool || !window.Quasar) return setTimeout(dress, 30);
    Quasar.Dark.set(look === "system" ? "auto" : look === "dark");
    tool.textContent = `Theme: ${look}`;
  }

  const deeds = {
    sound: () => hear(!sound.on),
    theme: () => {
      look = LOOKS[(LOOKS.indexOf(look) + 1) % LOOKS.length];
      localStorage.setItem("look", look);
      dress();
    },
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("#stop")) return stop();
    const tool = event.target.closest("[data-do]");
    if (tool) deeds[tool.dataset.do]();
  });

  // -- a button that must be held ---------------------------------------------------------------
  const HOLD_MS = 500;
  let holding = 0;

  function hold(button) {
    if (holding) return;
    button.classList.add("held");
    holding = setTimeout(() => {
      release();
      emitEvent(button.dataset.hold);
    }, HOLD_MS);
  }

  function release() {
    clearTimeout(holding);
    holding = 0;
    document.querySelectorAll(".held").forEach((one) => one.classList.remove("held"));
  }

  const held = (event) => event.target.closest && event.target.closest("[data-hold]");
  const isPress = (event) => event.key === " " || event.key === "Enter";
  document.addEventListener("pointerdown", (event) => held(event) && hold(held(event)));
  document.addEventListener("keydown", (event) => {
    if (!held(event) || !isPress(event)) return;
    event.preventDefault();
    if (!event.repeat) hold(held(event));
  });
  for (const name of ["pointerup", "pointercancel", "keyup", "blur"]) window.addEventListener(name, release);

  // -- whether the console is still there -------------------------------------------------------
  const SILENT_MS = 3000;
  let heard = performance.now();
  const GONE =
    "This page has lost the console: what you see is old. The pump goes on by itself with what it was doing.";

  setInterval(() => {
    const lost = performance.now() - heard > SILENT_MS;
    if (lost === document.body.classList.contains("cut-off")) return;
    document.body.classList.toggle("cut-off", lost);
    found("cut-off").textContent = lost ? GONE : "";
    if (lost) window.bench.tone("", 0);
  }, 500);

  window.bench = {
    beat: () => {
      heard = performance.now();
      document.body.dataset.live = "yes";
    },
    tone: (name, every) => {
      Object.assign(sound, { name, every });
      play();
    },
  };
  dress();
})();
