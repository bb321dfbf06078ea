// A form of figures: Enter goes to the next one, undo takes the last change back, and the sum runs along. Everything
// works without; the server checks all of it again.
for (const form of document.querySelectorAll("form.double-entry")) {
  const figures = [...form.querySelectorAll("input.figure")];
  const changes = [];
  const undo = form.querySelector(".undo");
  const value = (input) => (/^[0-9]+$/.test(input.value) ? Number(input.value) : 0);
  const say = () => {
    for (const group of form.querySelectorAll("fieldset")) {
      const parts = [...group.querySelectorAll("[data-role='part']")];
      const whole = group.querySelector("[data-role='sum']");
      const output = group.querySelector(".running");
      if (!parts.length || !whole) continue;
      const sum = parts.reduce((total, input) => total + value(input), 0);
      output.textContent = output.dataset.words.replace("{sum}", sum).replace("{whole}", value(whole));
      output.classList.toggle("strong", group.dataset.choose === "1" && whole.value !== "" && sum !== value(whole));
    }
    undo.hidden = changes.length === 0;
  };
  for (const [place, input] of figures.entries()) {
    let before = input.value;
    input.addEventListener("focus", () => { before = input.value; input.select(); });
    input.addEventListener("change", () => { changes.push([input, before]); before = input.value; say(); });
    input.addEventListener("input", say);
    input.addEventListener("keydown", (event) => {
      const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      (figures[place + step] ?? form.querySelector("button.primary")).focus();
    });
  }
  undo.addEventListener("click", () => {
    const [input, earlier] = changes.pop();
    input.value = earlier;
    input.focus();
    say();
  });
  say();
}
