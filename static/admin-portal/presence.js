// Gives a sign that this page is open, once it is loaded and then again and again, and shows who else has it open or has
// saved it since. Without it the page shows who had it open when it was made, and nobody is told that it is open.
const box = document.getElementById("portal-presence");
const EVERY = 20_000;
let timer = null;
let shown = box.innerHTML.trim();

function sign(...more) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  data.set("page", box.dataset.page);
  for (const name of more) data.set(name, "1");
  return data;
}

// Only what has changed is put into the page: a screen reader says it again each time.
function show(html) {
  if (html.trim() === shown) return;
  shown = html.trim();
  box.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
}

function stop() {
  clearInterval(timer);
  timer = null;
}

async function beat() {
  try {
    const response = await fetch(box.dataset.address, {method: "POST", body: sign(), redirect: "manual"});
    if (response.ok) {
      show(await response.text());
    } else if (response.status < 500) { // signed out, or the record is gone: nobody is told anything any more
      stop();
      show("");
    }
  } catch {
    // The connection is lost; the next sign may come through.
  }
}

function start() {
  if (timer) return;
  timer = setInterval(beat, EVERY);
  beat();
}

window.addEventListener("pagehide", () => {
  if (timer) navigator.sendBeacon(box.dataset.address, sign("leave"));
  stop();
});
window.addEventListener("pageshow", (event) => event.persisted && start());
document.addEventListener("visibilitychange", () => timer && document.visibilityState === "visible" && beat());
start();
