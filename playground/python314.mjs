// Runs tests on Python 3.14, which few machines have: `node python314.mjs SITE_PACKAGES ROOT TEST…`.
// Pyodide is CPython 3.14; pytest and its dependencies are pure Python and come from the environment that runs the other tests.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const [site, root, ...tests] = process.argv.slice(2);
const PACKAGES = ["_pytest", "pytest", "pluggy", "iniconfig", "packaging", "pygments"];

const python = await loadPyodide();

async function copy(from, to) {
  python.FS.mkdirTree(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.name === "__pycache__" || entry.name === "node_modules") continue;
    if (entry.isDirectory()) await copy(join(from, entry.name), `${to}/${entry.name}`);
    else if (entry.isFile()) python.FS.writeFile(`${to}/${entry.name}`, new Uint8Array(await readFile(join(from, entry.name))));
  }
}

for (const name of PACKAGES) await copy(join(site, name), `/site/${name}`);
python.FS.writeFile("/site/py.py", new Uint8Array(await readFile(join(site, "py.py"))));
for (const entry of await readdir(site)) {
  if (/^(pytest|pluggy)-.*\.dist-info$/.test(entry)) await copy(join(site, entry), `/site/${entry}`);
}
for (const [from, to] of [["src", "/site"], ["generated/cwql_grammar", "/site/cwql_grammar"], ["generated/cwql_api", "/site/cwql_api"], ["tests", "/checkout/tests"]]) {
  await copy(join(root, from), to);
}
const script = `
import os, sys
sys.path[:0] = ["/site", "/checkout"]
os.chdir("/checkout")
import pytest
int(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--noconftest", *${JSON.stringify(tests)}]))
`;
let status = 1;
try {
  status = python.runPython(script);
} catch (error) {
  // Node would print the line of the source, which is a megabyte long.
  console.error(String(error).slice(-3000));
}
process.exit(status);
