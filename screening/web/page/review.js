"use strict";
// The review page. Decisions live on the server's disk: this shows them, sends requests, and shows the answer.

const ACTIONS = [
  ["accept", "The condition is met"],
  ["release", "Signed release form"],
  ["parental", "Parental permission"],
  ["adult", "An adult, known to us"],
  ["override", "Let it pass anyway"],
  ["redact", "Redact it in a copy"],
  ["reject", "Keep the picture back"],
  ["withdraw", "Take the decision back"],
  ["agree", "Checked: nothing found"],
  ["involved", "A victim, suspect, witness or defendant"],
];
const LETTER = { involved: "v" }; // the others have the number of their place
const SAID = {
  accept: "condition met", release: "released", parental: "parental permission", adult: "an adult", involved: "a victim, suspect, witness or defendant", override: "overridden",
  redact: "to be redacted", draw: "drawn, to be redacted,", reject: "kept back", agree: "checked, nothing found",
};
const VERDICTS = { block: "Blocked", hold: "Held", clear: "Clear" };
const LABELS = { reason: "Why? At least three different words", reference: "Reference of the form, permission or licence", note: "Why? (optional)" };
const OUTLINES = { r: "rectangle", o: "ellipse", p: "polygon" };
const WHO = "Who knows them, and how? At least three different words";

const $ = (id) => document.getElementById(id);
const photos = [];
let state = null;
let together = new Map(); // the pictures that look alike, by the number of the first
let filter = "todo";
let listed = []; // the numbers of the pictures on the contact sheet
let at = 0;
let chosen = 0;
let last = null;
let busy = false;
const words = { reason: "", reference: "", note: "" };

function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (name) made.className = name;
  return made;
}

async function ask(path, body) {
  const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (error) {
    throw new Error("The review has stopped. Start it again to carry on: nothing decided is lost.");
  }
  if (!answer.ok) {
    const error = new Error(await answer.text());
    error.overtaken = answer.status === 409;
    throw error;
  }
  return answer.json();
}

function take(fresh) {
  for (const photo of fresh.photos) photos[photo.number] = photo;
  together = new Map();
  for (const photo of photos) together.set(photo.alike, [...(together.get(photo.alike) || []), photo]);
  state = fresh;
}

const decidedWhole = (photo) => photo.whole !== null;
const closed = (photo) =>
  decidedWhole(photo) || !photo.known || (photo.screened_as === "clear" ? !photo.sampled : photo.open.every((one) => photo.findings[one].decision));
const mine = (photo) => photo.screened_as !== "clear" || photo.sampled || decidedWhole(photo);
// the pictures that look like one, itself included, and the strictest verdict among them
const strictness = { block: 0, hold: 1, clear: 2 };
const likes = (photo) => together.get(photo.alike);
const strictest = (some, by) => some.map((one) => one[by]).sort((a, b) => strictness[a] - strictness[b])[0];
const wanted = {
  todo: (photo) => mine(photo) || likes(photo).some(mine),
  open: (photo) => !closed(photo),
  all: () => true,
};

function list(keep) {
  const group = new Map();
  for (const photo of photos) group.set(photo.alike, Math.min(strictness[photo.screened_as], group.get(photo.alike) ?? 2));
  listed = photos.filter(wanted[filter])
    .sort((a, b) => group.get(a.alike) - group.get(b.alike) || a.alike - b.alike || strictness[a.screened_as] - strictness[b.screened_as] || a.number - b.number)
    .map((photo) => photo.number);
  const place = listed.indexOf(keep);
  at = place >= 0 ? place : Math.min(at, Math.max(0, listed.length - 1));
}

const current = () => photos[listed[at]];

function stateOf(photo) {
  if (decidedWhole(photo)) return [SAID[photo.whole.action], photo.whole.action === "agree" ? "done" : "block"];
  if (!photo.known) return ["Left out", "block"];
  if (photo.screened_as === "clear") return [photo.sampled ? "Clear, to check" : "Clear", "clear"];
  if (photo.verdict === "clear") return ["May go out", "done"];
  if (closed(photo)) return ["Decided, stays back", "done"];
  return [VERDICTS[photo.verdict], photo.verdict];
}

function drawTop() {
  $("batch").textContent = state.batch.name || "Review";
  $("people").hidden = !state.people;
  const todo = photos.filter(mine);
  const done = todo.filter(closed).length;
  const clear = state.counts.clear;
  $("progress").textContent = `${done} of ${todo.length} decided; ${clear} of ${photos.length} may go out as things stand. You are ${state.by}.`;
  const { of, looked, missed, low, high } = state.sample;
  const share = (value) => `${Math.round(100 * value)}%`;
  $("sample").textContent = !of ? "" : `Clear pictures checked: ${looked} of ${of}; missed ${missed}` +
    (looked ? ` (${share(missed / looked)}; 95% interval ${share(low)} to ${share(high)})` : "");
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
    button.querySelector("span").textContent = photos.filter(wanted[button.dataset.filter]).length;
  }
}

function drawSheet() {
  const sheet = $("sheet");
  const there = new Map([...sheet.children].map((item) => [Number(item.dataset.number), item]));
  sheet.replaceChildren(...listed.map((number) => there.get(number) || tile(photos[number])));
  listed.forEach((number, place) => {
    const item = sheet.children[place];
    const button = item.firstElementChild;
    const [said, name] = stateOf(photos[number]);
    button.lastElementChild.textContent = said;
    button.lastElementChild.className = `state ${name}`;
    item.classList.toggle("with-next", place + 1 < listed.length && photos[listed[place + 1]].alike === photos[number].alike);
    if (place === at) {
      button.setAttribute("aria-current", "true");
      button.scrollIntoView({ block: "nearest" });
    } else button.removeAttribute("aria-current");
  });
}

function tile(photo) {
  const item = element("li");
  item.dataset.number = photo.number;
  const button = element("button");
  button.type = "button";
  const image = element("img");
  image.loading = "lazy";
  image.alt = "";
  if (photo.readable) image.src = `/thumbnail/${photo.number}`;
  button.append(image, element("span", photo.file, "name"), element("span", "", "state"));
  button.title = photo.file;
  button.addEventListener("click", () => go(listed.indexOf(photo.number)));
  item.append(button);
  return item;
}

function drawFindings() {
  const photo = current();
  const whole = $("whole");
  if (!photo) {
    whole.textContent = "";
    $("alike").hidden = true;
    $("findings").replaceChildren();
    $("actions").replaceChildren();
    return;
  }
  const by = (one) => `${SAID[one.action]} by ${one.by}, ${one.at} UTC${[one.reason, one.reference].filter(Boolean).map((part) => `: ${part}`).join("")}`;
  whole.textContent = photo.whole
    ? `The picture was ${by(photo.whole)}.`
    : photo.screened_as === "clear"
      ? photo.sampled ? "Nothing holds this picture. A share of such pictures is checked to estimate how many are missed." : "Nothing holds this picture."
      : "";
  const like = likes(photo);
  $("alike").hidden = like.length < 2;
  $("alike").textContent = like.length < 2 ? "" : `One of ${like.length} pictures that look alike. The strictest was ${VERDICTS[strictest(like, "screened_as")].toLowerCase()}; as things stand, ${VERDICTS[strictest(like, "verdict")].toLowerCase()}.`;
  $("findings").replaceChildren(
    ...photo.findings.map((one) => {
      const item = element("li");
      const button = element("button", "", one.decision ? "done" : one.verdict);
      button.type = "button";
      if (one.number === chosen) button.setAttribute("aria-current", "true");
      button.append(
        element("span", `${one.number + 1}. ${one.rule} — ${VERDICTS[one.verdict].toLowerCase()}`, "rule"),
        element("span", one.evidence),
        element("small", `${one.kind}, score ${one.score}`, "score"),
      );
      if (one.decision) button.append(element("small", by(one.decision)));
      if (one.verdict !== "clear" && (!one.decision || one.decision.action === "draw")) button.append(element("small", `${one.says} Lifted by: ${one.lifted_by}`));
      if (state.scene && "involved" in one.may && !one.decision) button.append(element("small", "A victim, suspect, witness or defendant? Then v: no form lifts it."));
      button.addEventListener("click", () => { chosen = one.number; draw(); });
      item.append(button);
      return item;
    }),
  );
  const rows = ACTIONS.map(([action, said], index) => {
    const button = element("button");
    button.type = "button";
    button.dataset.action = action;
    button.append(element("kbd", LETTER[action] || String(index + 1)), ` ${said}`);
    button.disabled = !allowed(photo, action);
    button.addEventListener("click", () => decide(action, false));
    return button;
  });
  const matching = equal();
  if (matching.length) {
    const button = element("button");
    button.type = "button";
    button.append(element("kbd", "e"), ` The same for ${matching.length} matching ${matching.length === 1 ? "finding" : "findings"}`);
    button.addEventListener("click", bulk);
    rows.push(button);
  }
  $("actions").replaceChildren(...rows);
}

function draw() {
  drawTop();
  drawSheet();
  drawPicture();
  drawFindings();
}

function allowed(photo, action) {
  const one = photo.findings[chosen];
  if (action === "reject") return photo.known;
  if (action === "agree") return photo.screened_as === "clear" && photo.readable;
  if (action === "withdraw") return Boolean(photo.whole || (one && one.decision));
  return Boolean(one && action in one.may);
}

function go(place) {
  if (place < 0 || place >= listed.length) return;
  if (draft) drop();
  at = place;
  const open = current().findings.findIndex((one) => one.verdict !== "clear" && !one.decision);
  chosen = Math.max(0, open);
  draw();
}

function onward() {
  // the picture that was just decided stays listed, so that nothing jumps; the next open one is shown
  const photo = current();
  if (!photo) return draw();
  const open = photo.findings.findIndex((one) => one.verdict !== "clear" && !one.decision);
  if (!closed(photo) && open >= 0) {
    chosen = open;
    return draw();
  }
  nextOpen();
}

function nextOpen() {
  const after = [...listed.slice(at + 1), ...listed.slice(0, at)].find((number) => !closed(photos[number]));
  if (after !== undefined) go(listed.indexOf(after));
  else {
    draw();
    if (photos.filter(wanted.todo).every(closed)) toast("Everything is decided. Press q for the batch's questions; then screening clear.");
  }
}

// Asks for the words that the rule book requires; null when the reviewer cancels.
function write(title, about, need, label = LABELS[need]) {
  const dialog = $("words");
  $("words-title").textContent = title;
  $("words-about").textContent = about;
  $("words-label").textContent = need ? label : "";
  const text = $("words-text");
  text.parentElement.hidden = !need;
  text.required = Boolean(need) && need !== "note";
  text.value = need ? words[need] : "";
  dialog.returnValue = "";
  dialog.showModal();
  if (need) text.select();
  else dialog.querySelector(".main").focus();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "ok") return done(null);
      if (need) words[need] = text.value;
      done(need ? { [need === "note" ? "reason" : need]: text.value } : {});
    }, { once: true });
  });
}

async function send(decisions) {
  if (busy) return false;
  busy = true;
  try {
    take(await ask("/decide", { decisions }));
    return true;
  } catch (error) {
    toast(error.message);
    if (error.overtaken) await refresh();
    return false;
  } finally {
    busy = false;
  }
}

// A decision about a finding, as the server takes it.
function wish(photo, one, action) {
  const region = one.region ? one.region.after : "";
  return { photo: photo.number, finding: one.number, action, after: one.after, region };
}

async function decide(action, everywhere) {
  const photo = current();
  if (!photo || busy || !allowed(photo, action)) return;
  const title = ACTIONS.find(([name]) => name === action)[1];
  if (action === "reject" || action === "agree") {
    const said = action === "reject" ? await write(title, photo.file, "note") : {};
    if (said && (await send([{ photo: photo.number, action, after: photo.after, ...said }]))) onward();
    return;
  }
  if (action === "withdraw") {
    const one = photo.findings[chosen];
    if (!photo.whole && one.decision.action === "draw") return erase(one);
    const wished = photo.whole
      ? { photo: photo.number, action, after: photo.after }
      : wish(photo, one, action);
    if (await send([wished])) draw();
    return;
  }
  const about = everywhere
    ? photo.findings.filter((one) => one.verdict !== "clear" && action in one.may && !one.decision)
    : [photo.findings[chosen]];
  if (!about.length) return;
  const need = about.map((one) => one.may[action]).find(Boolean) || "";
  const things = about.map((one) => `${one.rule}: ${one.evidence || one.kind}`).join("; ");
  const said = need ? await write(title, things, need, action === "adult" ? WHO : LABELS[need]) : {};
  if (!said) return;
  const wished = about.map((one) => ({ ...wish(photo, one, action), ...said }));
  // what lifts several at once shows each of them; redacting lifts nothing
  const wishes = wished.length > 1 && action !== "redact" ? await several(title, wished) : wished;
  if (!wishes) return;
  const { rule, kind } = photo.findings[wishes[0].finding];
  if (await send(wishes)) {
    last = { rule, kind, action, said };
    onward();
  }
}

// A question answered in words is a field; a yes/no question is a pair of radio buttons.
function asked(one) {
  const box = element(one.choices.length ? "fieldset" : "label");
  box.append(element(one.choices.length ? "legend" : "span", one.ask));
  for (const choice of one.choices.length ? one.choices : [""]) {
    const input = element("input");
    input.name = `question-${one.id}`;
    if (!choice) {
      input.value = one.answer;
      input.maxLength = 500;
      box.append(input);
      continue;
    }
    input.type = "radio";
    input.value = choice;
    input.checked = one.answer === choice;
    const button = element("label", "", "choice");
    const then = one.second_person ? ": nothing goes out without a second person" : ": nothing goes out";
    button.append(input, (choice === "yes" ? "Yes" : "No") + (choice === one.stops ? then : ""));
    box.append(button);
  }
  return box;
}

function answered(one) {
  const inputs = [...$("asked").querySelectorAll(`input[name="question-${one.id}"]`)];
  const said = one.choices.length ? inputs.find((input) => input.checked) : inputs[0];
  return said ? said.value.trim() : "";
}

async function questions() {
  if (!state) return;
  const dialog = $("questions");
  $("asked").replaceChildren(...state.questions.map(asked));
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "ok") return;
    try {
      for (const one of [...state.questions]) {
        const answer = answered(one);
        if (answer !== one.answer) take(await ask("/answer", { question: one.id, answer, after: one.after }));
      }
      const stops = state.questions.find((one) => one.stops && one.answer === one.stops);
      toast(stops ? `Saved. Nothing goes out while this is answered with ${stops.answer}: ${stops.ask}` : "Saved.");
    } catch (error) {
      toast(error.message);
      await refresh();
    }
  }, { once: true });
}

let fading = 0;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

async function refresh() {
  const keep = current() && current().number;
  try {
    take(await ask("/state"));
  } catch (error) {
    return toast(error.message);
  }
  list(keep);
  draw();
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey || !state) return;
  const photo = current();
  if (drawKey(event)) return event.preventDefault();
  // the digit's key, whatever character Shift gives on this keyboard
  const digit = /^(Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) decide(ACTIONS[digit[2] - 1][0], event.shiftKey);
  else if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(at - 1);
  else if (event.key === "n") nextOpen();
  else if (event.key === "ArrowDown" && photo) { chosen = Math.min(chosen + 1, Math.max(0, photo.findings.length - 1)); draw(); }
  else if (event.key === "ArrowUp" && photo) { chosen = Math.max(chosen - 1, 0); draw(); }
  else if (event.key === "e") bulk();
  else if (event.key === "g") byPerson();
  else if (event.key === "v") decide("involved", false);
  else if (event.key === "f") toggleSize();
  else if (event.key === "s") document.body.classList.toggle("scored");
  else if (event.key === "+" || event.key === "=") zoomMiddle(1.5);
  else if (event.key === "-") zoomMiddle(1 / 1.5);
  else if (event.key in OUTLINES) begin(OUTLINES[event.key], true);
  else if (event.key === "m" && photo && photo.findings[chosen] && photo.findings[chosen].region) change(photo.findings[chosen]);
  else if (event.key === "q") questions();
  else if (event.key === "?") $("keys").showModal();
  else return;
  event.preventDefault();
});
for (const button of document.querySelectorAll("[data-filter]")) {
  button.addEventListener("click", () => {
    const keep = current() && current().number;
    filter = button.dataset.filter;
    if (!state) return; // it is still loading
    list(keep);
    draw();
  });
}
for (const button of document.querySelectorAll(".cancel")) button.addEventListener("click", () => button.closest("dialog").close());
$("ask").addEventListener("click", questions);
$("people").addEventListener("click", () => byPerson());
$("help").addEventListener("click", () => $("keys").showModal());
// another tab or program may have decided something in the meantime
document.addEventListener("visibilitychange", () => { if (!document.hidden && state && !document.querySelector("dialog[open]")) refresh(); });

// once the other scripts are there
document.addEventListener("DOMContentLoaded", async () => {
  await refresh();
  if (state) go(Math.max(0, listed.findIndex((number) => !closed(photos[number]))));
});
