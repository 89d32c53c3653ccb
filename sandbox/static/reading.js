// Where in the channel somebody reads: at its end, or at an answer that only they see.
import { $ } from "/static/panes.js";

const pane = $('[data-pane="channel"]');

export function start() {
  pane.addEventListener("scroll", newer, { passive: true });
  for (const name of ["wheel", "touchmove", "keydown"]) pane.addEventListener(name, () => { pinned = ""; }, { passive: true });
}

export function toEnd() {
  pinned = "";
  pane.scrollTop = pane.scrollHeight;
  newer();
}

// An answer that only this person sees is read in peace: the channel does not run on below it.
let pinned = "";
let awaited = null;

export const reading = () => pinned;

const whispers = () => [...pane.querySelectorAll(".whisper")].map((each) => each.dataset.ts);

export function awaitAnswer() {
  awaited = { known: new Set(whispers()), until: Date.now() + 15000 };
}

export function channelShown() {
  newer();
  if (!awaited || Date.now() > awaited.until) return false;
  const fresh = [...pane.querySelectorAll(".whisper")].filter((each) => !awaited.known.has(each.dataset.ts)).pop();
  if (!fresh) return false;
  awaited = null;
  fresh.closest("details")?.setAttribute("open", "");
  pinned = fresh.closest(".msg:not(.small)")?.dataset.ts ?? fresh.dataset.ts;
  const height = fresh.getBoundingClientRect().height;
  fresh.scrollIntoView({ block: height > pane.clientHeight ? "start" : "end" });
  return true;
}

function newer() {
  $("[data-newer]").hidden = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 90;
}

