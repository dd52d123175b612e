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

/** Keys that are tried on a line. */
const KEYS = "port.";

/**
 * Types the start of ever other lines where the cursor is, at the end of the
 * text, and then `KEYS` until there is ghost text.
 */
export async function measure(window: Window, samples: number): Promise<Latency> {
  await window.page.evaluate(watch);
  const took: number[] = [];
  for (let tries = 0; took.length < samples; tries += 1) {
    if (tries > samples * 1.5) {
      throw new Error(`only ${took.length} of ${tries} lines brought ghost text`);
    }
    await window.type(`        let row${tries} = re`, 5);
    await window.press("Escape", "Escape");
    for (const key of KEYS) {
      await window.page.evaluate(() => ((globalThis as any).ghostTextAfter = undefined));
      await window.press(key);
      // Not after every key there is something to suggest.
      const shown = await window.page
        .waitForFunction(() => (globalThis as any).ghostTextAfter, undefined, { timeout: 1000 })
        .then((handle: any) => handle.jsonValue())
        .catch(() => undefined);
      if (typeof shown === "number") {
        took.push(shown);
        break;
      }
    }
    await window.waitFor("an empty line", async () => {
      // Once for the popup, once for the ghost text; the line and its indentation.
      await window.press("Escape", "Escape", "Shift+Home", "Shift+Home", "Delete");
      return (await window.ghost()) === undefined;
    });
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => {
    const ms = took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? NaN;
    return Math.round(ms * 10) / 10;
  };
  return { samples: took.length, p50: at(0.5), p95: at(0.95) };
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
