// A real VS Code (code-server in Chromium) with the extension: a condition is typed, completed, reported, explained and fixed, in Python
// and in PowerShell.
// node run.mjs CODE_SERVER_FOLDER VSIX PYTHON [PICTURE]
import { spawn, spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const [folder, vsix, python, picture] = process.argv.slice(2).map((word) => path.resolve(word));
const { chromium } = createRequire(path.join(folder, "package.json"))("playwright-core");
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const WAIT = { timeout: 180_000 };

const PROGRAM = `\
import requests

URL = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets"
reply = requests.get(URL, params={"conditions": ""})
print(reply.json())
`;

const SCRIPT = `\
$new = Get-CWMTicket -condition ""
$open = Get-CWMTicket -condition "closedFlg = false and board/id = 1"
$new + $open | ForEach-Object { $_.summary }
`;

const root = fs.mkdtempSync(path.join(os.tmpdir(), "cwql-vscode-"));
const data = path.join(root, "data");
const workspace = path.join(root, "tickets");
fs.mkdirSync(path.join(data, "User"), { recursive: true });
fs.mkdirSync(workspace);
const file = path.join(workspace, "tickets.py");
fs.writeFileSync(file, PROGRAM);
const script = path.join(workspace, "tickets.ps1");
fs.writeFileSync(script, SCRIPT);
fs.writeFileSync(
  path.join(data, "User", "settings.json"),
  JSON.stringify({
    "chat.commandCenter.enabled": false,
    "cwql.command": [python, "-m", "cwql", "server"],
    "editor.fontSize": 14,
    "editor.minimap.enabled": false,
    "security.workspace.trust.enabled": false,
    "telemetry.telemetryLevel": "off",
    "workbench.activityBar.location": "hidden",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.colorTheme": "Default Light Modern",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": false,
  })
);

const program = path.join(folder, "node_modules", "code-server", "out", "node", "entry.js");
const places = ["--user-data-dir", data, "--extensions-dir", path.join(root, "extensions")];
const environment = { ...process.env, HOME: root, XDG_CONFIG_HOME: path.join(root, "config") };

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function waitForServer(port) {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      if ((await fetch(`http://127.0.0.1:${port}/healthz`)).ok) return;
    } catch {
      // It is still starting.
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("code-server does not answer");
}

async function goTo(page, line, column) {
  await page.keyboard.press("Control+G");
  await page.locator(".quick-input-widget input").first().waitFor(WAIT);
  await page.keyboard.type(`${line}:${column}`);
  await page.keyboard.press("Enter");
}

async function open(page, name) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").first().waitFor(WAIT);
  await page.keyboard.type(name);
  await page.locator(".quick-input-widget .monaco-list-row").filter({ hasText: name }).first().waitFor(WAIT);
  await page.keyboard.press("Enter");
  await page.locator(".tab.active").filter({ hasText: name }).waitFor(WAIT);
  await page.locator(".editor-container .view-line").first().waitFor(WAIT);
}

async function fix(page, line, column, title) {
  await goTo(page, line, column);
  await page.keyboard.press("Control+.");
  const action = page.locator(".action-widget .action").filter({ hasText: title }).first();
  await action.waitFor(WAIT);
  await action.click();
  await page.locator(".squiggly-error").first().waitFor({ ...WAIT, state: "detached" });
}

// Saves the file, and returns its text when it contains `expected`, or after ten seconds.
async function save(page, name, expected) {
  await page.keyboard.press("Control+S");
  let saved = "";
  for (let attempt = 0; attempt < 100 && !saved.includes(expected); attempt += 1) {
    await page.waitForTimeout(100);
    saved = fs.readFileSync(name, "utf-8");
  }
  return saved;
}

async function testPowerShell(page) {
  await open(page, "tickets.ps1");
  // The problem is there without an edit.
  await page.locator(".squiggly-error").first().waitFor(WAIT);
  const [first, second] = SCRIPT.split("\n");
  await goTo(page, 2, second.indexOf("board/id") + 3);
  await page.keyboard.press("Control+K");
  await page.keyboard.press("Control+I");
  const hover = page.locator(".monaco-hover:not(.hidden)").filter({ hasText: "board" }).first();
  await hover.waitFor(WAIT);
  assert.match(await hover.innerText(), /Ticket/);
  await page.keyboard.press("Escape");
  await fix(page, 2, second.indexOf("closedFlg") + 3, "closedFlag");
  await goTo(page, 1, first.indexOf('""') + 2);
  const list = page.locator(".suggest-widget.visible .monaco-list-row");
  await page.keyboard.type("status/", { delay: 60 });
  await list.filter({ hasText: "name" }).first().waitFor(WAIT);
  await page.keyboard.type("na", { delay: 60 });
  await list.filter({ hasText: "name" }).first().waitFor(WAIT);
  await page.keyboard.press("Tab");
  await page.keyboard.type(" = 'New'", { delay: 25 });
  await page.locator(".squiggly-error").first().waitFor({ ...WAIT, state: "detached" });
  const expected = SCRIPT.replace('""', "\"status/name = 'New'\"").replace("closedFlg", "closedFlag");
  assert.equal(await save(page, script, expected), expected);
}

async function testPython(page) {
  const errors = [];
  await open(page, "tickets.py");
  const row = PROGRAM.split("\n").findIndex((line) => line.includes('""'));
  const column = PROGRAM.split("\n")[row].indexOf('""') + 2;
  await goTo(page, row + 1, column);
  const list = page.locator(".suggest-widget.visible .monaco-list-row");
  await page.keyboard.type("board/", { delay: 60 });
  // A path that ends in a separator is a problem: when it is reported, the server is running.
  await page.locator(".squiggly-error").first().waitFor(WAIT);
  await page.keyboard.press("Backspace");
  await page.keyboard.type("/", { delay: 60 });
  await list.filter({ hasText: "name" }).first().waitFor(WAIT);
  await page.keyboard.type("na", { delay: 60 });
  await list.filter({ hasText: "name" }).first().waitFor(WAIT);
  await page.keyboard.press("Tab");
  await page.keyboard.type(" = 'Help Desk' and sumary contains 'disk' and impact = ", { delay: 25 });
  await page.locator(".squiggly-error").first().waitFor(WAIT);
  await page.keyboard.press("Control+Space");
  await list.filter({ hasText: "'Medium'" }).first().waitFor(WAIT);
  if (picture) {
    await page.waitForTimeout(1500);
    await page.screenshot({ path: picture, clip: { x: 0, y: 0, width: 1200, height: 300 } });
  }
  await list.filter({ hasText: "'High'" }).first().click();
  await page.keyboard.press("Escape");
  // The fix of the misspelt field.
  const typed = (await page.locator(".view-line").allInnerTexts()).join("\n");
  if (!typed.replaceAll("\u00a0", " ").includes("impact = 'High'")) errors.push(`completed: ${typed}`);
  await fix(page, row + 1, column + "board/name = 'Help Desk' and su".length, "summary");
  const condition = "\"board/name = 'Help Desk' and summary contains 'disk' and impact = 'High'\"";
  const saved = await save(page, file, condition);
  if (!saved.includes(condition)) errors.push(`saved: ${saved}`);
  assert.deepEqual(errors, []);
}

const port = await freePort();
const installed = spawnSync(process.execPath, [program, ...places, "--install-extension", vsix], { env: environment });
assert.equal(installed.status, 0, installed.stderr.toString());
const server = spawn(
  process.execPath,
  [program, ...places, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", workspace],
  { env: environment, stdio: "ignore", detached: true }
);
let failed = true;
try {
  await waitForServer(port);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
  try {
    await page.goto(`http://127.0.0.1:${port}/?folder=${workspace}`, WAIT);
    await page.locator(".monaco-workbench").waitFor(WAIT);
    await page.keyboard.press("Control+B");
    await testPython(page);
    await testPowerShell(page);
    failed = false;
    console.log("VS Code: typed, completed, reported, explained and fixed, in Python and in PowerShell");
  } finally {
    if (failed) await page.screenshot({ path: path.join(os.tmpdir(), "cwql-vscode-failure.png") });
    await browser.close();
  }
} finally {
  process.kill(-server.pid, "SIGTERM");
  fs.rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
}
