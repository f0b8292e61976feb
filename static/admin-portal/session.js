// Warns some minutes before a session ends and offers to stay signed in. Other tabs with the same session put its end off too.
"use strict";
{
  const session = document.querySelector("meta[name=portal-session]");
  const NAME = "portal-session-end";
  const WARNED = 5 * 60 * 1000; // milliseconds before the end
  const box = document.getElementById("portal-session").content.firstElementChild.cloneNode(true);
  const stay = box.querySelector("[data-stay]");
  let ownEnd;

  function attempt(action, otherwise = null) {
    try { return action(); } catch { return otherwise; }
  }

  function lastsFor(seconds) {
    ownEnd = Date.now() + seconds * 1000;
    attempt(() => localStorage.setItem(NAME, ownEnd));
    show();
  }

  // What is read aloud is changed only when something else is to be said.
  function show() {
    const end = Number(attempt(() => localStorage.getItem(NAME)) ?? ownEnd);
    const left = end - Date.now();
    if (left > WARNED) return box.remove();
    const time = new Date(end).toLocaleTimeString(document.documentElement.lang || undefined, {hour: "numeric", minute: "2-digit"});
    const line = box.querySelector("[data-time]");
    if (line.textContent !== time) line.textContent = time;
    box.querySelector("[data-soon]").hidden = left <= 0;
    box.querySelector("[data-over]").hidden = left > 0;
    if (!box.isConnected) document.body.append(box);
  }

  stay.addEventListener("click", async () => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const response = await fetch(session.dataset.address, {method: "POST", body: data, redirect: "manual"}).catch(() => null);
    if (response?.ok) {
      const {seconds} = await response.json();
      lastsFor(seconds);
      stay.hidden = seconds * 1000 <= WARNED; // the twelve hours are nearly over
    } else if (response && response.status < 500) {
      lastsFor(0);
    }
  });
  box.querySelector("[data-again]").addEventListener("click", () => location.reload());
  window.addEventListener("storage", (event) => event.key === NAME && show());
  document.addEventListener("visibilitychange", show);
  setInterval(show, 10_000);
  lastsFor(Number(session.content));
}
