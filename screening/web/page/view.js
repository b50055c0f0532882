"use strict";
// The picture: zoomed and moved by mouse, touch and keys, what was found in it, and a copy beside its original.

const SVG = "http://www.w3.org/2000/svg";
const MOST = 8; // times its own size
let scale = 0; // screen pixels for one of the picture; 0 shows all of it

const fitting = (photo) => Math.min($("frame").clientWidth / photo.width, $("frame").clientHeight / photo.height);
const scaled = (photo) => Math.max(scale, fitting(photo));

function svg(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// An outline as an element, in screen pixels.
function outlined(outline, points, name) {
  const photo = current();
  const by = scaled(photo);
  const at = points.map(([x, y]) => [x * by, y * by]);
  if (outline === "polygon") return svg("polygon", { points: at.map((point) => point.join(",")).join(" "), class: name });
  const [left, right] = [at[0][0], at[1][0]].sort((a, b) => a - b);
  const [top, bottom] = [at[0][1], at[1][1]].sort((a, b) => a - b);
  return outline === "ellipse"
    ? svg("ellipse", { cx: (left + right) / 2, cy: (top + bottom) / 2, rx: (right - left) / 2, ry: (bottom - top) / 2, class: name })
    : svg("rect", { x: left, y: top, width: right - left, height: bottom - top, class: name });
}

function box(one) {
  const [left, top, right, bottom] = one.box;
  const { outline, points } = one.region || { outline: "rectangle", points: [[left, top], [right, bottom]] };
  const state = one.decision ? "done" : one.verdict;
  const shown = svg("g", { class: `box ${state}${one.number === chosen ? " chosen" : ""}`, "data-number": one.number });
  shown.append(outlined(outline, points, "under"), outlined(outline, points, "over"));
  if (one.verdict !== "clear") {
    const by = scaled(current());
    const label = svg("text", { x: left * by, y: Math.max(top * by - 5, 12) });
    label.textContent = one.number + 1;
    shown.append(label);
  }
  return shown;
}

function drawBoxes() {
  const photo = current();
  if (!photo || !photo.readable) return;
  const size = ({ box: [left, top, right, bottom] }) => (right - left) * (bottom - top);
  // the smallest on top, so that each can be clicked
  const there = photo.findings.filter((one) => one.box).sort((a, b) => size(b) - size(a));
  $("shapes").replaceChildren(...there.filter((one) => !edited(one)).map(box), ...drafted());
}

// The redacted copy of a picture, or the original of a copy.
function other(photo) {
  if (photo.original !== null) return photos[photo.original];
  return photos.findLast((one) => one.original === photo.number);
}

function drawPicture() {
  const photo = current();
  $("file").textContent = photo ? photo.file : "Nothing left to look at here";
  const readable = Boolean(photo && photo.readable);
  $("panes").hidden = $("drawing").hidden = !readable;
  $("unseen").hidden = readable || !photo;
  $("unseen").textContent = !photo || readable ? "" : photo.known
    ? "This file could not be read as a picture, so it does not go out as it is. Keep it back with 7 to go on without it; or repair or replace it and scan again: what was decided about the others is kept."
    : "This file could not be read at all, so it is left out: whatever else is cleared goes out without it. To publish it, put a whole file in its place and scan again: what was decided about the others is kept.";
  if (!readable) return;
  show($("picture"), photo);
  const beside = other(photo);
  $("beside").hidden = !beside;
  $("caption").hidden = !beside;
  if (beside) {
    show($("second"), beside);
    $("caption").textContent = named(photo);
    $("beside-caption").textContent = named(beside);
  }
  fit();
  // so that the server has them ready
  for (const next of listed.slice(at + 1, at + 3)) if (photos[next].readable) new Image().src = `/picture/${next}`;
}

function named(photo) {
  if (photo.original === null) return "Original";
  return photo.encoding === "new" ? "Redacted copy, re-encoded" : "Redacted copy, the rest as it was";
}

function show(image, photo) {
  const source = `/picture/${photo.number}?${photo.version}`;
  if (image.getAttribute("src") === source) return;
  image.src = source;
  image.alt = photo.file;
}

function fit() {
  const photo = current();
  if (!photo || !photo.readable) return;
  const by = scaled(photo);
  for (const canvas of [$("canvas"), $("second").parentElement]) {
    canvas.style.width = `${photo.width * by}px`;
    canvas.style.height = `${photo.height * by}px`;
  }
  drawBoxes();
  follow();
}

function follow() {
  $("second-frame").scrollTo($("frame").scrollLeft, $("frame").scrollTop);
}

function centre(x, y) {
  const frame = $("frame");
  const by = scaled(current());
  frame.scrollTo(x * by - frame.clientWidth / 2, y * by - frame.clientHeight / 2);
}

function toggleSize() {
  const photo = current();
  if (!photo || !photo.readable) return;
  scale = scale ? 0 : Math.max(1, fitting(photo));
  fit();
  const one = photo.findings[chosen];
  if (scale && one && one.box) centre((one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2);
}

// The place in the picture under a point of the screen.
function place(x, y) {
  const { left, top } = $("canvas").getBoundingClientRect();
  const photo = current();
  const by = scaled(photo);
  return [(x - left) / by, (y - top) / by];
}

// Makes the picture larger or smaller; what lies at a point of the screen stays there.
function zoom(times, x, y) {
  const photo = current();
  if (!photo || !photo.readable) return;
  const there = place(x, y);
  const least = fitting(photo);
  const wished = Math.min(scaled(photo) * times, MOST * Math.max(1, least));
  scale = wished > least ? wished : 0;
  fit();
  const { left, top } = $("canvas").getBoundingClientRect();
  $("frame").scrollBy(left + there[0] * scaled(photo) - x, top + there[1] * scaled(photo) - y);
}

function zoomMiddle(times) {
  const { left, top, width, height } = $("frame").getBoundingClientRect();
  zoom(times, left + width / 2, top + height / 2);
}

// Fingers and buttons that are down, and what moves with them.
const down = new Map();
let drag = null;

function panned(event) {
  const frame = $("frame");
  const [left, top] = [frame.scrollLeft, frame.scrollTop];
  const hit = event.target.closest("[data-number]");
  return {
    move: (dx, dy) => frame.scrollTo(left - dx, top - dy),
    end: (moved) => {
      if (moved || !hit) return;
      chosen = Number(hit.dataset.number);
      draw();
    },
  };
}

$("canvas").addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !current()) return;
  event.preventDefault(); // no dragging of the image itself
  $("frame").focus({ preventScroll: true });
  down.set(event.pointerId, [event.clientX, event.clientY]);
  if (down.size > 1) drag = null;
  else drag = { from: [event.clientX, event.clientY], moved: false, ...(drawn(event) || panned(event)) };
});
window.addEventListener("pointermove", (event) => {
  const before = down.get(event.pointerId);
  if (!before) return hover(event);
  const here = [event.clientX, event.clientY];
  if (down.size === 2) {
    const [still] = [...down].find(([id]) => id !== event.pointerId).slice(1);
    const apart = ([x, y]) => Math.hypot(x - still[0], y - still[1]);
    zoom(apart(here) / Math.max(1, apart(before)), (here[0] + still[0]) / 2, (here[1] + still[1]) / 2);
  } else if (drag) {
    const [dx, dy] = [here[0] - drag.from[0], here[1] - drag.from[1]];
    drag.moved ||= Math.hypot(dx, dy) > 3;
    if (drag.moved) drag.move(dx, dy);
  }
  down.set(event.pointerId, here);
});
for (const name of ["pointerup", "pointercancel"]) {
  window.addEventListener(name, (event) => {
    if (!down.delete(event.pointerId) || !drag) return;
    const ended = drag;
    drag = null;
    ended.end(ended.moved);
  });
}
$("frame").addEventListener("wheel", (event) => {
  event.preventDefault();
  // a pinch on a touchpad comes as a wheel with Ctrl, in smaller steps
  const step = event.deltaY * (event.deltaMode ? 16 : 1) * (event.ctrlKey ? 0.01 : 0.002);
  zoom(Math.exp(-step), event.clientX, event.clientY);
}, { passive: false });
$("frame").addEventListener("scroll", follow);
$("closer").addEventListener("click", () => zoomMiddle(1.5));
$("farther").addEventListener("click", () => zoomMiddle(1 / 1.5));
new ResizeObserver(fit).observe($("frame"));
