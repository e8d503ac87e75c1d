// Tries the built documentation in a real browser: `node test/site.mjs FOLDER`.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { serve } from "./serve.mjs";

const folder = process.argv[2];
const { address, browser, close } = await serve(folder);
const page = await browser.newPage();

const paths = ["", "tour/", "tutorial/", "rules/", "rules/interpolated-text/", "reference/command-line/", "reference/endpoints-manage-service/"];
for (const entry of await readdir(join(folder, "guides"))) paths.push(`guides/${entry}/`);
const wide = [];
for (const width of [360, 768, 1024, 1400]) {
  await page.setViewportSize({ width, height: 900 });
  for (const path of paths) {
    await page.goto(address + path, { waitUntil: "domcontentloaded" });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) wide.push(`${path} is ${over} pixels wider than ${width}`);
  }
}
assert.deepEqual(wide, []);
console.log("ok no page is wider than the window");

for (const [words, title] of [["429", "Errors"], ["PowerShell", "PowerShell scripts"], ["apostrophe", "CW139 quote-in-string"], ["CW203", "CW203 unknown-field"]]) {
  await page.goto(`${address}search/?q=${encodeURIComponent(words)}`);
  await page.locator("#search-results li a").filter({ hasText: title }).first().waitFor();
}
console.log("ok the search finds pages");

await page.goto(address);
assert.match(await page.locator("article pre").first().innerText(), /CW133 foreign-separator/);
await page.getByRole("link", { name: "in the browser" }).first().click();
await page.waitForURL("**/guides/playground/");
console.log("ok the first page shows a problem and leads to the playground");
await close();
process.exit(0);
