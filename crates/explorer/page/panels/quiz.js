// Ten texts that the model wrote among ten that people wrote: which are which?

import { make } from "./dom.js";

export function quizPanel(desk) {
  const texts = shuffled(desk.about.quiz);
  const said = make("p", { className: "note", role: "status" });
  const list = make("ol", { className: "quiz" }, ...texts.map(row));
  const note = make(
    "p",
    { className: "note" },
    `${texts.filter(({ written }) => written).length} of these ${texts.length} the model wrote, the others are real and it was ` +
      "not trained on them. Which are which?",
  );
  const element = make("div", {}, note, list, said);
  let answered = 0;
  let right = 0;

  function row({ text, written }) {
    const verdict = make("span", { className: "note" });
    const choices = [[false, "A person"], [true, "The model"]].map(([isWritten, title]) =>
      make("button", { type: "button", onclick: (event) => answer(event.target, isWritten === written) }, title),
    );
    const item = make("li", {}, make("p", { className: "passage" }, text), make("div", { className: "row" }, ...choices, verdict));

    function answer(button, isRight) {
      choices.forEach((choice) => (choice.disabled = true));
      button.setAttribute("aria-pressed", "true");
      answered += 1;
      right += isRight ? 1 : 0;
      verdict.textContent = `${isRight ? "Right" : "No"}: ${written ? "the model" : "a person"} wrote it.`;
      said.textContent = `${right} of ${answered} right${answered === texts.length ? "; one who guesses gets 10" : ""}.`;
    }
    return item;
  }
  return { element };
}

/** In another order each time (Fisher and Yates). */
function shuffled(list) {
  const all = [...list];
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}
