// The order of the contact sheet by dragging or by buttons; both write the numbers, which work without it too. And a word
// on how long a text is and on what is not saved yet.
const form = document.getElementById("sheet_form");
const sheet = form?.querySelector("[data-sheet]");

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_match, name) => values[name]);
}

const cards = () => [...sheet.querySelectorAll("[data-card]")];
const number = (card) => card.querySelector(".sheet-number");
const nameOf = (card) => card.querySelector(".sheet-name").textContent.trim();

// The numbers of this page stay the same ones; they are given out anew in the order in which the cards stand.
function renumber() {
  const fields = cards().map(number);
  const numbers = fields.map((field) => Number(field.value)).sort((a, b) => a - b);
  const lowest = numbers[0];
  fields.forEach((field, index) => { field.value = lowest + index; });
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function tell(card) {
  const all = cards().length;
  form.querySelector("[data-status]").textContent = fill(form.dataset.textMoved, {
    name: nameOf(card), number: number(card).value, all: Math.max(all, ...cards().map((other) => Number(number(other).value))),
  });
}

function move(card, step, button) {
  const other = step < 0 ? card.previousElementSibling : card.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(card);
  else other.after(card);
  renumber();
  markEnds();
  // Moving a card takes the focus off its button; at the end of the row the button that still works gets it.
  (button.disabled ? card.querySelector(step < 0 ? "[data-later]" : "[data-earlier]") : button).focus();
  card.scrollIntoView({ block: "nearest" });
  tell(card);
}

function markEnds() {
  const all = cards();
  all.forEach((card, index) => {
    card.querySelector("[data-earlier]").disabled = index === 0;
    card.querySelector("[data-later]").disabled = index === all.length - 1;
  });
}

let dragged = null;

function makeMovable(card) {
  card.querySelector("[data-move]").hidden = false;
  for (const [name, step] of [["[data-earlier]", -1], ["[data-later]", 1]]) {
    const button = card.querySelector(name);
    button.addEventListener("click", () => move(card, step, button));
  }
  const handle = card.querySelector("[data-handle]");
  handle.addEventListener("dragstart", (event) => {
    dragged = card;
    card.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", nameOf(card));
    event.dataTransfer.setDragImage(card, 20, 20);
  });
  handle.addEventListener("dragend", () => {
    card.classList.remove("is-dragged");
    dragged = null;
    renumber();
    markEnds();
    tell(card);
  });
  card.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    if (card === dragged) return;
    const all = cards();
    if (all.indexOf(dragged) < all.indexOf(card)) card.after(dragged);
    else card.before(dragged);
  });
}

// What is dropped is a card that has moved already, never text to open.
sheet?.addEventListener("drop", (event) => dragged && event.preventDefault());

// How long a text is, while it is written.
function count(area) {
  const limit = Number(area.getAttribute("maxlength"));
  if (!limit) return;
  const note = Object.assign(document.createElement("span"), { className: "sheet-count" });
  area.after(note);
  const show = () => {
    note.textContent = area.value ? fill(form.dataset.textCount, { number: area.value.length, limit }) : "";
    note.classList.toggle("is-near", area.value.length > limit * 0.9);
  };
  area.addEventListener("input", show);
  show();
}

// What is not saved yet

function changedCards() {
  return cards().filter((card) => [...card.querySelectorAll("input, textarea, select")].some(differs));
}

function differs(field) {
  if (field.type === "hidden" || !field.name) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked && (field.type === "checkbox" || field.checked);
  if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

function watch() {
  const note = form.querySelector("[data-changed]");
  let submitted = false;
  const show = () => {
    const changed = changedCards();
    cards().forEach((card) => card.classList.toggle("is-changed", changed.includes(card)));
    if (note) note.textContent = changed.length ? fill(changed.length === 1 ? form.dataset.textChangedOne : form.dataset.textChanged, { number: changed.length }) : "";
    return changed.length;
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  // The people's boxes are select2, which tells its changes through jQuery alone.
  window.django?.jQuery(form).on("change", show);
  form.addEventListener("submit", () => { submitted = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!submitted && show()) event.preventDefault();
  });
  show();
}

if (form) {
  if (sheet.querySelector("[data-move]")) {
    cards().forEach(makeMovable);
    markEnds();
  }
  form.querySelectorAll(".sheet-field textarea").forEach(count);
  watch();
}
