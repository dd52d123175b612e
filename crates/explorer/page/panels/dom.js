// Small helpers to make elements.

/** An element with attributes or properties, and children. */
export function make(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A labelled choice among `[value, title]`. */
export function choice(title, options, given = {}) {
  const select = make("select", {}, ...options.map(([value, name]) => new Option(name, value)));
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) select.addEventListener(key.slice(2), value);
    else select[key] = value;
  }
  return [make("label", {}, `${title} `, select), select];
}

/** A figure for a chart that is drawn again and again. */
export function figure(label) {
  const element = make("figure", { role: "img", ariaLabel: label });
  return {
    element,
    draw(options) {
      const chart = globalThis.Plot.plot({
        style: { background: "none", color: "currentColor", fontSize: "12px" },
        width: Math.max(280, element.clientWidth || 560),
        ...options,
      });
      // Names of the library's own, which say nothing and may not stand there.
      for (const mark of chart.querySelectorAll("g[aria-label]")) mark.removeAttribute("aria-label");
      element.replaceChildren(chart);
      return chart;
    },
  };
}

/** A bar that says how far the program is. */
export function progress() {
  const element = make("progress", { max: 1, value: 0, hidden: true, ariaLabel: "Progress" });
  return {
    element,
    each(line) {
      if (line.progress !== undefined) element.value = line.progress;
    },
    async during(work) {
      element.hidden = false;
      element.value = 0;
      try {
        await work();
      } finally {
        element.hidden = true;
      }
    },
  };
}

/** A piece of text whose characters are coloured. */
export function coloredText(chars, color, given = {}) {
  const pre = make("pre", { className: "passage", ...given });
  chars.forEach((char, index) => {
    const span = document.createElement("span");
    span.textContent = char;
    span.style.backgroundColor = color(index);
    pre.append(span);
  });
  return pre;
}
