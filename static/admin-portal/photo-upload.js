// Sends the chosen pictures one after the other, each in a request of its own, and shows what became of each. Without it
// the form sends all of them at once and the answers stand on the page that comes back.
const form = document.getElementById("upload_form");
const input = form.elements.pictures;
const panel = form.querySelector("[data-progress]");
const bar = panel.querySelector("progress");
const summary = panel.querySelector("[data-summary]");
const list = panel.querySelector("[data-answers]");
const done = panel.querySelector("[data-done]");
const chosen = form.querySelector("[data-chosen]");
const drop = form.querySelector("[data-drop]");
const button = form.querySelector("button[name=_upload]");
const MEGABYTE = 1024 * 1024;
let sending = false;

function say(name, values = {}) {
  const key = `text${name[0].toUpperCase()}${name.slice(1)}`;
  return form.dataset[key].replace(/\{(\w+)\}/g, (_match, value) => values[value]);
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Errors by the field, as the server shows them.

function showErrors(errors) {
  clearErrors();
  let first = null;
  for (const [name, messages] of Object.entries(errors)) {
    const row = form.querySelector(`.field-${name}`) ?? form.querySelector(".field-pictures");
    const items = messages.map((message) => element("li", { textContent: message }));
    row.classList.add("errors");
    row.prepend(element("ul", { className: "errorlist", role: "alert" }, ...items));
    first ??= row;
  }
  first?.scrollIntoView({ block: "center" });
  first?.querySelector("input, select")?.focus();
}

function clearErrors() {
  form.querySelectorAll(".errorlist, .errornote").forEach((node) => node.remove());
  form.querySelectorAll(".form-row.errors").forEach((row) => row.classList.remove("errors"));
}

// One line per picture

class Line {
  constructor(file) {
    this.file = file;
    this.text = element("p", { textContent: say("waiting") });
    this.bar = element("progress", { max: 1, value: 0 });
    this.bar.setAttribute("aria-label", file.name);
    this.body = element("div", {}, element("strong", {}, element("bdi", { textContent: file.name })), this.text, this.bar);
    this.item = element("li", { className: "upload-answer" }, this.body);
  }

  sent(share) {
    this.bar.value = share;
    this.text.textContent = share < 1 ? say("sending", { percent: Math.round(share * 100) }) : say("working");
  }

  answered({ status, message, thumbnail, address }) {
    this.status = status;
    this.bar.remove();
    this.item.className = `upload-answer upload-${status}`;
    this.text.textContent = message;
    if (address) this.text.append(" ", element("a", { href: address, textContent: say("open") }));
    if (thumbnail) this.item.prepend(element("img", { src: thumbnail, alt: "" }));
  }

  offer(label, values) {
    const again = element("button", { type: "button", className: "button", textContent: label });
    again.addEventListener("click", () => {
      again.remove();
      this.item.querySelector("img")?.remove();
      this.body.append(this.bar);
      send([this], values);
    });
    this.body.append(again);
  }
}

function request(line, values) {
  const data = new FormData(form);
  data.delete("pictures");
  data.append("pictures", line.file);
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return new Promise((resolve) => {
    const http = new XMLHttpRequest();
    http.open("POST", form.action || location.href);
    http.setRequestHeader("Accept", "application/json");
    http.responseType = "json";
    http.upload.addEventListener("progress", (event) => event.lengthComputable && line.sent(event.loaded / event.total));
    http.upload.addEventListener("load", () => line.sent(1));
    http.addEventListener("load", () => resolve(http.response ?? lost(http.status === 200 ? "signedOut" : "lost")));
    http.addEventListener("error", () => resolve(lost("lost")));
    http.send(data);
  });
}

function lost(text) {
  return { status: "refused", message: say(text), isLost: true };
}

async function send(lines, values = {}) {
  sending = true;
  button.disabled = true;
  done.hidden = true;
  let finished = 0;
  const progress = () => {
    bar.max = lines.length;
    bar.value = finished;
    summary.textContent = say("progress", { done: finished, all: lines.length });
  };
  progress();
  for (const line of lines) {
    line.sent(0);
    const answer = await request(line, values);
    if (answer.errors) {
      // What all of them share is wrong: none of the rest would be taken either.
      lines.forEach((other) => !other.status && other.item.remove());
      showErrors(answer.errors);
      break;
    }
    line.answered(answer);
    if (answer.status === "duplicate") line.offer(say("again"), { again: "on" });
    else if (answer.isLost) line.offer(say("retry"), values);
    finished += 1;
    progress();
  }
  sending = false;
  button.disabled = false;
  const all = list.querySelectorAll("li").length;
  const saved = list.querySelectorAll(".upload-saved").length;
  panel.hidden = !all;
  summary.textContent = say("finished", { saved, all });
  const conference = form.elements.conference.value;
  if (saved && conference) {
    const link = done.querySelector("a");
    link.href = link.dataset.sheet.replace("/0/", `/${conference}/`);
    done.hidden = false;
  }
  if (saved && saved === all) form.dispatchEvent(new Event("portal-saved"));
  if (finished === lines.length) {
    input.value = "";
    showChosen();
  }
}

function showChosen() {
  const files = [...input.files];
  const size = (files.reduce((sum, file) => sum + file.size, 0) / MEGABYTE).toFixed(1);
  chosen.textContent = files.length ? say("chosen", { number: files.length, size }) : "";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (sending) return;
  clearErrors();
  const files = [...input.files];
  const limit = Number(form.dataset.limit);
  if (!files.length) {
    showErrors({ pictures: [say("none")] });
  } else if (files.length > limit) {
    showErrors({ pictures: [say("many", { number: files.length, limit, name: files[limit].name })] });
  } else {
    const lines = files.map((file) => new Line(file));
    list.replaceChildren(...lines.map((line) => line.item));
    panel.hidden = false;
    panel.scrollIntoView({ block: "nearest" });
    send(lines);
  }
});

input.addEventListener("change", showChosen);
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("is-over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      showChosen();
    }
  });
}
window.addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});
