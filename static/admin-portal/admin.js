// What the portal adds to the admin's forms: addresses made from names, names for the rich text boxes, order of new rows,
// a warning before typed text is left behind. Everything works without it.
"use strict";
{
  // The rich text box is made by the editor's script and has no name of its own: it takes that of its label.
  function nameEditor(textarea) {
    const box = textarea.closest(".prose-editor")?.querySelector("[contenteditable]");
    if (!box) return;
    const label = document.querySelector(`label[for="${CSS.escape(textarea.id)}"]`);
    box.setAttribute("role", "textbox");
    box.setAttribute("aria-multiline", "true");
    box.setAttribute("aria-label", label ? label.textContent.trim().replace(/:$/, "") : textarea.name);
    for (const name of ["lang", "dir"]) {
      if (textarea.hasAttribute(name)) box.setAttribute(name, textarea.getAttribute(name));
    }
  }
  document.addEventListener("prose-editor:ready", (event) => nameEditor(event.detail.textarea));

  // Fields in rows have their name in the head of the table only; where a row takes several lines, each cell shows its own.
  function nameRowFields(root) {
    for (const table of root.querySelectorAll(".tabular.inline-related table")) {
      const heads = [...table.querySelectorAll("thead th")].map((th) => th.textContent.trim());
      table.classList.add("portal-named");
      for (const row of table.querySelectorAll("tbody tr.form-row")) {
        [...row.children].forEach((cell, column) => {
          if (heads[column]) cell.dataset.label = heads[column];
          for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
            if (!field.hasAttribute("aria-label") && heads[column]) field.setAttribute("aria-label", heads[column]);
          }
        });
      }
    }
  }

  // The autocomplete boxes are made by select2, which leaves them without a name.
  function nameAutocomplete(select) {
    const box = select.parentElement.querySelector(".select2-container");
    const label = select.getAttribute("aria-label") || document.querySelector(`label[for="${CSS.escape(select.id)}"]`)?.textContent;
    if (!box || !label) return;
    const name = label.trim().replace(/:$/, "");
    const combobox = box.querySelector("[role=combobox]");
    combobox?.removeAttribute("aria-labelledby");
    combobox?.setAttribute("aria-label", name);
    const shown = box.querySelector(".select2-selection--single .select2-selection__rendered");
    shown?.removeAttribute("role");
    shown?.removeAttribute("aria-readonly");
    if (shown) combobox.setAttribute("aria-description", shown.title || shown.textContent);
    box.querySelector("input.select2-search__field")?.setAttribute("aria-label", name);
  }

  function nameAutocompletes() {
    document.querySelectorAll("select.admin-autocomplete").forEach(nameAutocomplete);
  }

  // Django's own chooser of several puts a name on an element that may have none.
  function nameTooltips() {
    for (const icon of document.querySelectorAll("span.help-tooltip[aria-label]")) icon.setAttribute("role", "img");
  }

  // The address follows the name until somebody writes it, or the record has one.
  function prefill(slug) {
    const source = document.getElementById(`id_${slug.dataset.prefillFrom}`);
    if (!source || slug.value) return;
    let own = true;
    const follow = () => {
      if (own && typeof URLify === "function") slug.value = URLify(source.value, 90, false);
    };
    slug.addEventListener("input", () => { own = slug.value === ""; });
    source.addEventListener("input", follow);
    follow(); // a name typed before this script was there counts as well
  }

  // New rows go to the end.
  document.addEventListener("formset:added", (event) => {
    nameRowFields(document);
    setTimeout(nameAutocompletes);
    const order = event.target.querySelector(".vOrder");
    const rows = event.target.parentElement?.querySelectorAll("tr.form-row:not(.empty-form) .vOrder");
    if (order && rows) {
      const highest = Math.max(0, ...[...rows].filter((field) => field !== order).map((field) => Number(field.value) || 0));
      order.value = highest + 1;
    }
  });

  function warnBeforeLeaving(form) {
    let typed = false;
    form.addEventListener("input", () => { typed = true; });
    form.addEventListener("submit", () => { typed = false; });
    window.addEventListener("beforeunload", (event) => {
      if (typed) event.preventDefault();
    });
  }

  // Releases are told in the conference's time zone and in UTC; here also in the reader's own.
  function showOwnTime(line) {
    // Each part by itself: a style for the whole may not be joined with the name of the time zone.
    const format = {
      year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
    };
    line.append(new Date(line.dataset.ownTime).toLocaleString(document.documentElement.lang || undefined, format));
    line.hidden = false;
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-own-time]").forEach(showOwnTime);
    document.querySelectorAll(".prose-editor > textarea").forEach(nameEditor);
    nameRowFields(document);
    document.querySelectorAll("[data-prefill-from]").forEach(prefill);
    document.addEventListener("change", (event) => {
      if (event.target.matches("select.admin-autocomplete")) nameAutocomplete(event.target);
    });
    document.querySelectorAll("#content-main > form").forEach(warnBeforeLeaving);
  });

  // After the scripts of Django and select2, which wait for the same events.
  window.addEventListener("load", () => setTimeout(() => {
    nameAutocompletes();
    nameTooltips();
    document.documentElement.dataset.portalReady = ""; // for tests and tools that look at the page as a whole
  }));
}
