// Suggest titles and names while somebody types into a search box. Without script the box searches all the same.
// It is the combobox with a listbox of the ARIA Authoring Practices: the focus stays in the box, the arrows choose in the list.
const PAUSE = 150; // milliseconds without typing before suggestions are asked for
const ENOUGH = /\p{Script=Han}|[\p{L}\p{N}].*[\p{L}\p{N}]/su; // one Chinese character, or two letters

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function suggestFor(box, number) {
  const list = element("ul", { role: "listbox", id: `suggestions-${number}`, class: "suggestions", hidden: "" });
  const status = element("p", { role: "status", class: "hidden" });
  let timer = null;
  let request = null;
  let addresses = [];
  let chosen = -1;

  function choose(place) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = place;
    const option = list.children[place];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  }

  function open(isOpen) {
    choose(-1);
    list.hidden = !isOpen;
    box.setAttribute("aria-expanded", String(isOpen));
  }

  function stop() {
    clearTimeout(timer);
    request?.abort();
    open(false);
  }

  function show(answer) {
    addresses = answer.suggestions.map((each) => each.address);
    list.setAttribute("aria-label", answer.label);
    list.replaceChildren(
      ...answer.suggestions.map(({ title, lang, dir, kind }, place) =>
        element(
          "li",
          { role: "option", id: `${list.id}-${place}`, "aria-selected": "false" },
          element("span", { lang, dir }, title),
          " ",
          element("small", {}, kind),
        ),
      ),
    );
    status.textContent = answer.message;
    open(addresses.length > 0);
  }

  async function ask(words) {
    request = new AbortController();
    const { signal } = request;
    try {
      const response = await fetch(`${box.dataset.suggestions}?${new URLSearchParams({ q: words })}`, { signal });
      const answer = await response.json();
      if (!signal.aborted) show(answer);
    } catch {
      // A newer request has replaced this one, or the connection is lost: the box searches without suggestions.
    }
  }

  function typed(event) {
    if (event.isComposing) return;
    clearTimeout(timer);
    request?.abort();
    const words = box.value.trim();
    if (ENOUGH.test(words)) {
      timer = setTimeout(ask, PAUSE, words);
    } else {
      status.textContent = "";
      addresses = [];
      open(false);
    }
  }

  function pressed(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && addresses.length) {
      event.preventDefault();
      const places = addresses.length + 1; // the last one is the box itself
      const next = list.hidden ? (step > 0 ? 0 : places - 2) : (chosen + places + step) % places;
      if (list.hidden) open(true);
      choose(next === places - 1 ? -1 : next);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // of a box for searches, it would clear what was typed
      stop();
    } else if (event.key === "Enter") {
      clearTimeout(timer);
      if (chosen >= 0) {
        event.preventDefault();
        location.assign(addresses[chosen]);
      }
    }
  }

  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    box.setAttribute(name, value);
  }
  box.after(list);
  list.after(status);
  box.parentElement.classList.add("suggesting");
  box.addEventListener("input", typed);
  box.addEventListener("compositionend", typed);
  box.addEventListener("keydown", pressed);
  box.addEventListener("blur", stop);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (place >= 0) location.assign(addresses[place]);
  });
  window.addEventListener("pagehide", stop);
}

document.querySelectorAll("input[type=search][name=q][data-suggestions]").forEach(suggestFor);
