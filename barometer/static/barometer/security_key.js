// Binds the pages for security keys to allauth's functions, and says it when a key was not accepted.
(() => {
  "use strict";
  const form = document.querySelector("form[data-security-key]");
  if (!form || !window.allauth) return;
  const button = form.querySelector("[data-security-key-button]");
  const error = form.querySelector("[role=alert]");
  const field = form.elements.credential;
  button.id = "security-key-button";
  field.id = "security-key-field";
  const ids = { add: button.id, authenticate: button.id, credential: field.id, data: "security-key-data" };
  window.allauth.webauthn.forms[form.dataset.securityKey === "add" ? "addForm" : "authenticateForm"]({ ids });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    error.hidden = false;
  });
})();
