// Asks the engine for browsers, the same way wherever it runs.

/** What `Engine` answers with the bytes `model`: for each question, a view and what is asked, its lines. */
export function answers(Engine, model, { texts, questions }) {
  const engine = new Engine(model, texts);
  return questions.map(([view, question]) => {
    const lines = [];
    const answer = engine.ask(view, JSON.stringify(question), { take: (line) => lines.push(line) });
    while (!answer.advance()) {
      // Nothing else is asked meanwhile.
    }
    answer.free();
    return lines;
  });
}
