"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const sheet = one("#sheet"), viewer = one("#viewer"), help = one("#help");
  const search = one("#search"), rule = one("#rule"), order = one("#order"), shortcuts = one("#shortcuts");
  const cards = all(".card").map((element, index) => ({
    element, index,
    button: one(".open", element),
    verdict: element.dataset.verdict,
    rules: element.dataset.rules.split(" "),
    name: element.dataset.name,
  }));
  let verdict = "", shown = cards, current = -1, opener = null;

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = sorted().filter((card) => {
      const fits = (!verdict || card.verdict === verdict)
        && (!rule.value || card.rules.includes(rule.value))
        && words.every((word) => wordsOf(card).includes(word));
      card.element.hidden = !fits;
      return fits;
    });
    for (const button of all("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === verdict));
    one("#shown").textContent = shown.length === cards.length ? `${cards.length} files` : `${shown.length} of ${cards.length} files`;
    one("#nothing").hidden = shown.length > 0 || cards.length === 0;
    current = -1;
  }

  // what is not built yet is found too
  function wordsOf(card) {
    if (card.words === undefined) {
      const plain = document.createElement("textarea");
      plain.innerHTML = one(".about", card.element).innerHTML.replace(/<[^>]*>/g, "");
      card.words = plain.value.toLowerCase().replace(/\s+/g, " ");
    }
    return card.words;
  }

  function sorted() {
    const byName = (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }) || a.index - b.index;
    const byVerdict = (a, b) => a.index - b.index; // as the page has them, so that those that look alike stay together
    return [...cards].sort(order.value === "name" ? byName : byVerdict);
  }

  function arrange() {
    for (const card of sorted()) sheet.append(card.element);
    filter();
  }

  function show(which) { verdict = which; filter(); }
  function clearFilters() { search.value = ""; rule.value = ""; show(""); }

  for (const button of all("[data-show]")) {
    button.addEventListener("click", () => {
      show(button.dataset.show);
      if (button.classList.contains("tile")) one("#toolbar").scrollIntoView();
    });
  }
  for (const button of all("[data-rule]")) {
    button.addEventListener("click", () => { rule.value = button.dataset.rule; show(""); one("#toolbar").scrollIntoView(); });
  }
  search.addEventListener("input", filter);
  rule.addEventListener("input", filter);
  order.addEventListener("input", arrange);
  one("#all").addEventListener("click", () => { clearFilters(); search.focus(); });

  // ---- numbers on the boxes keep their size, however large the picture is shown
  function fitTags(overlay) {
    const shape = overlay.viewBox.baseVal, place = overlay.getBoundingClientRect();
    if (!place.width || !place.height) return;
    const unit = Math.max(shape.width / place.width, shape.height / place.height);
    for (const box of all("g", overlay)) {
      const line = one(".line", box), tag = one(".tag", box), text = one("text", box);
      const number = (name) => Number(line.getAttribute(name));
      const wide = (9 + 8 * text.textContent.length) * unit, tall = 17 * unit;
      const left = Math.min(Math.max(number("x") - unit, 0), shape.width - wide);
      const above = number("y") - tall, below = Math.min(number("y") + number("height"), shape.height - tall);
      const top = above >= 0 ? above : below;
      for (const [name, value] of [["x", left], ["y", top], ["width", wide], ["height", tall]]) tag.setAttribute(name, value);
      text.setAttribute("x", left + wide / 2);
      text.setAttribute("y", top + tall / 2);
      text.setAttribute("font-size", 12 * unit);
    }
  }
  const watcher = new ResizeObserver((entries) => { for (const entry of entries) fitTags(entry.target); });
  for (const overlay of all(".card .overlay")) watcher.observe(overlay);

  // ---- in a large report, pictures and findings are built where somebody looks
  function build(element) {
    for (const later of all("noscript", element)) later.outerHTML = later.textContent;
    for (const overlay of all(".overlay", element)) watcher.observe(overlay);
    near.unobserve(element);
  }
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) build(entry.target);
  }, { rootMargin: "100%" });
  for (const card of all(".many .card")) near.observe(card);

  // ---- the large view
  function open(position) {
    const card = shown[position];
    if (!card) return;
    build(card.element);
    current = position;
    const side = one(".side", viewer), picture = one(".frame", card.element).cloneNode(true);
    one(".stage", viewer).replaceChildren(picture);
    one("#viewer-name").replaceChildren(...one(".name", card.element).cloneNode(true).childNodes);
    one("#viewer-place").textContent = `${position + 1} of ${shown.length}`;
    const parts = [one(".verdict", card.element), one(".findings", card.element) || one(".why", card.element)];
    side.replaceChildren(...parts.map((part) => part.cloneNode(true)));
    side.scrollTop = 0;
    if (!viewer.open) viewer.showModal();
    opener = card.button;
    const overlay = one(".overlay", picture);
    if (overlay) { watcher.observe(overlay); fitTags(overlay); }
    for (const finding of all(".finding", side)) {
      const box = overlay && one(`[data-numbers~="${finding.dataset.number}"]`, overlay);
      if (!box) continue;
      const choose = (on) => box.classList.toggle("chosen", on);
      finding.addEventListener("pointerenter", () => choose(true));
      finding.addEventListener("pointerleave", () => choose(false));
    }
  }
  function step(by) {
    const next = Math.min(Math.max(current + by, 0), shown.length - 1);
    if (viewer.open) { if (next !== current) open(next); return; }
    if (!shown[next]) return;
    current = next;
    shown[next].button.focus();
    shown[next].element.scrollIntoView({ block: "nearest" });
  }
  function columns() {
    const tops = shown.map((card) => card.element.offsetTop);
    const count = tops.findIndex((top) => top !== tops[0]);
    return count < 1 ? shown.length : count;
  }
  for (const card of cards) {
    card.button.addEventListener("click", () => open(shown.indexOf(card)));
    card.button.addEventListener("focus", () => { current = shown.indexOf(card); });
  }
  viewer.addEventListener("close", () => { if (opener) opener.focus(); });
  for (const dialog of [viewer, help]) {
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    for (const button of all("[data-close]", dialog)) button.addEventListener("click", () => dialog.close());
  }
  one("#back").addEventListener("click", () => step(-1));
  one("#on").addEventListener("click", () => step(1));
  one("#ask").addEventListener("click", () => help.showModal());

  // ---- keys
  const keys = {
    j: () => step(1), k: () => step(-1), ArrowRight: () => step(1), ArrowLeft: () => step(-1),
    ArrowDown: () => step(viewer.open ? 1 : current < 0 ? 1 : columns()), ArrowUp: () => step(viewer.open ? -1 : -columns()),
    Enter: () => open(Math.max(current, 0)),
    "/": () => search.focus(), "?": () => help.showModal(),
    b: () => show("block"), h: () => show("hold"), c: () => show("clear"), a: () => clearFilters(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select");
    if (event.key === "Escape" && typing) { typing.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || help.open || !shortcuts.checked) return;
    const pressed = event.target.closest("button, summary, a");
    if (event.key === "Enter" && pressed) return; // the element answers itself
    if (viewer.open && (event.key === "ArrowDown" || event.key === "ArrowUp") && one(".side").contains(event.target)) return;
    if (viewer.open && "/?bhca".includes(event.key)) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  let opened = [];
  window.addEventListener("beforeprint", () => { cards.forEach((card) => build(card.element)); opened = all(".card details:not([open])"); for (const part of opened) part.open = true; });
  window.addEventListener("afterprint", () => { for (const part of opened) part.open = false; });
  document.documentElement.classList.add("ready");
  filter();
})();
