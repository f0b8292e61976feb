// Keeps in this browser what was typed in a form and not saved yet: a lost connection, an expired login or a closed tab
// costs nothing. It is offered when the form is opened again, and gone after saving, on sign-out, and after a week.
"use strict";
{
  const user = document.documentElement.querySelector("meta[name=portal-user]")?.content;
  const PREFIX = "portal-kept:";
  const key = `${PREFIX}${user}:${location.pathname}${location.search}`;
  const PUT_BACK = "portal-put-back"; // set for the reload that puts the texts back
  const SENT = "portal-sent"; // the form that was sent last, until an answer says that it is saved
  const WEEK = 7 * 24 * 3600 * 1000;
  const LEFT_OUT = new Set(["csrfmiddlewaretoken", "mark", "asked"]);

  let signedOut = false;

  // Storage may be full, forbidden or broken: then nothing is kept, and everything else works.
  function attempt(action, otherwise = null) {
    try { return action(); } catch { return otherwise; }
  }

  function read(name) {
    return attempt(() => JSON.parse(localStorage.getItem(name)));
  }

  function forgetAll(isOver) {
    attempt(() => {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith(PREFIX) && isOver(name)) localStorage.removeItem(name);
      }
    });
  }

  function fieldsOf(form) {
    return [...form.elements].filter((field) => field.name && !LEFT_OUT.has(field.name) && !field.name.includes("__prefix__")
      && !["file", "submit", "button", "password", "fieldset"].includes(field.type));
  }

  // [name, value, words]: the value is a text, whether it is ticked, or the chosen keys with the words that stand for them.
  function stateOf(field) {
    if (["checkbox", "radio"].includes(field.type)) return [`${field.name}=${field.value}`, field.checked];
    if (field.tagName === "SELECT") return [field.name, [...field.selectedOptions].map((option) => [option.value, option.text])];
    return [field.name, field.value];
  }

  function snapshot(form) {
    return Object.fromEntries(fieldsOf(form).map(stateOf));
  }

  function putInto(field, state) {
    const [name, now] = stateOf(field);
    if (!(name in state) || JSON.stringify(state[name]) === JSON.stringify(now)) return;
    if (typeof now === "boolean") {
      field.checked = state[name];
    } else if (field.tagName === "SELECT") {
      for (const [value, words] of state[name]) {
        if (![...field.options].some((option) => option.value === value)) field.add(new Option(words, value));
      }
      const chosen = new Set(state[name].map(([value]) => value));
      for (const option of field.options) option.selected = chosen.has(option.value);
    } else if (!field.name.endsWith("_FORMS")) {
      field.value = state[name];
    }
    field.dispatchEvent(new Event("change", {bubbles: true}));
  }

  // Rows that were added since the page was opened are added again, by the button that people use.
  function addRows(form, state) {
    for (const total of form.querySelectorAll("[name$='-TOTAL_FORMS']")) {
      const prefix = total.name.replace(/-TOTAL_FORMS$/, "");
      const button = document.querySelector(`#${CSS.escape(prefix)}-group .add-row a`);
      for (let left = 200; button && left && Number(total.value) < Number(state[total.name]); left--) button.click();
    }
  }

  function putBack(form) {
    const kept = read(key);
    if (!kept) return;
    const all = () => fieldsOf(form).forEach((field) => putInto(field, kept.state));
    all(); // before the editor reads its text
    window.addEventListener("load", () => setTimeout(() => {
      addRows(form, kept.state);
      all();
      form.dispatchEvent(new Event("input", {bubbles: true}));
    }));
  }

  function offer(form, kept) {
    const box = document.getElementById("portal-kept").content.firstElementChild.cloneNode(true);
    const when = new Date(kept.at).toLocaleString(document.documentElement.lang || undefined);
    box.querySelector("[data-when]").textContent = when;
    box.querySelector("[data-put-back]").addEventListener("click", () => {
      attempt(() => sessionStorage.setItem(PUT_BACK, key));
      location.reload();
    });
    box.querySelector("[data-forget]").addEventListener("click", () => {
      attempt(() => localStorage.removeItem(key));
      box.remove();
    });
    form.before(box);
  }

  function differs(form, state) {
    const now = snapshot(form);
    return Object.keys(state).some((name) => name !== "opened" && JSON.stringify(state[name]) !== JSON.stringify(now[name]));
  }

  function watch(form) {
    let waiting = null;
    const keep = () => {
      waiting = null;
      attempt(() => localStorage.setItem(key, JSON.stringify({at: Date.now(), state: snapshot(form)})));
    };
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, 300);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    window.addEventListener("pagehide", () => {
      if (waiting && !signedOut) keep();
    });
    form.addEventListener("submit", () => {
      clearTimeout(waiting);
      keep();
      attempt(() => sessionStorage.setItem(SENT, key));
    });
  }

  // A page that greets with a success is the answer to the form that was sent: it is saved.
  function forgetWhatIsSaved() {
    const sent = attempt(() => sessionStorage.getItem(SENT));
    if (!sent || !document.querySelector(".messagelist .success") || document.querySelector(".portal-problems, .errornote")) return;
    attempt(() => localStorage.removeItem(sent));
    attempt(() => sessionStorage.removeItem(SENT));
  }

  if (user) {
    forgetWhatIsSaved();
    forgetAll((name) => Date.now() - (read(name)?.at ?? 0) > WEEK);
    document.getElementById("logout-form")?.addEventListener("submit", () => {
      signedOut = true;
      forgetAll(() => true);
    });
    const form = document.querySelector("#content-main > form[data-kept], #content-main > form[id$='_form']:not(#changelist-form):not(#user_form)");
    if (form && !document.body.classList.contains("popup")) {
      if (attempt(() => sessionStorage.getItem(PUT_BACK)) === key) {
        attempt(() => sessionStorage.removeItem(PUT_BACK));
        putBack(form);
      } else {
        const kept = read(key);
        if (kept && differs(form, kept.state) && !document.querySelector(".portal-problems, .errornote")) offer(form, kept);
      }
      watch(form);
    }
  }
}
