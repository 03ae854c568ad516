// Saves a draft while somebody types, and warns before unsaved text is left. The page works the same without it.
(() => {
  "use strict";
  const form = document.getElementById("page");
  if (!form) return;
  const word = form.dataset.draft; // absent until the first page has been sent: opening a link must store nothing
  const status = document.getElementById("draft-status");
  const PAUSE = 1500; // milliseconds without a key
  let unsaved = false, leaving = false, sending = null, timer = 0, off = word === undefined;

  async function save() {
    clearTimeout(timer);
    if (off || sending || !unsaved) return;
    unsaved = false;
    const body = new URLSearchParams(new FormData(form));
    body.append("draft", "1");
    const keepalive = body.toString().length < 60000; // survives the closing of the page
    const options = { method: "POST", body, redirect: "manual", credentials: "omit", keepalive };
    sending = fetch(form.action, options);
    try {
      const answer = await sending;
      const saved = answer.ok ? await answer.json() : {};
      if (saved.stored) {
        form.elements._stored.value = saved.stored;
        form.elements.by_hand.value ||= saved.by_hand;
        if (!unsaved) status.textContent = word;
      } else {
        off = unsaved = true; // somebody else was here, or the questionnaire is closed: the button tells
        status.textContent = "";
      }
    } catch {
      unsaved = true; // no network just now
    } finally {
      sending = null;
    }
  }

  function changed(pause) {
    unsaved = true;
    status.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  form.addEventListener("input", () => changed(PAUSE));
  form.addEventListener("change", () => changed(200));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });

  form.addEventListener("submit", (event) => {
    leaving = true;
    clearTimeout(timer);
    if (!sending) return;
    event.preventDefault(); // the draft on its way first, or the page would find its own answers changed
    const button = event.submitter;
    const go = () => form.requestSubmit(button);
    sending.then(() => setTimeout(go), () => setTimeout(go));
  });

  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    const text = form.querySelector("textarea, input[type=text]");
    if (unsaved && text && !leaving) event.preventDefault();
  });
})();
