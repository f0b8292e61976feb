// Brings what is pasted into a rich text box to the elements that it knows, as saving does: lists of Word, levels of headings,
// notes. The server knows how; where it cannot be asked, the editor takes what it understands by itself.
"use strict";
{
  const address = document.currentScript.dataset.address;
  const editors = new Map(); // by their editable element

  document.addEventListener("prose-editor:ready", (event) => {
    const {editor} = event.detail;
    editors.set(editor.view.dom, editor);
  });

  // One line below the box, said by screen readers.
  function say(editor, message) {
    const box = editor.view.dom.closest(".prose-editor");
    let line = box.parentElement.querySelector(":scope > .portal-pasted");
    if (!line) {
      line = document.createElement("p");
      line.className = "portal-pasted help";
      line.setAttribute("role", "status");
      box.after(line);
    }
    line.textContent = message;
  }

  async function tidied(html) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    data.set("html", html.replace(/(\ssrc=["'])data:[^"']*/gi, "$1data:")); // no picture is kept, its bytes would be too many
    try {
      const response = await fetch(address, {method: "POST", body: data, redirect: "manual"});
      if (response.ok) return await response.json();
    } catch {
      // The connection is lost.
    }
    return {html, message: ""};
  }

  document.addEventListener("paste", async (event) => {
    const editor = editors.get(event.target.closest?.("[contenteditable]"));
    const html = event.clipboardData?.getData("text/html");
    if (!editor || !html || html.includes("data-pm-slice")) return; // the last: copied from such a box
    event.preventDefault();
    event.stopImmediatePropagation();
    const found = await tidied(html);
    if (found.html) editor.view.pasteHTML(found.html);
    say(editor, found.message);
  }, {capture: true});
}
