// The page: clock, tabs, theme, the stream of news; clicks go to the part that knows them.
import { $, dirty, hooks, post, redraw, show, toast } from "/static/panes.js";
import * as composer from "/static/composer.js";
import * as reading from "/static/reading.js";
import * as side from "/static/side.js";
import * as slack from "/static/slack.js";

async function moveClock(button) {
  const buttons = document.querySelectorAll("[data-clock]");
  buttons.forEach((each) => { each.disabled = true; });
  button.classList.add("working");
  const answer = await post("/page/clock", { hours: Number(button.dataset.clock ?? button.dataset.value) });
  toast(answer.message, answer.ok);
  await redraw("clock", true);
  button.classList.remove("working");
  document.querySelectorAll("[data-clock]").forEach((each) => { each.disabled = false; });
}

const doings = {
  type: (value) => slack.fill(value),
  as: (value) => { const [user, ...rest] = value.split(" "); slack.become(user); slack.fill(rest.join(" ")); },
  tab: (value) => show(value),
  open: (value) => window.open(value, "_blank", "noopener"),
};

document.addEventListener("click", (click) => {
  const target = click.target.closest("button, a, li[data-suggestion]");
  if (!target) return;
  if (target.dataset.tabTo) return show(target.dataset.tabTo);
  if (target.dataset.clock) return moveClock(target);
  if (target.dataset.do === "clock") return moveClock(target);
  if (target.dataset.do) return doings[target.dataset.do](target.dataset.value);
  if ("themeSwitch" in target.dataset) return switchTheme();
  if (!slack.clicked(target, click)) side.clicked(target, click);
});

document.addEventListener("focusout", () => setTimeout(() => {
  for (const name of [...dirty]) if (dirty.delete(name)) redraw(name);
}, 100));

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

function listen() {
  const stream = new EventSource("/page/live");
  let lost = false;
  stream.onmessage = (news) => JSON.parse(news.data).forEach((name) => redraw(name));
  stream.onerror = () => { lost = true; };
  stream.onopen = () => {
    if (lost) for (const pane of document.querySelectorAll("[data-pane]")) redraw(pane.dataset.pane);
    lost = false;
  };
}

Object.assign(hooks, { modalChanged: slack.modalChanged, modalShown: slack.modalShown, slackShown: reading.toEnd, channelShown: reading.channelShown, reading: reading.reading });
slack.start();
composer.start();
reading.start();
side.start();
show(matchMedia("(max-width: 760px)").matches ? "guide" : "slack");
for (const pane of document.querySelectorAll("[data-pane]")) redraw(pane.dataset.pane, true);
setInterval(() => redraw("clock"), 20000);
listen();
