// Shows the preview anew while somebody types. The page works the same without it, by its button.
(() => {
  "use strict";
  const form = document.getElementById("mail-text");
  const preview = document.getElementById("preview");
  if (!form || !preview) return;
  const PAUSE = 800; // milliseconds without a key
  let timer = 0, latest = 0;

  async function show() {
    const number = ++latest;
    const body = new URLSearchParams(new FormData(form));
    body.set("act", "preview");
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const shown = page.getElementById("preview");
      if (shown && number === latest) preview.replaceChildren(...shown.childNodes);
    } catch {
      // no network just now: the button tells
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
})();
