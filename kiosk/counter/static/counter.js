// The page works without this. With it, the answer comes into the page that stands, and the field keeps the focus.
"use strict";

const PARTS = ["verdict", "answers", "link", "hint"];
const POLL_MS = 5000;
const WAITING_MS = 700;
let timer = 0;

function field() {
  return document.getElementById("code");
}

function put(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (!fresh.getElementById("code") || !field()) {
    if (Boolean(fresh.getElementById("code")) !== Boolean(field())) location.reload();
    else swap(fresh, "link");
    return;
  }
  PARTS.forEach((name) => swap(fresh, name));
  field().readOnly = fresh.getElementById("code").readOnly;
}

function swap(fresh, name) {
  const here = document.getElementById(name);
  const there = fresh.getElementById(name);
  if (!here || !there || here.outerHTML === there.outerHTML) return;
  here.className = there.className;
  if (there.dataset.waiting !== undefined) here.dataset.waiting = there.dataset.waiting;
  if (here.innerHTML !== there.innerHTML) here.innerHTML = there.innerHTML;
}

function later() {
  const verdict = document.getElementById("verdict");
  const waiting = verdict && verdict.dataset.waiting === "1";
  clearTimeout(timer);
  timer = setTimeout(look, waiting ? WAITING_MS : POLL_MS);
}

async function look() {
  try {
    const said = await fetch("/", { headers: { "X-Look": "1" } });
    if (said.ok) put(await said.text());
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
  later();
}

async function ask(event) {
  event.preventDefault();
  const form = event.target;
  if (field().readOnly) return;
  const told = new URLSearchParams(new FormData(form));
  field().value = "";
  field().readOnly = true;
  document.getElementById("verdict").replaceChildren(); // so that the same answer again is seen and heard again
  try {
    const said = await fetch(form.action, { method: "POST", body: told });
    put(await said.text());
  } catch {
    field().value = told.get("code");
    field().readOnly = false;
    document.body.classList.add("lost");
  }
  field()?.focus();
  later();
}

document.getElementById("ask")?.addEventListener("submit", ask);
// A scanner types wherever the focus is: bring it back to the field, unless a button has it.
document.addEventListener("keydown", (event) => {
  const at = document.activeElement;
  if (field() && at !== field() && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
      && !(at instanceof HTMLButtonElement && event.key === " ")) field().focus();
});
document.addEventListener("click", (event) => {
  if (field() && !event.target.closest("button, a") && !String(getSelection())) field().focus();
});
later();
