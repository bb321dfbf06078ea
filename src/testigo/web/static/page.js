// What a page does besides its forms. Everything works without; the server checks all of it again.

// A contest: after each choice the note says how many are chosen, and one too many is not taken.
const tiles = document.querySelector(".tiles");
const note = document.getElementById("note");
if (tiles && note) {
  const choose = Number(tiles.dataset.choose);
  const replaces = choose === 1 && !tiles.dataset.boxes;
  const elsewhere = document.getElementById("elsewhere");
  tiles.addEventListener("change", (event) => {
    const others = replaces ? 0 : Number(tiles.dataset.elsewhere);
    let chosen = others + tiles.querySelectorAll("input:checked:not([value=''])").length;
    const over = chosen > choose;
    if (over) {
      event.target.checked = false;
      chosen -= 1;
    }
    note.textContent = over ? note.dataset.most : note.dataset.count.replace("{chosen}", chosen);
    note.classList.toggle("strong", over);
    document.querySelector("main").dataset.chosen = chosen;
    // One choice takes the place of the one on another page.
    if (elsewhere) elsewhere.hidden = replaces;
    // "Go on with so many" was said of the choices before this one.
    document.getElementById("enough")?.remove();
    const next = document.getElementById("next");
    if (next) next.textContent = next.dataset.plain;
  });
}

// A page of the booth that does not fit says that there is more, and goes on at a touch.
const main = document.querySelector("main");
const foot = document.querySelector("footer[data-below]");
if (foot) {
  const more = document.createElement("button");
  more.type = "button";
  more.className = "scroll-on";
  foot.prepend(more);
  const atEnd = () => main.scrollTop + main.clientHeight >= main.scrollHeight - 2;
  const say = () => { more.textContent = atEnd() ? `↑ ${foot.dataset.above}` : `↓ ${foot.dataset.below}`; };
  const fit = () => {
    more.hidden = true;
    more.hidden = main.scrollHeight <= main.clientHeight + 1;
    say();
  };
  more.addEventListener("click", () => main.scrollTo({ top: atEnd() ? 0 : main.scrollTop + main.clientHeight * 0.8 }));
  main.addEventListener("scroll", say);
  addEventListener("resize", fit);
  addEventListener("load", fit); // pictures have come
  fit();
}

// A card scanner types like a keyboard: with Enter or Tab between the lines of a card, and with the control key for
// separators that no key has. No hand presses these so fast after another key. The form is sent once nothing more comes.
const hand = 60; // milliseconds
const burst = { last: 0, keys: 0 };
addEventListener("keydown", (event) => {
  burst.keys = event.timeStamp - burst.last < hand ? burst.keys + 1 : 0;
  burst.last = event.timeStamp;
}, true);
const scanned = document.querySelector("input[data-scanned]");
if (scanned) {
  let end = 0;
  const separates = (event) => {
    const begun = /^@|^ANSI |\u001e/.test(scanned.value); // of a card, also where its keys come late
    if (event.key === "Enter" || event.key === "Tab") return burst.keys > 0 || begun;
    const held = (event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph");
    return held && event.key.length === 1 && burst.keys > 2;
  };
  scanned.addEventListener("keydown", (event) => {
    clearTimeout(end);
    if (separates(event) && scanned.value) {
      event.preventDefault();
      scanned.value += "\u001e";
    }
    if (scanned.value.endsWith("\u001e")) end = setTimeout(() => scanned.form.requestSubmit(), 4 * hand);
  });
  // What is scanned or typed while nothing has the focus is meant for the field.
  addEventListener("keydown", (event) => {
    if (document.activeElement === document.body && event.key.length === 1) scanned.focus();
  });
} else if (document.querySelector("main.desk")) {
  // A page that expects no scanner is not pressed by one.
  addEventListener("keydown", (event) => {
    const presses = event.key === "Enter" || event.key === " ";
    if (presses && burst.keys > 1 && !event.target.closest("input, textarea")) event.preventDefault();
  });
}

// A form that is sent twice by a double click is sent once.
const sent = new WeakMap();
addEventListener("submit", (event) => {
  const twice = event.timeStamp - (sent.get(event.target) ?? -Infinity) < 1000;
  if (twice) event.preventDefault();
  else sent.set(event.target, event.timeStamp);
});

// File fields say in the page's language what was chosen, and what is missing.
for (const field of document.querySelectorAll(".file input")) {
  const names = field.parentElement.querySelector(".file-names");
  const say = () => {
    field.setCustomValidity("");
    names.textContent = [...field.files].map((file) => file.name).join(", ") || names.dataset.none;
  };
  field.addEventListener("change", say);
  field.addEventListener("invalid", () => field.setCustomValidity(field.dataset.missing));
  say();
}

// Before opening, the booth's page tells its machine how large the screen is, and whether its fonts have come.
const report = document.getElementById("screen");
if (report) {
  Promise.allSettled([...document.fonts].map((font) => font.load())).then((fonts) => {
    const there = fonts.every((font) => font.status === "fulfilled");
    const told = { width: innerWidth, height: innerHeight, fonts: there ? "yes" : "no" };
    if (report.dataset.seen === Object.values(told).join(" ")) return;
    for (const [name, value] of Object.entries(told)) report.elements[name].value = value;
    report.submit();
  });
}

// What takes longer than two seconds says so, until the next page is there.
const working = document.getElementById("working");
if (working) {
  const wait = () => setTimeout(() => { working.hidden = false; }, 2000);
  addEventListener("submit", wait);
  addEventListener("click", (event) => { if (event.target.closest("a[href^='/']")) wait(); });
  addEventListener("pageshow", () => { working.hidden = true; });
}
