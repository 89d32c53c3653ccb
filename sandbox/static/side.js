// The right-hand side: mail boxes and Stripe.
import { $, post, redraw, show, state, toast } from "/static/panes.js";

export function start() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-box]")) {
      state.box = event.target.value;
      redraw("mail", true);
    }
    const weather = event.target.closest("[data-weather]");
    if (weather) change(weather);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-reply]");
    const written = event.target.closest("[data-write]");
    if (form || written || event.target.closest("[data-weather]")) event.preventDefault();
    if (form) act(form, "reply", event.submitter);
    if (written) write(written, event.submitter);
  });
}

export function clicked(target) {
  const data = target.dataset;
  if (data.mail !== undefined) return open(data.mail);
  if (data.part) {
    state.part = data.part;
    return redraw("mail", true);
  }
  if (data.mailAct) return act(target.closest("[data-reply]"), data.mailAct, target);
  if (data.stripe) return stripe(target);
  if (data.resend) return told(target, `/page/stripe/resend/${data.resend}`);
  if (data.release) return told(target, "/page/stripe/release", { order: data.release });
}

async function open(id) {
  state.mail = id;
  state.part = "html";
  show("mail");
  if (id) await post(`/page/mail/${id}/seen`);
  await redraw("mail", true);
  $('[data-pane="mail"]').scrollTop = 0;
}

async function told(button, address, body = {}) {
  button.disabled = true;
  button.classList.add("working");
  const answer = await post(address, body);
  button.disabled = false;
  button.classList.remove("working");
  toast(answer.message, answer.ok);
  return answer;
}

const MOST_OF_A_FILE = 8 * 1024 * 1024;

async function act(form, name, button) {
  const field = form.querySelector("textarea");
  const chosen = form.querySelector("[type=file]");
  const body = { text: field.value };
  if (name === "reply" && chosen.files[0]) {
    if (chosen.files[0].size > MOST_OF_A_FILE) return toast("The file is too large: 8 MB at most.", false);
    body.file = { name: chosen.files[0].name, content: await inBase64(chosen.files[0]) };
  }
  const answer = await told(button, `/page/mail/${form.dataset.reply}/${name}`, body);
  if (answer.ok && name === "reply") field.value = chosen.value = "";
  redraw("mail", true);
}

function inBase64(file) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.readAsDataURL(file);
  });
}

async function write(form, button) {
  const answer = await told(button, "/page/mail/write", Object.fromEntries(new FormData(form)));
  if (answer.ok) form.elements.text.value = "";
}

async function stripe(button) {
  const box = button.closest("[data-session]");
  const amount = box.querySelector("input")?.value ?? "";
  const answer = await told(button, `/page/stripe/${box.dataset.session}/${button.dataset.stripe}`, { amount });
  if (answer.ok) redraw("stripe", true);
}

async function change(form) {
  const fields = new FormData(form);
  const body = { signing: fields.get("signing") };
  for (const box of form.querySelectorAll("[type=checkbox]")) body[box.name] = box.checked;
  const answer = await post("/page/stripe/weather", body);
  toast(answer.message, answer.ok);
  redraw("stripe", true);
}
