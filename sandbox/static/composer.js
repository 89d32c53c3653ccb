// Where one types: messages, commands with suggestions, what was typed before.
import { $, post, redraw, show, state, toast } from "/static/panes.js";
import { awaitAnswer, toEnd } from "/static/reading.js";

const say = $("#say");
const list = $("#suggestions");
let picked = -1;
const typed = [];
let back = 0;

export function start() {
  $("[data-composer]").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  say.addEventListener("input", () => { grow(); suggest(); });
  say.addEventListener("keydown", keys);
  say.addEventListener("blur", () => setTimeout(hide, 150));
}

export function fill(text) {
  show("slack");
  say.value = text;
  say.focus();
  grow();
  hide();
}

function grow() {
  say.style.height = "auto";
  say.style.height = `${Math.min(say.scrollHeight, 140)}px`;
}

async function send() {
  const text = say.value.trim();
  if (!text) return;
  typed.push(text);
  back = typed.length;
  say.value = "";
  grow();
  hide();
  toEnd();
  awaitAnswer();
  const answer = await post("/page/slack/say", { user: state.user, room: state.room, text });
  if (!answer.ok) toast(answer.message, false);
  await redraw("channel", true);
}

function suggest() {
  const text = say.value;
  const options = [...list.children];
  let any = false;
  for (const option of options) {
    const fits = text.startsWith("/") && option.dataset.suggestion.startsWith(text.trimEnd()) && option.dataset.suggestion !== text;
    option.hidden = !fits;
    any ||= fits;
  }
  picked = -1;
  mark(options);
  list.hidden = !any;
  say.setAttribute("aria-expanded", String(any));
}

function hide() {
  list.hidden = true;
  say.setAttribute("aria-expanded", "false");
}

function mark(options) {
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === picked)));
}

function keys(event) {
  const options = [...list.children];
  const shown = options.filter((option) => !option.hidden);
  if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = shown.indexOf(options[picked]);
    picked = options.indexOf(shown[(at + step + shown.length + (at < 0 && step < 0 ? 1 : 0)) % shown.length]);
    mark(options);
  } else if (!list.hidden && event.key === "Tab" && shown.length) {
    event.preventDefault();
    take(picked >= 0 ? options[picked] : shown[0]);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (!list.hidden && picked >= 0) take(options[picked]);
    else send();
  } else if (event.key === "ArrowUp" && !say.value && typed.length) {
    event.preventDefault();
    back = typed.length - 1;
    say.value = typed[back];
  } else if (event.key === "Escape") hide();
}

export function take(option) {
  say.value = option.dataset.suggestion;
  say.focus();
  grow();
  hide();
}
