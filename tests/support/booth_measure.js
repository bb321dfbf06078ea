() => {
  const found = [];
  const root = document.documentElement, main = document.querySelector("main");
  const say = (what, element) =>
    found.push(`${what}: ${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 30)}`);
  const shown = (element) => element.checkVisibility() && !element.closest(".unseen, option, select");
  const inside = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1
    && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;

  if (root.scrollWidth > innerWidth) found.push("the page is wider than the window");
  if (main.scrollWidth > main.clientWidth) found.push("main is wider than its box");
  if (main.clientHeight < 100) found.push(`main is ${main.clientHeight} high`);

  // Nothing that cuts has more inside than it shows; main scrolls down.
  for (const one of document.querySelectorAll("body *")) {
    if (one === main || one.tagName === "INPUT" || !shown(one)) continue;
    const style = getComputedStyle(one);
    const fits = one.scrollHeight <= one.clientHeight + 1 && one.scrollWidth <= one.clientWidth + 1;
    if (style.overflow !== "visible" && !fits) say("cut", one);
    if (style.webkitLineClamp !== "none" || style.textOverflow !== "clip") say("may be cut", one);
  }

  // Every line of every text is inside its own box, and inside what can be scrolled to.
  const region = main.getBoundingClientRect(), top = region.top - main.scrollTop;
  const all = { left: region.left, right: region.right, top, bottom: top + main.scrollHeight };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !shown(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = parent.closest(".tile, button, .button, .row, .card, .note, header, footer") ?? main;
    const bounds = box === main ? all : box.getBoundingClientRect();
    for (const line of range.getClientRects()) {
      if (!inside(line, bounds)) say("text outside its box", parent);
      if (main.contains(parent) && !inside(line, all)) say("text outside the page", parent);
    }
  }

  // Things to press are large enough, can be reached, and do not lie over each other.
  const press = [...document.querySelectorAll(".tile, button, .button")].filter(shown);
  const boxes = press.map((one) => [one, one.getBoundingClientRect(), main.contains(one)]);
  boxes.forEach(([one, box, scrolls], number) => {
    if (box.width < 63.5 || box.height < 63.5) say("too small", one);
    const reached = scrolls ? inside(box, all) : box.left >= -1 && box.right <= innerWidth + 1;
    if (!reached) say("out of reach", one);
    for (const [other, its, alike] of boxes.slice(number + 1)) {
      if (scrolls === alike && meet(box, its)) say(`over ${other.textContent.trim().slice(0, 20)}`, one);
    }
  });

  // The bars lie over nothing, and all are always seen.
  const bars = [...document.querySelectorAll("header, main, footer")].filter(shown);
  const edges = bars.map((bar) => bar.getBoundingClientRect());
  edges.forEach((bar, number) => {
    if (edges.slice(number + 1).some((other) => meet(bar, other))) say("over another bar", bars[number]);
    if (bar.top < -1 || bar.bottom > innerHeight + 1) say("not in the window", bars[number]);
  });
  return found;
}
