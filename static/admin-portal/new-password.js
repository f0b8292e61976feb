// Takes the link from the address into the form. What is behind the “#” is sent to no server until the form is.
"use strict";
{
  const field = document.getElementById("id_link");
  if (field && location.hash.length > 1) {
    field.value = location.hash.slice(1);
    field.closest("[data-link]").hidden = true;
    history.replaceState(null, "", location.pathname);
  }
}
