// A contest of several choices: count them aloud, and do not take one too many. The server checks the same again.
const tiles = document.querySelector(".tiles");
const note = document.getElementById("note");
if (tiles && note && Number(tiles.dataset.choose) > 1) {
  const most = Number(tiles.dataset.choose) - Number(tiles.dataset.elsewhere);
  tiles.addEventListener("change", (event) => {
    const chosen = tiles.querySelectorAll("input:checked").length;
    const over = chosen > most;
    if (over) event.target.checked = false;
    const count = Math.min(chosen, most) + Number(tiles.dataset.elsewhere);
    if (note.dataset.few) note.textContent = over ? note.dataset.many : note.dataset.few.replace("{chosen}", count);
    note.classList.toggle("strong", over);
  });
}
