// Keystroke to ghost text on the screen, as the browser sees it: from the
// `keydown` event to the frame after the one that first holds ghost text.
// Only keystrokes with no ghost text on the screen count; text that is typed
// along stands there already.

import type { Window } from "./workbench.ts";

/** Milliseconds. */
export interface Latency {
  samples: number;
  p50: number;
  p95: number;
}

/** Types pieces of `text` at the cursor, dismissing the ghost text after each. */
export async function measure(window: Window, text: string, samples: number): Promise<Latency> {
  await window.page.evaluate(watch);
  const took: number[] = [];
  for (let i = 0; took.length < samples; i += 1) {
    const key = text[i % text.length] ?? " ";
    await window.page.evaluate(() => ((globalThis as any).ghostTextAfter = undefined));
    await window.press(key === "\n" ? "Enter" : key === " " ? "Space" : key);
    // Not after every key there is something to suggest.
    const shown = await window.page
      .waitForFunction(() => (globalThis as any).ghostTextAfter, undefined, { timeout: 1000 })
      .then((handle: any) => handle.jsonValue())
      .catch(() => undefined);
    if (typeof shown === "number") {
      took.push(shown);
    }
    await window.waitFor("no ghost text", async () => {
      // Once for the popup, once for the ghost text.
      await window.press("Escape");
      return (await window.ghost()) === undefined;
    });
    if (i > samples * 5) {
      throw new Error(`only ${took.length} of ${i} keystrokes brought ghost text`);
    }
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))];
  return { samples: took.length, p50: at(0.5) ?? NaN, p95: at(0.95) ?? NaN };
}

/** Runs in the page. */
function watch(): void {
  const page = globalThis as any;
  const ghost = () => page.document.querySelector(".editor-instance [class*=ghost-text]") !== null;
  let pressed: number | undefined;
  page.addEventListener(
    "keydown",
    () => (pressed = ghost() ? undefined : page.performance.now()),
    true,
  );
  new page.MutationObserver(() => {
    if (pressed !== undefined && ghost()) {
      const from = pressed;
      pressed = undefined;
      page.requestAnimationFrame(() =>
        // The frame that this one was asked for in is on the screen now.
        page.requestAnimationFrame((now: number) => (page.ghostTextAfter = now - from)),
      );
    }
  }).observe(page.document.body, { subtree: true, childList: true, characterData: true });
}
