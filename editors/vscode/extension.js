// The client of `cwql server`: it finds the program, starts it, and adds the commands that need the editor.
"use strict";

const fs = require("fs");
const path = require("path");
const vscode = require("vscode");
const { LanguageClient, State } = require("vscode-languageclient/node");

const LANGUAGES = [
  "aspnetcorerazor", "astro", "bat", "clojure", "csharp", "elixir", "go", "html", "http", "java", "javascript",
  "javascriptreact", "json", "jsonc", "kotlin", "markdown", "perl", "php", "powerquery", "powershell", "python",
  "ruby", "rust", "shellscript", "svelte", "swift", "toml", "typescript", "typescriptreact", "vb", "vue", "yaml",
];
const EXPLANATION = "cwql-rule";

let client;

/** Return the words of the command: the setting, `cwql` on the PATH, or `uvx`; undefined if there is none. */
function findCommand() {
  const configured = vscode.workspace.getConfiguration("cwql").get("command");
  if (Array.isArray(configured) && configured.length > 0) {
    return configured;
  }
  if (isOnPath("cwql")) {
    return ["cwql", "server"];
  }
  return isOnPath("uvx") ? ["uvx", "--from", "cwql[lsp]", "cwql", "server"] : undefined;
}

function isOnPath(name) {
  const endings = process.platform === "win32" ? (process.env.PATHEXT || ".EXE").split(";") : [""];
  return (process.env.PATH || "")
    .split(path.delimiter)
    .filter(Boolean)
    .some((folder) => endings.some((ending) => isProgram(path.join(folder, name + ending))));
}

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Return the settings that the server knows. */
function readOptions() {
  const settings = vscode.workspace.getConfiguration("cwql");
  const names = ["config", "profile", "sandbox", "inlayHints", "workspaceDiagnostics"];
  return Object.fromEntries(names.map((name) => [name, settings.get(name)]));
}

async function start(context) {
  const command = findCommand();
  if (command === undefined) {
    const choice = await vscode.window.showErrorMessage(
      "cwql is not installed: run `pip install 'cwql[lsp]'`, install uv, or set cwql.command.",
      "Open the Settings"
    );
    if (choice !== undefined) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "cwql.command");
    }
    return;
  }
  const [program, ...args] = command;
  const selector = LANGUAGES.flatMap((language) => [
    { scheme: "file", language },
    { scheme: "untitled", language },
  ]);
  client = new LanguageClient(
    "cwql",
    "cwql",
    { command: program, args },
    {
      documentSelector: [...selector, { notebook: "jupyter-notebook", language: "python" }],
      initializationOptions: readOptions(),
      synchronize: { configurationSection: "cwql" },
    }
  );
  context.subscriptions.push(client);
  await client.start();
}

async function execute(command, ...args) {
  if (client === undefined || client.state !== State.Running) {
    vscode.window.showErrorMessage("The server of cwql is not running.");
    return undefined;
  }
  return client.sendRequest("workspace/executeCommand", { command, arguments: args });
}

async function countHere() {
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined) {
    const { line, character } = editor.selection.active;
    await execute("cwql.count", editor.document.uri.toString(), line, character);
  }
}

async function explainHere() {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return;
  }
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find((each) => each.source === "cwql" && each.range.contains(editor.selection.active));
  if (found === undefined) {
    vscode.window.showInformationMessage("There is no problem of cwql at the cursor.");
    return;
  }
  const code = typeof found.code === "object" ? found.code.value : found.code;
  await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.parse(`${EXPLANATION}:${code}.md`));
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("cwql.countHere", countHere),
    vscode.commands.registerCommand("cwql.explainHere", explainHere),
    vscode.commands.registerCommand("cwql.restart", async () => {
      await (client === undefined ? start(context) : client.restart());
    }),
    vscode.workspace.registerTextDocumentContentProvider(EXPLANATION, {
      provideTextDocumentContent: (uri) => execute("cwql.explainRule", path.basename(uri.path, ".md")),
    }),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("cwql.command") && client !== undefined) {
        await client.dispose();
        client = undefined;
        await start(context);
      }
    })
  );
  await start(context);
}

async function deactivate() {
  await client?.stop();
}

module.exports = { activate, deactivate };
