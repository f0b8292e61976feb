// Keeps in this browser what was typed in a form and not saved yet: a lost connection, an expired login or a closed tab
// costs nothing. It is offered when the form is opened again, and gone after saving, on sign-out, and after a week.
"use strict";
{
  const user = document.documentElement.querySelector("meta[name=portal-user]")?.content;
  const form = document.querySelector("#content-main > form[data-kept], #content-main > form[id$='_form']:not(#changelist-form):not(#user_form)");
  const isRefused = Boolean(document.querySelector(".portal-problems, .errornote"));
  const PREFIX = "portal-unsaved-copy:";
  const WHO = "portal-signed-in"; // who is signed in with this browser: the pages of nobody else keep anything
  const PUT_BACK = "portal-put-back"; // the text that the reload puts back
  const SENT = "portal-sent"; // the text of the form that this tab has sent last
  const WEEK = 7 * 24 * 3600 * 1000;
  const LEFT_OUT = new Set(["csrfmiddlewaretoken", "mark", "asked", "kept", "photos"]);
  const OF_ROW = /^(.+-\d+)(-[^-]+)$/; // main_topics-0-title
  const KEPT_ROW = /^(.+)-([#+])(\d+)(?=-[^-]+$)/; // main_topics-#7-title, main_topics-+0-title

  // Each form that is open keeps a text of its own, so that none overwrites another's; whose and where stands in its name.
  // What a page shows of several, such as a language of the contact sheet, is told by data-kept.
  const place = form && `${PREFIX}${user}:${location.pathname}:${form.dataset.kept ?? ""}#`;
  let own; // the name of the text that this page keeps

  // Storage may be full, forbidden or broken: then nothing is kept, and everything else works.
  function attempt(action, otherwise = null) {
    try { return action(); } catch { return otherwise; }
  }

  function read(name) {
    return attempt(() => JSON.parse(localStorage.getItem(name)));
  }

  function forget(name) {
    attempt(() => localStorage.removeItem(name));
  }

  function keptNames(start) {
    return attempt(() => Object.keys(localStorage).filter((name) => name.startsWith(start)), []);
  }

  function newToken() {
    return [...crypto.getRandomValues(new Uint32Array(4))].map((number) => number.toString(36)).join("");
  }

  // Whether anything can be kept.
  function enter() {
    return attempt(() => {
      localStorage.setItem(WHO, user);
      return true;
    }, false);
  }

  function isSignedIn() {
    return attempt(() => localStorage.getItem(WHO)) === user;
  }

  function fieldsOf(form) {
    return [...form.elements].filter((field) => field.name && !LEFT_OUT.has(field.name) && !field.name.includes("__prefix__")
      && !field.name.endsWith("_FORMS") && !["file", "submit", "button", "password", "fieldset"].includes(field.type));
  }

  // {row as the page numbers it: row as it is kept}. A row is known by its record and a new one by its turn, for somebody
  // else may have added or deleted some before the text is put back.
  function rowsOf(form) {
    const rows = new Map();
    for (const total of form.querySelectorAll("[name$='-TOTAL_FORMS']")) {
      const prefix = total.name.replace(/-TOTAL_FORMS$/, "");
      let turn = 0;
      for (let number = 0; number < Number(total.value); number++) {
        const id = form.elements[`${prefix}-${number}-id`]?.value;
        rows.set(`${prefix}-${number}`, id ? `${prefix}-#${id}` : `${prefix}-+${turn++}`);
      }
    }
    return rows;
  }

  // [name, value]: the value is a text, whether it is ticked, or the chosen keys with the words that stand for them.
  function stateOf(field, rows) {
    const [, row, rest] = field.name.match(OF_ROW) ?? [];
    const name = rows.has(row) ? rows.get(row) + rest : field.name;
    if (["checkbox", "radio"].includes(field.type)) return [`${name}=${field.value}`, field.checked];
    if (field.tagName === "SELECT") return [name, [...field.selectedOptions].map((option) => [option.value, option.text])];
    return [name, field.value];
  }

  function snapshot(form) {
    const rows = rowsOf(form);
    return Object.fromEntries(fieldsOf(form).map((field) => stateOf(field, rows)));
  }

  function putInto(field, rows, state) {
    const [name, now] = stateOf(field, rows);
    if (!(name in state) || JSON.stringify(state[name]) === JSON.stringify(now)) return;
    if (name === "opened") {
      // What is put back was opened then; what others have added since, now.
      field.value = attempt(() => JSON.stringify({...JSON.parse(now), ...JSON.parse(state.opened)}), now);
    } else if (typeof now === "boolean") {
      field.checked = state[name];
    } else if (field.tagName === "SELECT") {
      for (const [value, words] of state[name]) {
        if (![...field.options].some((option) => option.value === value)) field.add(new Option(words, value));
      }
      const chosen = new Set(state[name].map(([value]) => value));
      for (const option of field.options) option.selected = chosen.has(option.value);
    } else {
      field.value = state[name];
    }
    field.dispatchEvent(new Event("change", {bubbles: true}));
  }

  // Rows that the page has not are added by the button that people use. One whose record was deleted meanwhile is sent as
  // what it was, so that the server asks about it.
  function addRows(form, state) {
    const there = new Set(rowsOf(form).values());
    const kept = new Map(Object.keys(state).map((name) => name.match(KEPT_ROW)).filter(Boolean).map((found) => [found[0], found]));
    for (const [row, [, prefix, mark, key]] of kept) {
      const total = form.elements[`${prefix}-TOTAL_FORMS`];
      if (there.has(row) || !total) continue;
      const number = total.value;
      document.querySelector(`#${CSS.escape(prefix)}-group .add-row a`)?.click();
      if (mark === "#" && total.value !== number) form.elements[`${prefix}-${number}-id`].value = key;
    }
  }

  function putBack(form, name) {
    // It is this page's now; where there is no room for it under the new name, it stays under the old one.
    attempt(() => sessionStorage.removeItem(PUT_BACK));
    attempt(() => {
      localStorage.setItem(own, localStorage.getItem(name));
      localStorage.removeItem(name);
    });
    const kept = read(own) ?? read(name);
    const all = () => {
      const rows = rowsOf(form);
      fieldsOf(form).forEach((field) => putInto(field, rows, kept.state));
    };
    all(); // before the editor reads its text
    window.addEventListener("load", () => setTimeout(() => {
      addRows(form, kept.state);
      all();
      form.dispatchEvent(new Event("input", {bubbles: true}));
    }));
  }

  function differs(form, state) {
    const now = snapshot(form);
    return Object.keys(state).some((name) => name !== "opened" && JSON.stringify(state[name]) !== JSON.stringify(now[name]));
  }

  // The latest of the texts that were neither saved nor answered for.
  function offer(form) {
    const texts = keptNames(place).filter((name) => name !== own).map((name) => ({name, ...read(name)}));
    const [kept] = texts.sort((one, other) => other.at - one.at);
    if (!kept) return;
    const box = document.getElementById("portal-unsaved-copy").content.firstElementChild.cloneNode(true);
    box.querySelector("[data-when]").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang || undefined);
    box.querySelector("[data-put-back]").addEventListener("click", () => {
      attempt(() => sessionStorage.setItem(PUT_BACK, kept.name));
      location.reload();
    });
    box.querySelector("[data-forget]").addEventListener("click", () => {
      forget(kept.name);
      box.remove();
      offer(form);
    });
    window.addEventListener("storage", () => {
      if (!read(kept.name)) box.remove(); // saved, put back or forgotten in another tab
    });
    form.before(box);
  }

  // A page that stands open while somebody signs out in another tab says that it keeps nothing any more.
  function tellWhetherKept(form) {
    const told = document.querySelector(".portal-not-unsaved-copy");
    if (isSignedIn()) told?.remove();
    else if (!told) form.before(document.getElementById("portal-not-unsaved-copy").content.firstElementChild.cloneNode(true));
  }

  function watch(form) {
    let waiting = null;
    let isTyped = false;
    let isSent = false;
    const keep = () => {
      clearTimeout(waiting);
      waiting = null;
      tellWhetherKept(form);
      if (!isSignedIn()) return;
      const before = own;
      if (isSent) own = place + newToken(); // typed after sending: the answer is not about this
      isSent = false;
      attempt(() => {
        localStorage.setItem(own, JSON.stringify({at: Date.now(), state: snapshot(form)}));
        if (own !== before) localStorage.removeItem(before);
      });
    };
    const later = () => {
      isTyped = true;
      clearTimeout(waiting);
      waiting = setTimeout(keep, 300);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    window.addEventListener("pagehide", () => {
      if (waiting) keep();
    });
    form.addEventListener("submit", () => {
      keep();
      isSent = true;
      attempt(() => sessionStorage.setItem(SENT, own));
      const token = form.elements.kept ?? form.appendChild(Object.assign(document.createElement("input"), {type: "hidden", name: "kept"}));
      token.value = own.slice(place.length);
    });
    form.addEventListener("portal-saved", () => forget(own)); // without another page
    window.addEventListener("storage", (event) => {
      if (event.key !== WHO) return;
      tellWhetherKept(form);
      if (isTyped && isSignedIn()) later();
    });
  }

  // The success of a form names the text that was kept of it; nothing else tells that it is saved.
  function forgetWhatIsSaved() {
    const words = [...document.querySelectorAll(".messagelist .success")].flatMap((line) => [...line.classList]);
    const tokens = words.filter((word) => word.startsWith("kept-")).map((word) => word.replace("kept-", "#"));
    keptNames(PREFIX).filter((name) => tokens.some((token) => name.endsWith(token))).forEach(forget);
  }

  function signOut() {
    keptNames(PREFIX).forEach(forget);
    forget(WHO);
    window.addEventListener("input", enter, {once: true}); // whoever is warned of what is not saved, and stays, is still signed in
  }

  function start(form) {
    const [toPutBack, sent] = [PUT_BACK, SENT].map((name) => attempt(() => sessionStorage.getItem(name)) ?? "");
    // A form that is refused is shown again: it is still the one that was sent.
    own = isRefused && sent.startsWith(place) ? sent : place + newToken();
    if (toPutBack.startsWith(place) && read(toPutBack)) {
      putBack(form, toPutBack);
    } else if (!isRefused) {
      keptNames(place).filter((name) => !differs(form, read(name)?.state ?? {})).forEach(forget); // the page says the same
      offer(form);
    }
    watch(form);
  }

  if (user && enter()) {
    if (!isRefused) forgetWhatIsSaved();
    keptNames(PREFIX).filter((name) => Date.now() - (read(name)?.at ?? 0) > WEEK).forEach(forget);
    document.getElementById("logout-form")?.addEventListener("submit", signOut);
    if (form && !document.body.classList.contains("popup")) start(form);
  }
}
