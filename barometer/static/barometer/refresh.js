// Fetches the numbers of a page anew each minute, or as often as it says, in the place of those shown. The page works
// the same without it.
(() => {
  "use strict";
  const seconds = Number(document.querySelector("[data-refresh-seconds]")?.dataset.refreshSeconds ?? 60);
  const parts = () => document.querySelectorAll("[data-refresh]");
  const inUse = (part) => part.contains(document.activeElement) || !document.getSelection().isCollapsed;

  async function refresh() {
    if (document.visibilityState === "hidden") return;
    const answer = await fetch(location.href, { redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts()) {
      const fresh = page.querySelector(`[data-refresh="${part.dataset.refresh}"]`);
      if (!fresh || inUse(part)) continue; // somebody reads or presses something here: next time
      const open = [...part.querySelectorAll("details")].map((details) => details.open);
      part.replaceChildren(...fresh.childNodes);
      part.querySelectorAll("details").forEach((details, number) => { details.open = open[number] ?? false; });
    }
  }

  setInterval(() => refresh().catch(() => {}), seconds * 1000); // no network just now: the page says when its numbers are from
})();
