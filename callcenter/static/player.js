// Draws a recording's wave above its player once somebody plays it; the player works without.
(() => {
  "use strict";
  if (typeof WaveSurfer === "undefined") return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const draw = (box, audio) => {
    if (box.dataset.drawn) return;
    box.dataset.drawn = "yes";
    WaveSurfer.create({
      container: box,
      media: audio,
      cspNonce: box.dataset.nonce,
      splitChannels: box.dataset.wave === "2" ? [{}, {}] : undefined,
      height: box.dataset.wave === "2" ? 40 : 56,
      waveColor: colour("--edge"),
      progressColor: colour("--accent"),
      cursorColor: colour("--ink"),
    });
  };

  for (const box of document.querySelectorAll("[data-wave]")) {
    const audio = box.parentElement.querySelector("audio");
    audio?.addEventListener("play", () => draw(box, audio), { once: true });
  }
})();
