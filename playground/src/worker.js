// Runs Python: loads Pyodide and the archive of cwql once, then answers calls of playground.py in order.
import { loadPyodide } from "./pyodide/pyodide.mjs";

async function start() {
  const [pyodide, archive] = await Promise.all([
    loadPyodide({ indexURL: new URL("./pyodide/", import.meta.url).href }),
    fetch(new URL("./cwql.zip", import.meta.url)).then((response) => {
      if (!response.ok) throw new Error(`cwql.zip: ${response.status}`);
      return response.arrayBuffer();
    }),
  ]);
  pyodide.unpackArchive(new Uint8Array(archive), "zip", { extractDir: "/cwql" });
  pyodide.runPython("import sys; sys.path.insert(0, '/cwql')");
  return pyodide.pyimport("playground").call;
}

const ready = start();
ready.then(
  () => postMessage({ id: 0, answer: "{}" }),
  (error) => postMessage({ id: 0, failure: String(error) }),
);

self.onmessage = async ({ data: { id, name, options } }) => {
  try {
    const call = await ready;
    postMessage({ id, answer: call(name, JSON.stringify(options)) });
  } catch (error) {
    postMessage({ id, failure: String(error).slice(-500) });
  }
};
