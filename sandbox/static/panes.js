// What all parts share: who looks at what, asking the sandbox, and drawing a pane anew.

export const state = { user: document.querySelector("[data-user]").value, room: "channel", mail: "", part: "html", box: "" };

const busy = new Set();
export const dirty = new Set();

// What single panes want to know; the part that knows them puts its functions here.
export const hooks = { modalChanged: () => true, modalShown: () => {}, slackShown: () => {}, channelShown: () => false, reading: () => "" };

export const $ = (selector, root = document) => root.querySelector(selector);

export async function post(address, body = {}) {
  try {
    const answer = await fetch(address, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!answer.ok) return { ok: false, message: (await answer.text()).slice(0, 200) || "This did not work." };
    return await answer.json();
  } catch {
    return { ok: false, message: "The sandbox does not answer. Is the demo still running?" };
  }
}

export function toast(message, ok = true) {
  if (!message) return;
  const box = document.createElement("p");
  box.className = ok ? "toast" : "toast bad";
  box.textContent = message;
  $(".toasts").append(box);
  setTimeout(() => box.remove(), ok ? 4000 : 8000);
}

function address(pane) {
  const query = new URLSearchParams(state);
  if (pane === "channel") query.set("keep", hooks.reading());
  if (pane !== "mail") for (const name of ["mail", "part", "box"]) query.delete(name);
  return `/page/pane/${pane}?${query}`;
}

// A pane in which somebody types waits until they are done.
function isTyping(pane) {
  const at = document.activeElement;
  return pane.contains(at) && at.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") && at.value !== "";
}

export async function redraw(name, force = false) {
  const pane = $(`[data-pane="${name}"]`);
  if (busy.has(name) || (!force && isTyping(pane))) {
    dirty.add(name);
    return;
  }
  busy.add(name);
  try {
    const answer = await fetch(address(name));
    if (answer.ok) swap(pane, name, await answer.text());
  } catch {
    dirty.add(name); // the stream comes back and asks again
  } finally {
    busy.delete(name);
  }
  if (dirty.delete(name)) setTimeout(() => redraw(name), 150);
}

function swap(pane, name, html) {
  if (pane.dataset.last === html) return;
  const first = pane.dataset.last === undefined;
  pane.dataset.last = html;
  const open = new Set([...pane.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key));
  const focus = document.activeElement && pane.contains(document.activeElement) ? document.activeElement.id : "";
  const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 90;
  const top = pane.scrollTop;
  const anchor = name === "channel" ? firstSeen(pane) : null;
  if (name === "modal" && !hooks.modalChanged(pane, html)) return;
  pane.innerHTML = html;
  for (const each of pane.querySelectorAll("details[data-key]")) if (open.has(each.dataset.key)) each.open = true;
  pane.scrollTop = top;
  if (name === "channel" && !hooks.channelShown(pane)) {
    if ((atEnd && !hooks.reading()) || first) pane.scrollTop = pane.scrollHeight;
    else stay(pane, anchor);
  }
  if (focus) document.getElementById(focus)?.focus();
  if (name === "modal") hooks.modalShown(pane);
  counts();
}

// The message at the top of the window stays where it is while others come, go and grow.
function firstSeen(pane) {
  const edge = pane.getBoundingClientRect().top;
  for (const each of pane.querySelectorAll(":scope > .msg")) {
    const box = each.getBoundingClientRect();
    if (box.bottom > edge) return { ts: each.dataset.ts, from: box.top - edge };
  }
  return null;
}

function stay(pane, anchor) {
  const same = anchor && pane.querySelector(`:scope > .msg[data-ts="${anchor.ts}"]`);
  if (same) pane.scrollTop += same.getBoundingClientRect().top - pane.getBoundingClientRect().top - anchor.from;
}

function counts() {
  const unread = Number($('[data-pane="mail"] [data-unread]')?.dataset.unread ?? 0);
  for (const badge of document.querySelectorAll('[data-count="mail"]')) {
    badge.hidden = unread === 0;
    badge.textContent = unread > 99 ? "99+" : unread;
  }
}

export function show(tab) {
  document.body.dataset.tab = tab;
  if (tab === "mail" || tab === "stripe") document.body.dataset.side = tab;
  for (const each of document.querySelectorAll("[data-tab-to]")) {
    const beside = each.closest(".side-tabs") || (tab === "slack" && matchMedia("(min-width: 761px)").matches);
    const current = beside ? document.body.dataset.side : tab;
    each.setAttribute("aria-pressed", String(each.dataset.tabTo === current));
  }
  if (tab === "slack") hooks.slackShown();
}
