// Turn the pages of an album with the arrow keys. Without script the links beside the photo do the same.
const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";

document.querySelector("[data-hint]")?.removeAttribute("hidden");
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable], .table")) return;
  const turn = { [forward]: "next", [back]: "prev" }[event.key];
  document.querySelector(turn && `.turn a[rel=${turn}]`)?.click();
});
