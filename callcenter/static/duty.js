// Lets an officer's name be dragged onto a turn, and a proposed substitute be chosen; the form works without.
(() => {
  "use strict";
  let dragged = "";
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.dataset?.officer ?? "";
    if (dragged) event.dataTransfer.setData("text/plain", dragged);
  });
  for (const piece of document.querySelectorAll("[data-piece]")) {
    const cell = piece.parentElement;
    cell.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      cell.classList.add("over");
    });
    cell.addEventListener("dragleave", () => cell.classList.remove("over"));
    cell.addEventListener("drop", (event) => {
      event.preventDefault();
      const target = new URL(piece.href);
      target.searchParams.set("comes", dragged);
      location.href = target.href;
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose]");
    if (!button) return;
    const field = document.getElementById(button.dataset.choose);
    field.value = button.dataset.value;
    field.focus();
  });
})();
