"use strict";
// Every place that is about to be decided at once is shown first, and can be left out: of a bulk decision, and of the
// faces that are proposed as one person's.

const OF_ONE_PERSON = ["release", "parental", "adult"]; // what is said of one person, and so of nobody unless ticked

// One place, as a ticked or unticked picture. It has been seen once it is loaded and on the screen.
function crop(one, ticked, seen) {
  const photo = photos[one.photo];
  const found = photo.findings[one.finding];
  const item = element("li");
  const label = element("label");
  const tick = element("input");
  tick.type = "checkbox";
  tick.checked = ticked;
  const image = element("img");
  image.alt = `${found.rule}, ${found.evidence || found.kind}, in ${photo.file}`;
  image.addEventListener("error", () => {
    tick.checked = false;
    tick.disabled = true;
    seen(item);
  });
  image.src = `/crop/${one.photo}/${one.finding}`;
  label.append(tick, image, element("span", photo.file));
  item.append(label);
  return item;
}

/* Asks about some findings; the answer is those that stay ticked, with what was said about them, or why there is none.
   asked: title, about, wishes; ticked: whether they are from the start; actions: what can be chosen, or nothing;
   next: what the button says that passes them over, or nothing. */
function confirmCrops({ title, about, wishes, ticked = true, actions = [], next = "" }) {
  const dialog = $("crops");
  const left = new Set(); // not yet on the screen
  const items = [];
  const seen = (item) => { left.delete(item); count(); };
  const looking = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const image = target.querySelector("img");
      if (!isIntersecting) target.dataset.shown = "";
      else if (image.complete && image.naturalWidth) seen(target);
      else target.dataset.shown = "yes";
    }
  }, { threshold: 0.9 });
  const chosen = () => items.filter((item) => item.querySelector("input").checked);
  function count() {
    const unseen = chosen().filter((item) => left.has(item)).length;
    $("crops-count").textContent = `${chosen().length} of ${items.length} ticked` + (unseen ? `; ${unseen} not yet seen: Enter goes on to them` : "");
    $("crops-ok").firstElementChild.textContent = unseen ? "Go on " : `Decide about ${chosen().length} `;
  }
  for (const one of wishes) {
    const item = crop(one, ticked, seen);
    const image = item.querySelector("img");
    image.addEventListener("load", () => { if (item.dataset.shown) seen(item); });
    item.querySelector("input").addEventListener("change", count);
    left.add(item);
    items.push(item);
  }
  $("crops-title").textContent = title;
  $("crops-about").textContent = about;
  $("crops-list").replaceChildren(...items);
  $("crops-action").replaceChildren(...actions.map((action) => {
    const option = element("option", ACTIONS.find(([name]) => name === action)[1]);
    option.value = action;
    return option;
  }));
  $("crops-action").parentElement.hidden = !actions.length;
  const text = $("crops-text");
  const need = () => { text.parentElement.hidden = !actions.length || $("crops-action").value !== "release"; };
  text.value = "";
  need();
  $("crops-action").onchange = need;
  $("crops-next").hidden = !next;
  $("crops-next").textContent = next;
  $("crops-next").onclick = () => dialog.close("next");
  count();
  dialog.returnValue = "";
  dialog.showModal();
  for (const item of items) looking.observe(item);
  (text.parentElement.hidden ? $("crops-ok") : text).focus();
  $("crops-form").onsubmit = (event) => {
    const unseen = chosen().find((item) => left.has(item));
    const wanting = !text.parentElement.hidden && !text.value.trim();
    if (!unseen && !wanting && chosen().length) return;
    event.preventDefault();
    if (unseen) unseen.scrollIntoView({ block: "start" });
    else if (wanting) text.focus();
    else toast("Nothing is ticked.");
  };
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      looking.disconnect();
      if (dialog.returnValue !== "ok") return done(dialog.returnValue === "next" ? "next" : null);
      const kept = new Set(chosen());
      const action = actions.length ? { action: $("crops-action").value } : {};
      const said = text.parentElement.hidden ? {} : { reference: text.value };
      done(wishes.filter((_, number) => kept.has(items[number])).map((one) => ({ ...one, ...action, ...said })));
    }, { once: true });
  });
}

// Asks about findings that are decided alike; what is said of one person is said of nobody until they are ticked.
function several(title, wishes) {
  const { action, reason, reference } = wishes[0];
  const pictures = new Set(wishes.map((one) => one.photo)).size;
  const one = photos[wishes[0].photo].findings[wishes[0].finding];
  const same = wishes.every(({ photo, finding }) => photos[photo].findings[finding].rule === one.rule);
  const what = same ? one.rule : "findings";
  const about = `${wishes.length} × ${what} in ${pictures} ${pictures === 1 ? "picture" : "pictures"}: ${SAID[action]} ${reason || reference || ""}`;
  const ticked = !OF_ONE_PERSON.includes(action);
  return confirmCrops({ title: ticked ? title : "Which of them are the same person?", about, wishes, ticked });
}

// Open findings of the same rule and kind, which could be decided like the last one.
function equal() {
  if (!last) return [];
  return photos.flatMap((photo) =>
    decidedWhole(photo) ? [] : photo.findings
      .filter((one) => one.rule === last.rule && one.kind === last.kind && one.verdict !== "clear")
      .filter((one) => !one.decision && last.action in one.may)
      .map((one) => ({ ...wish(photo, one, last.action), ...last.said })));
}

async function bulk() {
  const wishes = equal();
  if (!wishes.length || busy) return;
  const sure = await several("The same for matching findings?", wishes);
  if (sure && (await send(sure))) onward();
}

// The faces that look like one person's, person by person.
async function byPerson() {
  if (busy || !state.people) return;
  toast("Comparing the faces of adults …");
  let groups;
  try {
    groups = await ask("/people");
  } catch (error) {
    return toast(error.message);
  }
  $("toast").hidden = true;
  if (!groups.length) return toast("No adult's face was found in more than one picture.");
  for (const [place, group] of groups.entries()) {
    const wishes = group
      .map(({ photo, finding }) => [photos[photo], photos[photo].findings[finding]])
      .filter(([photo, one]) => !decidedWhole(photo) && !one.decision)
      .map(([photo, one]) => wish(photo, one, "release"));
    if (wishes.length < 2) continue;
    const title = `Is this one person? ${place + 1} of ${groups.length}`;
    const about = "These faces look alike, which is no proof: untick whoever is somebody else.";
    const sure = await confirmCrops({ title, about, wishes, actions: ["release", "redact"], next: "Next person" });
    if (sure === null) break;
    if (sure !== "next" && !(await send(sure))) break;
  }
  onward();
}
