// Builds the playground: `node build.mjs ARCHIVE_SOURCES OUTPUT`. The sources are the folder that
// `python -m scripts.playground` writes: the modules of cwql, playground.py and its records, and the diagrams.
import { build } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const [sources, output] = process.argv.slice(2);
const here = fileURLToPath(new URL(".", import.meta.url));
const pyodide = join(here, "node_modules", "pyodide");

async function* files(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

// Byte code belongs to one version of Python, so Pyodide's own Python compiles it. The archive has no sources: they would
// double its size, and a module without a source is imported the same way.
async function archive() {
  const python = await loadPyodide();
  const root = join(sources, "modules");
  for await (const path of files(root)) {
    const name = `/src/${relative(root, path).replaceAll("\\", "/")}`;
    python.FS.mkdirTree(name.slice(0, name.lastIndexOf("/")));
    python.FS.writeFile(name, new Uint8Array(await readFile(path)));
  }
  python.runPython(`
import compileall, os, zipfile
assert compileall.compile_dir("/src", quiet=1, legacy=True, optimize=1, stripdir="/src")
with zipfile.ZipFile("/cwql.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for folder, folders, names in os.walk("/src"):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(".py"):
                path = os.path.join(folder, name)
                archive.writestr(zipfile.ZipInfo(os.path.relpath(path, "/src")), open(path, "rb").read(), zipfile.ZIP_DEFLATED, 9)
`);
  return python.FS.readFile("/cwql.zip");
}

await rm(output, { recursive: true, force: true });
await mkdir(join(output, "pyodide"), { recursive: true });
for (const name of ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"]) {
  await cp(join(pyodide, name), join(output, "pyodide", name));
}
for (const name of ["index.html", "style.css"]) await cp(join(here, "src", name), join(output, name));
await cp(join(sources, "diagrams"), join(output, "diagrams"), { recursive: true });
await build({
  entryPoints: [join(here, "src", "main.js"), join(here, "src", "worker.js")],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: output,
  external: ["./pyodide/pyodide.mjs"],
  logLevel: "warning",
});
await writeFile(join(output, "cwql.zip"), await archive());
