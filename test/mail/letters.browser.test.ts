import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everyLetter } from "../support/every-letter.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Milliseconds. A browser takes its time to start. */
const PATIENCE = 60_000;
const runnable = existsSync(CHROMIUM);

const names = {
  plain: "Acme",
  long: "Donaudampfschifffahrtsgesellschaft".repeat(6),
  hostile: "<img src=//evil.example/x onerror=alert(1)>",
};

/** The least contrast of any text of the page with what is behind it (WCAG 2.2, 1.4.3), and how far the page is too wide. */
const measure = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => channels(colour).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return channels(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const texts = [...document.body.querySelectorAll("*")].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const contrasts = texts.map((element) => {
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort();
    return (other + 0.05) / (one + 0.05);
  });
  return { texts: texts.length, contrast: Math.min(...contrasts), tooWide: document.documentElement.scrollWidth - innerWidth };
})()`;

describe("letters in Chromium (needs chromium)", { timeout: PATIENCE }, () => {
  let browser: Browser;
  beforeAll(async () => {
    if (runnable) browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  }, PATIENCE);
  afterAll(() => browser?.close());

  async function opened(colorScheme: "light" | "dark", asked: string[]): Promise<Page> {
    const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 480 } });
    await context.route("**", (route) => {
      asked.push(route.request().url());
      return route.abort();
    });
    const page = await context.newPage();
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      return dialog.dismiss();
    });
    return page;
  }

  it.runIf(runnable).each(Object.entries(names))(
    "fit a narrow window and can be read by light and by dark, with %s names, and ask nobody for anything",
    async (_kind, name) => {
      const asked: string[] = [];
      for (const scheme of ["light", "dark"] as const) {
        const page = await opened(scheme, asked);
        for (const [kind, { html }] of Object.entries(everyLetter(name))) {
          await page.setContent(html);
          const { texts, contrast, tooWide } = await page.evaluate<{ texts: number; contrast: number; tooWide: number }>(measure);
          expect(texts, kind).toBeGreaterThan(2);
          expect(contrast, `${kind} by ${scheme}`).toBeGreaterThanOrEqual(4.5);
          expect(tooWide, `${kind} by ${scheme}`).toBeLessThanOrEqual(0);
        }
        await page.context().close();
      }
      expect(asked).toEqual([]);
    },
  );
});
