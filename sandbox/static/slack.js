// The Slack-like channel: who looks at which room, pressed buttons, filled modals.
import * as composer from "/static/composer.js";
import { $, post, redraw, state, toast } from "/static/panes.js";
import { awaitAnswer, toEnd } from "/static/reading.js";

export function start() {
  const known = localStorage.getItem("user");
  const who = $("[data-user]");
  if (known && [...who.options].some((option) => option.value === known)) who.value = known;
  state.user = who.value;
  who.addEventListener("change", () => become(who.value));
  document.addEventListener("change", changed);
  document.addEventListener("input", searched);
  document.addEventListener("submit", submitted);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $(".modal")) close("one");
  });
}

export function fill(text) {
  enter("channel");
  composer.fill(text);
}

export function become(user) {
  $("[data-user]").value = user;
  state.user = user;
  localStorage.setItem("user", user);
  for (const name of ["channel", "modal", "object"]) redraw(name, true);
  if (state.room === "home") post("/page/slack/home", { user });
}

function enter(room) {
  state.room = room;
  for (const each of document.querySelectorAll("[data-room]")) each.setAttribute("aria-pressed", String(each.dataset.room === room));
}

function origin(element) {
  const message = element.closest("[data-ts]");
  const view = element.closest("[data-view]");
  return message ? { ts: message.dataset.ts } : view ? { view: view.dataset.view } : {};
}

function raw(field) {
  const kind = field.dataset.field;
  if (kind === "checkbox") return [...field.querySelectorAll("input:checked")].map((each) => each.value);
  if (kind === "radio") return field.querySelector("input:checked")?.value ?? "";
  if (kind === "moment") return field.value ? String(Math.floor(new Date(field.value).getTime() / 1000)) : "";
  if (kind === "files") return field.dataset.ids ? field.dataset.ids.split(" ") : [];
  if (kind === "many") return field.value ? [field.value] : [];
  if (field.multiple) return [...field.selectedOptions].map((each) => each.value);
  return field.value;
}

function values(root) {
  const all = {};
  for (const field of root.querySelectorAll("[data-field]")) {
    (all[field.dataset.block] ??= {})[field.dataset.action] = raw(field);
  }
  return all;
}

function container(element) {
  return element.closest("[data-ts], [data-view]");
}

async function press(element, value) {
  const home = container(element);
  const trouble = home.querySelector(".trouble");
  if (trouble) trouble.hidden = true;
  element.classList.add("working");
  awaitAnswer();
  const answer = await post("/page/slack/press", {
    user: state.user, room: state.room, block: element.dataset.block, action: element.dataset.action, raw: value,
    values: values(home), ...origin(element),
  });
  element.classList.remove("working");
  if (!answer.ok && trouble) {
    trouble.textContent = `⚠ ${answer.message}`;
    trouble.hidden = false;
  } else if (!answer.ok) toast(answer.message, false);
}

function sure(element) {
  const ask = element.dataset;
  if (!ask.confirmTitle) return Promise.resolve(true);
  return new Promise((answered) => {
    const dialog = document.createElement("dialog");
    dialog.className = "confirm";
    const title = Object.assign(document.createElement("h2"), { textContent: ask.confirmTitle });
    const text = Object.assign(document.createElement("p"), { textContent: ask.confirmText });
    const no = Object.assign(document.createElement("button"), { textContent: ask.confirmNo, className: "b-button" });
    const yes = Object.assign(document.createElement("button"), { textContent: ask.confirmYes, className: "b-button primary" });
    const row = Object.assign(document.createElement("div"), { className: "b-actions" });
    row.append(no, yes);
    dialog.append(title, text, row);
    document.body.append(dialog);
    const end = (answer) => { dialog.remove(); answered(answer); };
    no.onclick = () => end(false);
    yes.onclick = () => end(true);
    dialog.oncancel = () => end(false);
    dialog.showModal();
  });
}

export function clicked(target, click) {
  if (target.dataset.suggestion) { composer.take(target); return true; }
  if (target.dataset.room) {
    enter(target.dataset.room);
    if (state.room === "home") post("/page/slack/home", { user: state.user });
    $("[data-composer]").hidden = state.room === "home";
    redraw("channel", true).then(toEnd);
    return true;
  }
  if ("press" in target.dataset) {
    if (target.tagName !== "A") click.preventDefault();
    target.closest("details.b-overflow")?.removeAttribute("open");
    sure(target).then((go) => go && press(target, target.dataset.raw ?? null));
    return true;
  }
  if (target.dataset.pick !== undefined) { pick(target); return true; }
  if ("newer" in target.dataset) { toEnd(); return true; }
  if ("dismiss" in target.dataset) {
    post("/page/slack/dismiss", { user: state.user, room: state.room, ts: target.closest("[data-ts]").dataset.ts });
    return true;
  }
  if (target.dataset.object) {
    const ts = target.closest("[data-ts]").dataset.ts;
    post("/page/slack/object", { user: state.user, room: state.room, ts, place: Number(target.dataset.object) })
      .then((answer) => answer.ok || toast(answer.message, false));
    return true;
  }
  if ("objectClose" in target.dataset) { post("/page/slack/object", { user: state.user }); return true; }
  if (target.dataset.close) { close(target.dataset.close); return true; }
  return false;
}

// Slack uploads a file as soon as it is chosen; the form or message then names it.
async function uploaded(files) {
  const ids = [];
  for (const file of files) {
    const query = new URLSearchParams({ user: state.user, name: file.name });
    try {
      const answer = await (await fetch(`/page/slack/upload?${query}`, { method: "POST", body: file })).json();
      if (answer.ok) ids.push(answer.id);
      else toast(answer.message, false);
    } catch {
      toast(`${file.name} was not taken; it may be too large.`, false);
    }
  }
  return ids;
}

async function chosen(input) {
  const field = input.closest("[data-field]");
  const files = [...input.files].slice(0, Number(field.dataset.most));
  const told = field.querySelector("[data-chosen]");
  told.textContent = "Uploading …";
  field.dataset.ids = (await uploaded(files)).join(" ");
  told.textContent = field.dataset.ids ? files.map((file) => file.name).join(", ") : "Nothing was uploaded.";
}

async function attached(input) {
  const ids = await uploaded([...input.files]);
  input.value = "";
  if (!ids.length) return;
  toEnd();
  const answer = await post("/page/slack/share", { user: state.user, room: state.room, files: ids });
  if (!answer.ok) toast(answer.message, false);
  await redraw("channel", true);
}

function changed(event) {
  if ("choose" in event.target.dataset) { chosen(event.target); return; }
  if ("attach" in event.target.dataset) { attached(event.target); return; }
  const field = event.target.closest("[data-field][data-dispatch]");
  if (!field || !container(field)) return;
  sure(field).then((go) => go && press(field, raw(field)));
}

let pause = 0;
function searched(event) {
  if (!("suggest" in event.target.dataset)) return;
  clearTimeout(pause);
  pause = setTimeout(() => offer(event.target), 200);
}

async function offer(input) {
  const box = input.closest(".b-search");
  const menu = box.querySelector(".b-menu");
  const answer = await post("/page/slack/suggest", {
    user: state.user, room: state.room, block: box.dataset.block, action: box.dataset.action, text: input.value, ...origin(box),
  });
  menu.replaceChildren(...(answer.options ?? []).map((option) => {
    const each = Object.assign(document.createElement("button"), { type: "button", textContent: option.text });
    each.dataset.pick = option.value;
    return each;
  }));
  menu.hidden = false;
  if (!menu.children.length) menu.textContent = "Nothing found";
}

function pick(option) {
  const box = option.closest(".b-search");
  box.querySelector("[data-suggest]").value = option.textContent;
  const field = box.querySelector("[data-field]");
  field.value = option.dataset.pick;
  box.querySelector(".b-menu").hidden = true;
  if ("dispatch" in field.dataset) press(field, raw(field));
}

async function submitted(event) {
  const form = event.target.closest(".modal");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (!button || button.disabled) return;
  button.disabled = true;
  form.classList.add("working");
  const answer = await post("/page/slack/submit", { user: state.user, view: form.dataset.view, values: values(form) });
  button.disabled = false;
  form.classList.remove("working");
  for (const each of form.querySelectorAll("[data-error]")) {
    const text = answer.errors?.[each.dataset.error] ?? "";
    each.textContent = text;
    each.closest(".b-input").classList.toggle("wrong", text !== "");
  }
  const trouble = form.querySelector(".trouble");
  trouble.hidden = answer.ok;
  trouble.textContent = answer.ok ? "" : `⚠ ${answer.message}`;
  form.querySelector(".wrong [data-field]")?.focus();
  if (answer.ok && !Object.keys(answer.errors ?? {}).length) redraw("modal", true);
}

async function close(how) {
  const form = $(".modal");
  await post("/page/slack/close", { user: state.user, view: form.dataset.view, how });
  redraw("modal", true);
}

// What is typed into a modal stays unless the product has changed the view.
export function modalChanged(pane, html) {
  const old = $(".modal", pane);
  const hash = html.match(/data-hash="([^"]*)"/)?.[1];
  return !old || old.dataset.hash !== hash;
}

export function modalShown(pane) {
  for (const field of pane.querySelectorAll('[data-field="moment"][data-initial]')) {
    if (field.dataset.initial) {
      const at = new Date(Number(field.dataset.initial) * 1000);
      field.value = new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
    }
  }
  pane.querySelector(".modal-body [data-field], .modal-body input, .modal footer [type=submit]")?.focus();
}
