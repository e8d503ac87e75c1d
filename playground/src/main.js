import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { linter, lintKeymap } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { call, ready } from "./python.js";
import { readFragment, writeFragment } from "./fragment.js";

const $ = (id) => document.getElementById(id);
const LANGUAGES = [
  ["PowerShell", "script.ps1"],
  ["Python", "script.py"],
  ["JavaScript", "script.js"],
  ["TypeScript", "script.ts"],
  ["C#", "Program.cs"],
  ["PHP", "script.php"],
  ["Ruby", "script.rb"],
  ["Go", "main.go"],
  ["Shell", "script.sh"],
  ["JSON", "collection.json"],
  ["YAML", "workflow.yaml"],
  ["HTTP", "requests.http"],
  ["Markdown", "README.md"],
];
const EXAMPLES = {
  manage: { endpoint: "/service/tickets", text: "status.name == New and closedFlag = fasle" },
  automate: { endpoint: "/Computers", text: "Client.Name = 'Globex Health' and Status == 'Online'" },
  script:
    '$company = Read-Host "Company"\n' +
    '$uri = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=company/name = \'$company\' and statsu/name = \'New\'"\n' +
    "Invoke-RestMethod $uri\n",
};
let about;

const query = () => ({ dialect: $("dialect").value, endpoint: $("endpoint").value.trim(), parameter: $("parameter").value });
const textOf = (view) => view.state.doc.toString();
const replaceAll = (view, text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });

function applyEdits(view, edits) {
  view.dispatch({ changes: edits.map(({ from, to, insert }) => ({ from, to, insert })) });
  view.focus();
}

function toLint(found, end) {
  return found.map((each) => ({
    from: Math.min(each.from, end),
    to: Math.min(Math.max(each.to, each.from + 1), end),
    severity: each.severity,
    source: `${each.code} ${each.name}`,
    message: each.hint ? `${each.message} — ${each.hint}` : each.message,
    actions: each.fixes.map((fix) => ({ name: fix.title, apply: (view) => applyEdits(view, fix.edits) })),
  }));
}

function listProblems(list, found, view) {
  list.replaceChildren(
    ...found.map((each) => {
      const item = document.createElement("li");
      const severity = document.createElement("span");
      severity.className = `severity ${each.severity}`;
      severity.textContent = `${each.severity} `;
      const rule = document.createElement("a");
      rule.href = `../rules/${each.name}/`;
      rule.textContent = each.code;
      const line = view.state.doc.lineAt(Math.min(each.from, view.state.doc.length));
      const place = view.state.doc.lines > 1 ? `line ${line.number}: ` : "";
      item.append(severity, rule, ` ${place}${each.message}`);
      if (each.hint) {
        const hint = document.createElement("span");
        hint.className = "hint";
        hint.textContent = each.hint;
        item.append(hint);
      }
      for (const fix of each.fixes) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = `Fix: ${fix.title}`;
        button.addEventListener("click", () => applyEdits(view, fix.edits));
        item.append(button);
      }
      return item;
    }),
  );
  if (!found.length) {
    const item = document.createElement("li");
    item.textContent = "No problems found.";
    list.append(item);
  }
}

async function checkCondition(view) {
  const text = textOf(view);
  if (!about) return [];
  const result = await call("check", { text, ...query(), release: $("release").value });
  if (textOf(view) !== text) return [];
  listProblems($("problems"), result.diagnostics, view);
  showEndpointProblem(result.endpoint);
  $("canonical").textContent = result.canonical !== null && result.canonical !== text ? `Canonical form: ${result.canonical}` : "";
  await showRecords(text, result.diagnostics.some((each) => each.severity === "error"));
  remember();
  document.documentElement.dataset.checked = text;
  return toLint(result.diagnostics, text.length);
}

function showEndpointProblem(problem) {
  const buttons = (problem?.choices ?? []).map(({ dialect, endpoint }) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: `Use ${endpoint}` });
    button.addEventListener("click", () => {
      if (dialect !== $("dialect").value) {
        $("dialect").value = dialect;
        fillChoices();
      }
      $("endpoint").value = endpoint;
      again(condition);
    });
    return button;
  });
  $("endpoint-problem").replaceChildren(...(problem ? [problem.message, ...buttons] : []));
}

async function showRecords(text, hasErrors) {
  if (hasErrors) {
    $("count").textContent = "Records are shown when the condition has no errors.";
    $("records").replaceChildren();
    return;
  }
  const { dialect, endpoint, parameter } = query();
  let found;
  try {
    found = await call("evaluate", { text, dialect, endpoint, parameter });
  } catch (error) {
    found = { records: null, endpoints: [], reason: error.message };
  }
  if (found.records === null) {
    $("count").textContent = found.reason ?? `Example records exist for ${found.endpoints.join(", ")}.`;
    $("records").replaceChildren();
    return;
  }
  $("count").textContent = `${found.selected} of ${found.total} records`;
  const names = [...new Set(found.records.flatMap((record) => Object.keys(record)))];
  const row = (kind, cells) => {
    const line = document.createElement("tr");
    line.append(...cells.map((text) => Object.assign(document.createElement(kind), { textContent: text })));
    return line;
  };
  const show = (value) => (value === null || value === undefined ? "" : typeof value === "object" ? (value.name ?? value.Name ?? JSON.stringify(value)) : String(value));
  $("records").replaceChildren(
    ...(found.records.length ? [row("th", names)] : []),
    ...found.records.map((record) => row("td", names.map((name) => show(record[name])))),
  );
}

async function showDiagram(view) {
  if (!about) return;
  const name = await call("diagram", { text: textOf(view), offset: view.state.selection.main.head, ...only("dialect", "parameter") });
  const image = $("diagram");
  if (image.dataset.name !== name) {
    image.dataset.name = name;
    image.src = `diagrams/${name}.svg`;
    image.alt = `Railroad diagram: ${name.replaceAll("-", " ")}`;
  }
}

const only = (...names) => Object.fromEntries(names.map((name) => [name, query()[name]]));

async function completions(context) {
  if (!about) return null;
  const found = await call("complete", { text: context.state.doc.toString(), offset: context.pos, ...query() });
  if (!found.length) return null;
  return {
    from: found[0].from,
    to: found[0].to,
    filter: false,
    options: found.map((each) => ({ label: each.label, apply: each.text, detail: each.detail, info: each.documentation || undefined })),
  };
}

const facts = hoverTooltip(async (view, position) => {
  if (!about) return null;
  const found = await call("hover", { text: textOf(view), offset: position, ...query() });
  if (!found) return null;
  return {
    pos: found.from,
    end: found.to,
    create: () => {
      const dom = document.createElement("div");
      dom.append(Object.assign(document.createElement("strong"), { textContent: found.title }));
      for (const fact of found.facts) dom.append(Object.assign(document.createElement("div"), { textContent: fact }));
      return { dom };
    },
  };
});

function editor(parent, label, source, extensions, doc) {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc,
      extensions: [
        history(),
        keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        linter(source, { delay: 150 }),
        ...extensions,
      ],
    }),
  });
}

const opened = readFragment(location.hash);
const condition = editor($("condition"), "Condition", checkCondition, [
  autocompletion({ override: [completions], activateOnTyping: true }),
  facts,
  EditorView.updateListener.of((update) => {
    if (update.selectionSet || update.docChanged) showDiagram(update.view);
  }),
], opened.condition ?? EXAMPLES.manage.text);
const script = editor($("script"), "Script", async (view) => {
  if (!about) return [];
  const text = textOf(view);
  const found = await call("lint", { text, file: $("language").value });
  if (textOf(view) !== text) return [];
  listProblems($("findings"), found, view);
  remember();
  document.documentElement.dataset.linted = text;
  return toLint(found, text.length);
}, [lineNumbers()], opened.script ?? EXAMPLES.script);

// A changed choice checks the text again: an edit that changes nothing makes the linter run.
const again = (view) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: textOf(view) } });

function remember() {
  const tab = $("tab-script").getAttribute("aria-selected") === "true" ? "script" : "condition";
  const state = tab === "script" ? { tab, script: textOf(script), language: $("language").value } : { tab, condition: textOf(condition), ...query(), ...($("release").value && { release: $("release").value }) };
  setAddress(writeFragment(state));
}

function setAddress(fragment) {
  window.history.replaceState(null, "", fragment);
}

function selectTab(name) {
  for (const each of ["condition", "script"]) {
    const selected = each === name;
    $(`tab-${each}`).setAttribute("aria-selected", String(selected));
    $(`tab-${each}`).tabIndex = selected ? 0 : -1;
    $(`panel-${each}`).hidden = !selected;
  }
  remember();
  (name === "script" ? script : condition).requestMeasure();
}

function fillChoices() {
  const record = about.dialects.find(({ name }) => name === $("dialect").value);
  $("release").replaceChildren(new Option("any", ""), ...record.releases.map((name) => new Option(name, name)).reverse());
  $("parameter").replaceChildren(...record.parameters.map((name) => new Option(name, name)));
  $("endpoints").replaceChildren(...record.endpoints.map((name) => Object.assign(document.createElement("option"), { value: name })));
}

async function copyLink(button, done) {
  remember();
  try {
    await navigator.clipboard.writeText(location.href);
    done.textContent = "The link is in the clipboard. It contains the text.";
  } catch {
    done.textContent = "Copy the address of this page: it contains the text.";
  }
  button.focus();
}

async function run() {
  try {
    await ready;
    about = await call("describe");
  } catch (error) {
    $("status").textContent = `Python does not start: ${error.message}`;
    return;
  }
  $("dialect").append(...about.dialects.map(({ name, release }) => new Option(`${name} ${release}`, name)));
  $("language").append(...LANGUAGES.map(([title, file]) => new Option(title, file)));
  $("dialect").value = opened.dialect ?? "manage";
  $("language").value = opened.language ?? LANGUAGES[0][1];
  fillChoices();
  $("endpoint").value = opened.endpoint ?? EXAMPLES[$("dialect").value].endpoint;
  if (opened.parameter) $("parameter").value = opened.parameter;
  if (opened.release) $("release").value = opened.release;
  $("status").textContent = `cwql ${about.version} is ready.`;

  $("dialect").addEventListener("change", () => {
    fillChoices();
    const example = EXAMPLES[$("dialect").value];
    $("endpoint").value = example.endpoint;
    // A text that somebody typed is kept.
    const isExample = Object.values(EXAMPLES).some(({ text }) => text === textOf(condition));
    if (isExample) replaceAll(condition, example.text);
    else again(condition);
  });
  for (const id of ["endpoint", "parameter", "release"]) $(id).addEventListener("change", () => again(condition));
  $("language").addEventListener("change", () => again(script));
  $("fix").addEventListener("click", async () => {
    const text = textOf(condition);
    const fixed = await call("fix", { text, ...query(), unsafe: false });
    $("done").textContent = fixed === text ? "There is no safe fix. Fixes that may change the meaning are below." : "";
    replaceAll(condition, fixed);
  });
  $("format").addEventListener("click", async () => {
    try {
      replaceAll(condition, await call("format", { text: textOf(condition), ...only("dialect", "parameter") }));
      $("done").textContent = "";
    } catch {
      $("done").textContent = "Only a condition without errors can be formatted.";
    }
  });
  $("translate").addEventListener("click", async () => {
    const done = await call("translate", { text: textOf(condition), ...only("dialect", "endpoint") });
    const notes = done.notes.length ? ` (${done.notes.join("; ")})` : "";
    $("done").textContent = done.text === null ? `This cannot be translated${notes}` : `${done.dialect}: ${done.text}${notes}`;
  });
  $("share").addEventListener("click", () => copyLink($("share"), $("done")));
  $("share-script").addEventListener("click", () => copyLink($("share-script"), $("done-script")));
  for (const name of ["condition", "script"]) {
    $(`tab-${name}`).addEventListener("click", () => selectTab(name));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = name === "condition" ? "script" : "condition";
      selectTab(other);
      $(`tab-${other}`).focus();
    });
  }
  if (opened.tab === "script") selectTab("script");
  again(condition);
  again(script);
  showDiagram(condition);
}

run();
