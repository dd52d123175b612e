// The row of tabs: one at a time, arrow keys move between them.

/** Fills the row; `chosen(id)` shows one. Returns a function that chooses. */
export function tabs(list, chosen) {
  const row = document.getElementById("tabs");
  const panel = document.getElementById("panel");
  const buttons = list.map(([id, title]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.id = `tab-${id}`;
    button.textContent = title;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", "panel");
    button.addEventListener("click", () => choose(id));
    return button;
  });
  row.append(...buttons);
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const now = buttons.indexOf(document.activeElement);
    if (step === undefined || now < 0) return;
    const next = (now + step + buttons.length) % buttons.length;
    buttons[next].focus();
    choose(list[next][0]);
  });

  function choose(id) {
    list.forEach(([known], index) => {
      const isChosen = known === id;
      buttons[index].setAttribute("aria-selected", isChosen);
      buttons[index].tabIndex = isChosen ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    chosen(id);
  }
  return choose;
}
