// A walk through the explorer's page in real Chromium, on a desk and on a phone: loads,
// types, searches, points, steers, completes, exports. It is the same whoever computes, a
// server or the page itself. Each step leaves a screenshot, and nothing may be asked of
// other machines.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../browser.ts";

/** A loose end that two lines before say how to tie: whatever the model is, it is sure enough. */
const TYPED = "\nfn typed_here() -> usize {";

/** What the walk is through. */
export interface Place {
  /** Chromium. */
  browser: any;
  /** Where the page is. */
  address: string;
  /** A folder for what is downloaded. */
  home: string;
  /** A folder for pictures, and what their names begin with. */
  results: string;
  name: string;
  /** Before a page is looked at for the first time in a context, and once it is there. */
  arriving(): Promise<void>;
  arrived(page: any): Promise<void>;
}

export class Walk {
  readonly place: Place;
  /** Layer and unit that the search found. */
  picked = ["0", "0"];
  /** What went wrong on any page, and every address that was asked for something. */
  readonly troubles: string[] = [];
  readonly asked = new Set<string>();

  constructor(place: Place) {
    this.place = place;
  }

  /** All of it on a desk; `besides` is done there too. */
  async desk(besides: (page: any, context: any) => Promise<void>): Promise<void> {
    const desk = await this.open({ viewport: { width: 1200, height: 860 } });
    const page = await this.look(desk, "");
    await this.load(page);
    await this.keyboard(page);
    await this.point(page);
    await this.type(page);
    await this.search(page);
    await this.matches(page);
    await this.steer(page);
    await this.write(page);
    await this.complete(page, () => page.keyboard.press("Tab"), "07-try");
    await this.exports(page);
    await this.link(desk, page);
    await this.lab(page);
    await this.files(page);
    await this.models(page);
    await this.tour(page);
    await besides(page, desk);
  }

  /** Nothing went wrong, and nothing was asked of another machine. */
  end(): void {
    step("nothing went wrong, and nothing was asked of another machine");
    assert.deepEqual(this.troubles, []);
    assert.deepEqual([...this.asked], [new URL(this.place.address).host]);
  }

  async load(page: any): Promise<void> {
    step("the text is coloured by a unit");
    const colored = await page.locator(".paint span").evaluateAll(
      (spans: any[]) => spans.filter((span) => span.style.backgroundColor !== "").length,
    );
    assert.ok(colored > 500, `${colored} characters are coloured`);
    // Not a test: how long it took is written down.
    const times = await page.evaluate("({ ...document.body.dataset })");
    writeFileSync(this.picture("times.json"), `${JSON.stringify(times)}\n`);
    console.log(`  first text coloured ${times.shown} ms after the page was asked for`);
    console.log(`  2 KB coloured ${times.first} ms after they were asked for, all after ${times.millis} ms`);
    await page.screenshot({ path: this.picture("01-unit.png") });
  }

  async keyboard(page: any): Promise<void> {
    step("every view is reached with the keyboard, and shows something");
    await page.locator("#tab-unit").focus();
    for (const [view, shows] of [
      ["next", "#panel figure rect"],
      ["layer", "#panel figure image"],
      ["gates", "#panel figure circle"],
    ]) {
      await page.keyboard.press("ArrowRight");
      await page.locator(`#tab-${view}[aria-selected=true]`).waitFor();
      await page.locator(shows).first().waitFor();
      await page.screenshot({ path: this.picture(`02-${view}.png`) });
    }
  }

  async point(page: any): Promise<void> {
    step("pointing at a character shows every signal there");
    await page.locator("#tab-unit").click();
    await page.locator(".paint span").nth(3).hover({ force: true });
    await waitFor("the values at the character", async () =>
      /line 1, column 4.*bits of surprise\nlayer 0, unit 0: h .*c .*i .*f .*g .*o /s.test(await this.readout(page)),
    );
  }

  async type(page: any): Promise<void> {
    step("what is typed is coloured as it is typed");
    const box = page.locator("#text");
    await box.focus();
    await page.keyboard.press("Control+End");
    const before = Number((await page.evaluate("document.body.dataset.read")).split(":")[2]);
    await page.keyboard.type(TYPED);
    await waitFor("the text to be read again", async () => {
      const read = await page.evaluate("document.body.dataset.read ?? ''");
      return Number(read.split(":")[2]) === before + TYPED.length;
    });
    assert.ok((await box.inputValue()).endsWith(TYPED));
    await waitFor("the end of it in the readout", async () => (await this.readout(page)).startsWith("{"));
    await page.screenshot({ path: this.picture("03-typed.png") });
  }

  async search(page: any): Promise<void> {
    step("a search finds units that tell the indentation; the best is picked");
    await page.locator("#tab-search").click();
    await page.locator("#panel select").first().selectOption("indentation");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    const rows = page.locator("#results tbody tr");
    await rows.first().waitFor({ timeout: 60_000 });
    const scores = await rows.first().locator("td.number").allInnerTexts();
    // Whatever the model is, one of its units is better than this.
    const strong = (score: string) => Math.abs(Number(score.replace("−", "-"))) > 0.4;
    assert.ok(scores.length === 2 && scores.every(strong), `correlations ${scores}`);
    await page.screenshot({ path: this.picture("04-search.png") });
    const first = rows.first().locator("button");
    this.picked = (await first.innerText()).split(":");
    await first.click();
    assert.equal(await page.locator("#layer").inputValue(), this.picked[0]);
    assert.equal(await page.locator("#unit").inputValue(), this.picked[1]);
    await waitFor("the unit to be read", async () =>
      (await page.evaluate("document.body.dataset.read ?? ''")).startsWith(`${this.picked.join(":")}:`),
    );

    step("a search for selected spans, and one for an expression that does not work");
    await page.locator("#panel select").first().selectOption("spans");
    await page.evaluate("document.getElementById('text').setSelectionRange(0, 400)");
    await page.getByRole("button", { name: "Add selection" }).click();
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("heading", { name: "the selected spans" }).waitFor({ timeout: 60_000 });
    await page.locator("#panel select").first().selectOption("pattern");
    await page.getByRole("textbox", { name: "Regular expression" }).fill("(");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await this.says(page, /does not work: unclosed group/);
  }

  async matches(page: any): Promise<void> {
    step("stretches like a selection are found, and shown where they are");
    await page.locator("#tab-matches").click();
    await page.evaluate("document.getElementById('text').setSelectionRange(4, 12)");
    await page.getByRole("button", { name: "Find" }).click();
    const found = page.locator(".matches button");
    await found.first().waitFor({ timeout: 60_000 });
    const wanted = await found.nth(1).locator("mark").innerText();
    await found.nth(1).click();
    const selected = await page.evaluate(
      "{ const b = document.getElementById('text'); b.value.slice(b.selectionStart, b.selectionEnd) }",
    );
    assert.equal(selected.trim(), wanted.trim());
    await page.screenshot({ path: this.picture("05-matches.png") });
  }

  async steer(page: any): Promise<void> {
    step("a unit that is held changes what the model writes");
    await page.goto(this.place.address + this.unitLink("steer"));
    await page.locator("#tab-steer[aria-selected=true]").waitFor();
    await this.read(page);
    await page.getByLabel("Seed").fill("3");
    await page.getByRole("button", { name: "Write on from the cursor" }).click();
    const samples = page.locator(".sample");
    await waitFor("both samples", async () => (await samples.count()) === 2);
    const [plain, changed] = await samples.allInnerTexts();
    assert.notEqual(plain, changed);
    await page.screenshot({ path: this.picture("06-steered.png") });
  }

  async write(page: any): Promise<void> {
    step("the model writes on from a start, coloured, and stops when it is told to");
    await page.locator("#tab-write").click();
    const go = page.getByRole("button", { name: "Write on", exact: true });
    const written = page.locator("#written");
    const text = () => written.evaluate((pre: any) => pre.textContent.slice(pre.querySelector(".given").textContent.length));
    await page.locator("#start").fill("fn main() {\n");
    await page.getByLabel("Bytes").fill("120");
    await go.click();
    await waitFor("all of it", async () => (await written.getAttribute("data-state")) === "done");
    const first = await text();
    assert.ok(Buffer.byteLength(first) <= 120 && first.length > 60, first);
    const colored = await written.locator("span").evaluateAll(
      (spans: any[]) => spans.filter((span) => span.style.backgroundColor !== "").length,
    );
    assert.ok(colored > 10, `${colored} characters are coloured`);
    await go.click();
    await waitFor("the same again", async () => (await text()) === first);
    await page.getByLabel("Seed").fill("2");
    await go.click();
    await waitFor("something else", async () => (await text()).length > 60 && (await text()) !== first);
    await page.screenshot({ path: this.picture("15-write.png") });
    await page.getByLabel("Bytes").fill("20000");
    await go.click();
    await waitFor("some of it", async () => (await text()).length > 20);
    await page.getByRole("button", { name: "Stop" }).click();
    await waitFor("it to stop", async () => (await written.getAttribute("data-state")) === "done");
    const stopped = (await text()).length;
    assert.ok(stopped < 20_000, `${stopped} characters`);
    assert.equal(await page.getByRole("button", { name: "Stop" }).isDisabled(), true);
  }

  async complete(page: any, accept: () => Promise<void>, picture: string): Promise<void> {
    step("there is ghost text in the box to try it, and it is accepted");
    await page.locator("#tab-try").click();
    const box = page.locator("#try");
    await box.focus();
    await page.keyboard.press("Control+End");
    const shown = page.locator(".ghost");
    const ghost = await waitFor("ghost text", () => shown.innerText());
    const before = await box.inputValue();
    await page.screenshot({ path: this.picture(`${picture}.png`) });
    await accept();
    await waitFor("it to be accepted", async () => (await box.inputValue()).startsWith(before + ghost));
  }

  async exports(page: any): Promise<void> {
    step("a picture and the values are exported");
    const svg = await this.saved(page, "SVG");
    assert.ok(svg.name.endsWith(`-${this.picked.join("-")}.svg`), svg.name);
    assert.match(svg.text, /^<svg [^]*cell state[^]*<rect [^]*<\/svg>\s*$/);
    const json = JSON.parse((await this.saved(page, "JSON")).text);
    assert.equal(json.signals.c.length, Buffer.byteLength(json.text));
    assert.deepEqual([json.layer, json.unit], this.picked.map(Number));
  }

  async link(desk: any, page: any): Promise<void> {
    step("a view is a link");
    await page.locator("#tab-gates").click();
    const other = await desk.newPage();
    this.watch(other);
    await other.goto(page.url());
    await this.read(other);
    assert.equal(await other.locator("#unit").inputValue(), this.picked[1]);
    assert.equal(await other.locator("#signal").inputValue(), "c");
    assert.equal(await other.locator("[role=tab][aria-selected=true]").innerText(), "Gates");
    await other.close();
  }

  async lab(page: any): Promise<void> {
    step("the comparison of cells is there");
    await page.locator("#tab-lab").click();
    await waitFor("four tasks of five cells", async () => (await page.locator("#panel tr").count()) === 21);
    await waitFor("the picture", () => page.evaluate("document.querySelector('#panel img').naturalWidth > 0"));
    await page.screenshot({ path: this.picture("11-lab.png"), fullPage: true });
  }

  async files(page: any): Promise<void> {
    step("a file of 10 MB is shown in part, and what is not text is refused");
    const give = (name: string, buffer: Buffer) =>
      page.locator("#open").setInputFiles({ name, mimeType: "text/plain", buffer });
    await give("large.rs", Buffer.from("fn large() {}\n".repeat(750_000)));
    await this.says(page, /large\.rs has 10\.5 MB; the first 64 KB are shown/);
    await give("broken.rs", Buffer.from([0x66, 0xff, 0xfe, 0x00]));
    await this.says(page, /broken\.rs is not UTF-8 text/);
    await give("small.rs", Buffer.from("fn größe() -> u8 {\r\n    1\r\n}\r\n"));
    await waitFor("the small file", async () =>
      (await page.locator("#text").inputValue()) === "fn größe() -> u8 {\n    1\n}\n");
    await this.read(page);
  }

  async models(page: any): Promise<void> {
    step("another model is chosen, and the first again");
    for (const name of ["counter", "rust"]) {
      await page.locator("#model").selectOption(name);
      await waitFor(`the model ${name}`, async () =>
        (await page.locator("#about").innerText().catch(() => "")).startsWith(name));
      await this.read(page);
      assert.equal(await page.locator("#model").inputValue(), name);
    }
  }

  async tour(page: any): Promise<void> {
    step("the tour shows ten stops, each on its model and unit");
    await page.locator("#tab-tour").click();
    await page.getByRole("link", { name: "Begin" }).click();
    for (let stop = 1; stop <= 10; stop++) {
      const title = page.getByRole("heading", { name: new RegExp(`^${stop}\\. `) });
      await title.waitFor();
      await waitFor("its unit to be read", async () => {
        const { unit, layer, model } = Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.slice(1)));
        // Another model is another page.
        const read = await page.evaluate("document.body.dataset.read ?? ''").catch(() => "");
        const about = await page.locator("#about").innerText().catch(() => "");
        return read.startsWith(`${layer}:${unit}:`) && about.startsWith(`${model} `);
      });
      await page.locator("#panel figure svg").first().waitFor();
      if (stop === 4) await page.screenshot({ path: this.picture("14-tour.png") });
      if (stop < 10) await page.getByRole("link", { name: "Next stop" }).click();
    }
    await page.getByRole("link", { name: "Do it" }).click();
    await page.locator("#tab-steer[aria-selected=true]").waitFor();
  }

  async twoAtOnce(desk: any, page: any): Promise<void> {
    step("two pages work at once");
    const other = await this.look(desk, "#layer=1&unit=7&panel=search");
    await page.goto(`${this.place.address}#layer=1&unit=9&panel=search`);
    await page.locator("#tab-search[aria-selected=true]").waitFor();
    for (const one of [page, other]) {
      await one.getByRole("button", { name: "Search", exact: true }).click();
    }
    for (const one of [page, other]) {
      await one.locator("#results table").waitFor({ timeout: 60_000 });
    }
    await other.close();
  }

  async dark(): Promise<void> {
    step("in the dark");
    const context = await this.open({ viewport: { width: 1200, height: 860 }, colorScheme: "dark" });
    const page = await this.look(context, this.unitLink("unit"));
    await page.screenshot({ path: this.picture("08-dark.png") });
    await context.close();
  }

  async phone(): Promise<void> {
    step("on a phone nothing is wider than the screen, and ghost text is accepted with a finger");
    const context = await this.open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    const page = await this.look(context, this.unitLink("unit"));
    await page.screenshot({ path: this.picture("09-phone.png") });
    for (const tab of ["next", "layer", "gates", "search", "steer", "write", "lab", "unit"]) {
      await page.locator(`#tab-${tab}`).tap();
      await waitFor(`${tab} to fit`, () => page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
    }
    await this.complete(page, () => page.getByRole("button", { name: "Accept (Tab)" }).tap(), "10-phone-try");
    await this.fingers(page);
    await context.close();
  }

  /** Types with the row of keys, and takes a way to go on. */
  async fingers(page: any): Promise<void> {
    step("keys for code are typed with a finger, and a way to go on is taken, without a jump");
    const box = page.locator("#try");
    const value = () => box.inputValue();
    const begun = await value();
    for (const [key, typed] of [["opening brace", "{"], ["arrow", "->"], ["closing bracket", "]"]]) {
      await page.getByRole("button", { name: key, exact: true }).tap();
      assert.ok((await value()).endsWith(typed), await value());
    }
    await box.fill(`${begun}\n`);
    const way = page.locator(".ways button:enabled").first();
    await way.waitFor();
    const text = (await way.getAttribute("aria-label")).replace(/^Insert /, "");
    const before = await value();
    await way.tap();
    assert.equal(await value(), before + text);
    await waitFor("it to fit", () => page.evaluate("document.documentElement.scrollWidth <= innerWidth"));
    assert.equal(await page.evaluate("visualViewport.scale"), 1);
    assert.equal(await page.evaluate("document.activeElement.id"), "try");
    const seen = await page.evaluate("document.querySelector('.keys').getBoundingClientRect().bottom <= innerHeight");
    assert.ok(seen, "the keys are on the screen");
    await page.screenshot({ path: this.picture("12-phone-keys.png") });
  }

  /** The part of a link that shows the unit that was picked. */
  unitLink(panel: string): string {
    return `#layer=${this.picked[0]}&unit=${this.picked[1]}&signal=c&file=0&at=800&panel=${panel}`;
  }

  async open(options: object): Promise<any> {
    return this.place.browser.newContext({ acceptDownloads: true, ...options });
  }

  /** A page of the program, when all its text is read. */
  async look(context: any, hash: string): Promise<any> {
    const page = await context.newPage();
    this.watch(page);
    await this.place.arriving();
    await page.goto(this.place.address + hash);
    await this.read(page);
    await this.place.arrived(page);
    return page;
  }

  watch(page: any): void {
    page.on("pageerror", (error: Error) => this.troubles.push(error.message));
    page.on("console", (message: any) => {
      // A question that is turned away on purpose is an error to the browser.
      if (message.type() === "error" && !/status of 4/.test(message.text())) this.troubles.push(message.text());
    });
    page.on("request", (request: any) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http")) this.asked.add(url.host);
    });
  }

  async read(page: any): Promise<void> {
    await waitFor("the text to be read", () => page.evaluate("document.body.dataset.read"));
  }

  async readout(page: any): Promise<string> {
    return page.locator("#readout").innerText();
  }

  async says(page: any, wanted: RegExp): Promise<void> {
    await waitFor(`the page to say ${wanted}`, async () => wanted.test(await page.locator("#status").innerText()));
  }

  async saved(page: any, button: string): Promise<{ name: string; text: string }> {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button, exact: true }).click(),
    ]);
    const path = join(this.place.home, download.suggestedFilename());
    await download.saveAs(path);
    return { name: download.suggestedFilename(), text: readFileSync(path, "utf8") };
  }

  private picture(name: string): string {
    return join(this.place.results, `${this.place.name}-${name}`);
  }
}

export function step(what: string): void {
  console.log(`- ${what}`);
}
