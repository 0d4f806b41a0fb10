// Keeps the board up to date: by a stream, or by asking again where there is none.
(() => {
  "use strict";
  const board = document.getElementById("board");
  const state = document.getElementById("link-state");
  if (!board || !state) return;
  let polling = null;

  const say = (name) => {
    if (state.dataset.state === name) return;
    state.dataset.state = name;
    state.textContent = state.dataset[name];
  };

  // How long each call has lasted; the server sends only when it began.
  const tick = () => {
    for (const time of board.querySelectorAll("time.ticking")) {
      const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 1000));
      const rest = String(seconds % 60).padStart(2, "0");
      const minutes = Math.floor(seconds / 60);
      time.textContent = minutes < 60 ? `${minutes}:${rest}`
        : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
    }
  };

  const show = (html) => {
    const focused = document.activeElement && board.contains(document.activeElement)
      ? document.activeElement.getAttribute("href") : null;
    board.innerHTML = html;
    tick();
    if (focused) board.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  };

  const poll = async () => {
    try {
      const answer = await fetch(board.dataset.fragment, { redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
      say("polling");
    } catch {
      say("lost");
    }
  };

  const startPolling = () => {
    if (polling !== null) return;
    poll();
    polling = setInterval(poll, 5000);
    setTimeout(connect, 60000);
  };

  const stopPolling = () => {
    clearInterval(polling);
    polling = null;
  };

  function connect() {
    stopPolling();
    const source = new EventSource(board.dataset.stream);
    source.addEventListener("board", (event) => { say("live"); show(event.data); });
    source.addEventListener("again", () => { source.close(); connect(); });
    source.onopen = () => say("live");
    source.onerror = () => {
      say("lost");
      if (source.readyState === EventSource.CLOSED) startPolling();
    };
  }

  tick();
  setInterval(tick, 1000);
  if ("EventSource" in window) connect(); else startPolling();
})();
