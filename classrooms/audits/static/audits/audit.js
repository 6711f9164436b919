/* A count that goes on without a network: scans wait on the telephone, the slots turn green
   at once, everything is sent when it can be. Without this file the page's forms do the same,
   one by one. */

import { newId, Queue } from "./queue.js";
import { camera, reader } from "./scanner.js";

const root = document.querySelector("[data-count]");
const say = root.dataset;
const form = root.querySelector("form.scan");
const field = form.elements.code;
const standing = root.querySelector("[data-standing]");
const said = root.querySelector("[data-said]");
const waiting = root.querySelector("[data-waiting]");
const pending = root.querySelector("[data-pending]");
const queue = new Queue(`escale.count.${say.count}.${say.person}`);
let sending = false;
let timer = 0;

function tell(text, tone) {
  said.textContent = text;
  said.dataset.tone = tone;
  if (navigator.vibrate) navigator.vibrate(tone === "success" ? 60 : [60, 80, 60]);
}

/* The device of this count that a code names, as far as this page knows. */
function slotOf(text) {
  const token = text.replace(/\/$/, "").split("/e/")[1];
  const code = token || text.trim().toUpperCase();
  const plain = code.replace(/[^0-9A-Z]/g, "");
  return Array.from(standing.querySelectorAll("[data-codes]")).find((slot) => {
    const [tag, serial, label] = slot.dataset.codes.split(" ");
    return token ? label === code : tag === code.replace(/\s+/g, "-") || serial === plain;
  });
}

function sentence(line, one) {
  return line.replace(/\{\w+\}/, () => one);
}

/* Show what waits: in its slot if it is of this count, in a list if it is not. */
function overlay() {
  const acts = queue.acts;
  const undone = new Set(acts.filter((act) => act.kind === "undo").map((act) => act.scan));
  const scans = acts.filter((act) => act.kind === "scan" && !undone.has(act.scan));
  for (const mark of ["slot--pending", "slot--leaving"]) {
    standing.querySelectorAll("." + mark).forEach((slot) => slot.classList.remove(mark));
  }
  standing.querySelectorAll(".slot [name=scan]").forEach((input) => {
    if (undone.has(input.value)) input.closest(".slot").classList.add("slot--leaving");
  });
  const others = [];
  for (const act of scans) {
    const slot = slotOf(act.text);
    if (slot) slot.classList.add("slot--pending");
    else others.push(act);
  }
  pending.replaceChildren(
    ...others.map((act) => {
      const item = document.createElement("li");
      const code = document.createElement("strong");
      item.className = "found-item";
      code.className = "tag";
      code.textContent = act.text.slice(0, 40);
      item.append(code, say.sayKept);
      return item;
    }),
  );
  pending.hidden = !others.length;
  waiting.hidden = !acts.length;
  const words = waiting.querySelector("span").dataset;
  const line = acts.length === 1 ? words.one : sentence(words.many, acts.length);
  if (waiting.lastElementChild.textContent !== line) waiting.lastElementChild.textContent = line;
}

function show(html) {
  const here = document.activeElement && standing.contains(document.activeElement);
  standing.innerHTML = html;
  queue.keep(html);
  overlay();
  if (here) field.focus({ preventScroll: true });
}

function later(delay) {
  window.clearTimeout(timer);
  timer = window.setTimeout(send, delay);
}

/* "Online" may be wrong, "offline" never is: then the browser tells when that ends. */
async function send() {
  if (sending || !navigator.onLine) return;
  sending = true;
  const acts = queue.acts.slice(0, 100);
  try {
    const answer = await fetch(say.send, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
      },
      body: JSON.stringify({ acts }),
    });
    if (answer.redirected || answer.status === 401 || answer.status === 403) {
      tell(say.saySignedOut, "warning");
      const link = document.createElement("a");
      link.href = say.login;
      link.textContent = " →";
      said.append(link);
    } else if (!answer.ok) {
      tell(say.sayRefused, "warning");
      if (answer.status >= 500) later(15000);
    } else {
      took(await answer.json(), acts);
    }
  } catch {
    later(5000);
  } finally {
    sending = false;
    overlay();
  }
}

function took(told, acts) {
  queue.drop(acts);
  show(told.html);
  const refused = told.answers.filter((answer) => answer.result === "refused");
  const last = refused[0] || told.answers[told.answers.length - 1];
  if (last) tell(last.message, last.tone);
  if (!told.open) {
    tell(last && last.message ? last.message : say.sayClosed, "warning");
    field.disabled = true;
    forget();
  } else if (queue.acts.length) {
    later(0);
  }
}

function act(kind, scan, text, via) {
  queue.add(text ? { kind, scan, text, via } : { kind, scan });
  overlay();
  send();
}

function scan(text, via) {
  const code = text.trim().slice(0, 200);
  if (!code) return;
  const slot = slotOf(code);
  const tag = slot ? slot.dataset.codes.split(" ")[0] : code.slice(0, 40);
  const seen = slot && /slot--(seen|moved|pending)/.test(slot.className);
  if (!navigator.onLine || !slot) tell(slot ? sentence(seen ? say.sayAgain : say.saySeen, tag) : say.sayKept, slot ? "success" : "warning");
  act("scan", newId(), code, via);
}

root.addEventListener("submit", (event) => {
  const sent = event.target;
  const kind = sent.dataset.act;
  if (!kind) return;
  event.preventDefault();
  if (kind === "scan") {
    const slot = sent.closest(".slot");
    if (slot && slot.classList.contains("slot--pending")) takeBack(slot);
    else scan(sent.elements.code.value, slot ? "tap" : "typed");
    if (!slot) field.value = "";
  } else {
    for (const input of sent.querySelectorAll("[name=scan]")) act(kind, input.value);
    if (!navigator.onLine) tell(say.sayKept, "success");
  }
});

/* A slot touched again before its scan was sent. */
function takeBack(slot) {
  const undone = new Set(queue.acts.filter((one) => one.kind === "undo").map((one) => one.scan));
  for (const one of queue.acts) {
    if (one.kind === "scan" && !undone.has(one.scan) && slotOf(one.text) === slot) act("undo", one.scan);
  }
}

function forget() {
  queue.clear();
  if (navigator.serviceWorker && navigator.serviceWorker.controller) {
    navigator.serviceWorker.controller.postMessage({ forget: window.location.href });
  }
}

async function keepShell() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(say.worker).catch(() => null);
  const ready = await navigator.serviceWorker.ready;
  const files = performance
    .getEntriesByType("resource")
    .map((entry) => entry.name)
    .filter((name) => new URL(name).pathname.startsWith("/static/"));
  ready.active.postMessage({ keep: window.location.href, files });
}

window.addEventListener("online", () => later(0));
window.addEventListener("storage", overlay);
document.querySelector("[data-close]").addEventListener("click", (event) => {
  if (!queue.acts.length) return;
  event.preventDefault();
  overlay();
  waiting.scrollIntoView({ block: "center" });
  send();
});
camera(form.querySelector("[data-camera]"), scan);
reader(scan);
if (!navigator.onLine && queue.shown) standing.innerHTML = queue.shown;
overlay();
send();
keepShell();
