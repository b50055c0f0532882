"use strict";
// Regions that a person draws: a draft on the picture, moved and resized by mouse and keys, then kept under a rule.

const STEP = 8; // screen pixels that an arrow key moves
const FIRST = { rectangle: "Drag on the picture.", ellipse: "Drag on the picture.", polygon: "Click its corners; Enter or the first corner closes it." };
const KEYS = {
  rectangle: "Arrows move it, Shift and arrows change its size. Enter keeps it, Esc drops it.",
  polygon: "Arrows move it; Space takes the next corner, a adds one, Delete removes one. Enter keeps it, Esc drops it.",
};
KEYS.ellipse = KEYS.rectangle;
// The region that is being drawn or changed: its outline and points in the picture's pixels, and the finding it is of.
let draft = null;
let rule = "";

const edited = (one) => Boolean(draft && draft.one && one.region && draft.one.region.name === one.region.name);
const clamp = (value, most) => Math.max(0, Math.min(value, most));

function begin(outline, byKeys) {
  const photo = current();
  if (!photo || !photo.readable || busy) return;
  draft = { outline, points: [], one: null, corner: -1, untouched: true };
  if (byKeys) {
    const { left, top } = $("frame").getBoundingClientRect();
    const [low, high] = [place(left, top), place(left + $("frame").clientWidth, top + $("frame").clientHeight)];
    const side = (axis, most, share) => clamp(low[axis], most) + share * (clamp(high[axis], most) - clamp(low[axis], most));
    const at = (x, y) => [side(0, photo.width, x), side(1, photo.height, y)];
    draft.points = outline === "polygon" ? [at(0.4, 0.4), at(0.6, 0.4), at(0.6, 0.6), at(0.4, 0.6)] : [at(0.4, 0.4), at(0.6, 0.6)];
  }
  hint(`${byKeys ? "" : FIRST[outline]} ${KEYS[outline]}`);
  $("frame").focus({ preventScroll: true });
  drawBoxes();
}

// Takes the chosen region up, to change it.
function change(one) {
  const { outline, points } = one.region;
  draft = { outline, points: points.map((point) => [...point]), one, corner: -1, untouched: false };
  hint(KEYS[outline]);
  $("frame").focus({ preventScroll: true });
  drawBoxes();
}

function drop() {
  draft = null;
  hint("");
  drawBoxes();
}

function hint(text) {
  // their room is kept, so that the picture stays where it is
  $("hint").textContent = text.trim();
  for (const id of ["keep", "drop"]) $(id).classList.toggle("away", !draft);
}

// The places by which a region is resized, in the picture's pixels.
function handles({ outline, points }) {
  if (outline === "polygon" || points.length < 2) return points;
  const [[left, top], [right, bottom]] = points;
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

// Moves one of these places; of a rectangle or an ellipse the sides that meet there.
function pull({ outline, points }, handle, [x, y]) {
  if (outline === "polygon") points[handle] = [x, y];
  else {
    points[handle === 0 || handle === 3 ? 0 : 1][0] = x;
    points[handle < 2 ? 0 : 1][1] = y;
  }
}

function drafted() {
  const one = current().findings[chosen];
  const shape = draft || (one && one.region ? { ...one.region, corner: -1 } : null);
  if (!shape || !shape.points.length) return [];
  const by = scaled(current());
  const marks = handles(shape).map(([x, y], number) =>
    svg("circle", { cx: x * by, cy: y * by, r: 6, class: number === shape.corner ? "handle taken" : "handle", "data-handle": number }));
  if (!draft) return marks;
  const line = shape.points.length > 1 ? ["under", "over"].map((name) => outlined(shape.outline, shape.points, `draft ${name}`)) : [];
  return [...line, ...marks];
}

const within = (photo, [x, y]) => [clamp(x, photo.width), clamp(y, photo.height)];

// What follows the mouse that was pressed on the picture; null if nothing is being drawn there.
function drawn(event) {
  const photo = current();
  const { handle } = event.target.dataset;
  const one = photo.findings[chosen];
  const body = event.target.closest("[data-number]");
  if (!draft && one && one.region && (handle !== undefined || (body && Number(body.dataset.number) === chosen))) {
    change(one);
    return pulled(photo, handle, true);
  }
  if (!draft) return null;
  const here = within(photo, place(event.clientX, event.clientY));
  if (draft.untouched && draft.outline === "polygon") return cornered(photo, here);
  if (handle !== undefined || event.target.classList.contains("draft")) {
    if (!draft.untouched || handle !== undefined) return pulled(photo, handle, false);
  }
  if (draft.outline === "polygon" || draft.one) return null;
  draft.points = [here, [...here]];
  draft.untouched = false;
  const moved = pulled(photo, 2, true);
  return { ...moved, end: (far) => (far ? moved.end(far) : begin(draft.outline, false)) };
}

// A corner of a polygon at each click, until it is closed.
function cornered(photo, here) {
  if (!draft.clicked) draft.points = [];
  draft.clicked = true;
  const [first] = draft.points;
  const near = first && Math.hypot(first[0] - here[0], first[1] - here[1]) * scaled(photo) < 10;
  if (near && draft.points.length > 2) return { move: () => {}, end: () => keep() };
  draft.points.push(here);
  drawBoxes();
  return { move: () => {}, end: () => {} };
}

function pulled(photo, handle, keeps) {
  const before = draft.points.map((point) => [...point]);
  const from = handle === undefined ? null : handles({ ...draft, points: before })[handle];
  return {
    move: (dx, dy) => {
      const by = scaled(photo);
      draft.untouched = false;
      draft.points = before.map((point) => [...point]);
      if (from) pull(draft, Number(handle), within(photo, [from[0] + dx / by, from[1] + dy / by]));
      else shift(photo, dx / by, dy / by);
      drawBoxes();
    },
    end: (moved) => {
      if (keeps && moved) keep();
      else if (keeps) drop();
    },
  };
}

// Moves the whole draft, and stops at the picture's edge.
function shift(photo, dx, dy) {
  const [xs, ys] = [0, 1].map((axis) => draft.points.map((point) => point[axis]));
  const right = Math.max(-Math.min(...xs), Math.min(dx, photo.width - Math.max(...xs)));
  const below = Math.max(-Math.min(...ys), Math.min(dy, photo.height - Math.max(...ys)));
  draft.points = draft.points.map(([x, y]) => [x + right, y + below]);
}

function hover() {
  $("canvas").style.cursor = draft && draft.untouched ? "crosshair" : "";
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Whether a key was for the draft.
function drawKey(event) {
  if (!draft) return false;
  const pressed = event.target.closest("button");
  if (pressed && (event.key === "Enter" || event.key === " ")) return false;
  const photo = current();
  const step = STEP / scaled(photo);
  const many = draft.outline === "polygon" && draft.points.length;
  if (event.key === "Enter") keep();
  else if (event.key === "Escape") drop();
  else if (event.key in ARROWS && draft.points.length) {
    const [dx, dy] = ARROWS[event.key].map((way) => way * step);
    const handle = draft.outline === "polygon" ? draft.corner : event.shiftKey ? 2 : -1;
    if (handle < 0) shift(photo, dx, dy);
    else {
      const [x, y] = handles(draft)[handle];
      pull(draft, handle, within(photo, [x + dx, y + dy]));
    }
    draft.untouched = false;
    reveal();
  } else if (many && event.key === " ") draft.corner = draft.corner + 1 < many ? draft.corner + 1 : -1;
  else if (many && event.key === "a") {
    const from = Math.max(0, draft.corner);
    const [one, next] = [draft.points[from], draft.points[(from + 1) % many]];
    draft.points.splice(from + 1, 0, [(one[0] + next[0]) / 2, (one[1] + next[1]) / 2]);
    draft.corner = from + 1;
  } else if (many > 3 && (event.key === "Delete" || event.key === "Backspace") && draft.corner >= 0) {
    draft.points.splice(draft.corner, 1);
    draft.corner = Math.min(draft.corner, draft.points.length - 1);
  } else return !["+", "=", "-", "f"].includes(event.key);
  if (draft) drawBoxes();
  return true;
}

// Scrolls to what the keys moved.
function reveal() {
  const [x, y] = draft.corner >= 0 ? draft.points[draft.corner] : handles(draft)[handles(draft).length > 2 ? 2 : 0];
  const { left, top, right, bottom } = $("frame").getBoundingClientRect();
  const canvas = $("canvas").getBoundingClientRect();
  const by = scaled(current());
  const [over, beneath] = [canvas.left + x * by, canvas.top + y * by];
  if (over < left || over > right || beneath < top || beneath > bottom) centre(x, y);
}

// The draft's points as whole pixels, left top first.
function rounded() {
  const photo = current();
  const points = draft.points.map((point) => within(photo, point).map(Math.round));
  if (draft.outline === "polygon") return points;
  const sides = [0, 1].map((axis) => points.map((point) => point[axis]).sort((a, b) => a - b));
  return [[sides[0][0], sides[1][0]], [sides[0][1], sides[1][1]]];
}

async function keep() {
  if (!draft || draft.points.length < (draft.outline === "polygon" ? 3 : 2)) return toast("Draw it first; Esc drops it.");
  const { outline, one } = draft;
  const points = rounded();
  const under = one ? one.rule : await chooseRule();
  if (!under) return;
  const wish = { photo: current().number, rule: under, region: { outline, points } };
  if (await sendRegion(one ? { ...wish, name: one.region.name, after: one.region.after } : wish)) {
    drop();
    const last = current().findings.findLast((found) => found.region);
    chosen = one ? current().findings.find((found) => found.region && found.region.name === one.region.name).number : last.number;
    draw();
  }
}

// Removes the chosen region.
async function erase(one) {
  const photo = current();
  const wish = { photo: photo.number, rule: one.rule, region: null, name: one.region.name, after: one.region.after };
  if (!(await sendRegion(wish))) return;
  chosen = Math.max(0, Math.min(chosen, current().findings.length - 1));
  draw();
}

async function sendRegion(wish) {
  if (busy) return false;
  busy = true;
  try {
    take(await ask("/draw", wish));
    return true;
  } catch (error) {
    toast(error.message);
    if (error.overtaken) {
      draft = null;
      hint("");
      await refresh();
    }
    return false;
  } finally {
    busy = false;
  }
}

// The rule that a new region falls under; null when the reviewer cancels.
function chooseRule() {
  const dialog = $("rules");
  const list = $("rule");
  list.replaceChildren(...Object.keys(state.rules).map((name) => new Option(name, name, false, name === rule)));
  if (!rule) list.selectedIndex = 0;
  explainRule();
  dialog.returnValue = "";
  dialog.showModal();
  list.focus();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      $("frame").focus({ preventScroll: true });
      if (dialog.returnValue !== "ok") return done(null);
      rule = list.value;
      done(rule);
    }, { once: true });
  });
}

function explainRule() {
  $("rule-says").textContent = state.rules[$("rule").value];
}

$("rule").addEventListener("change", explainRule);
$("rule").addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    event.preventDefault();
    event.stopPropagation(); // it would keep the draft once more
    $("rules").close("ok");
  }
});
$("rule").addEventListener("dblclick", () => $("rules").close("ok"));
$("keep").addEventListener("click", keep);
$("drop").addEventListener("click", drop);
$("canvas").addEventListener("dblclick", () => { if (draft && draft.clicked) keep(); });
for (const button of document.querySelectorAll("[data-outline]")) {
  button.addEventListener("click", (event) => begin(button.dataset.outline, event.detail === 0));
}
