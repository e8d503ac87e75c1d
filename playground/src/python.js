// Calls of the worker as promises.
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const waiting = new Map();
let last = 0;

export const ready = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }));

worker.onmessage = ({ data: { id, answer, failure } }) => {
  const call = waiting.get(id);
  waiting.delete(id);
  if (failure !== undefined) return call.reject(new Error(failure));
  const read = JSON.parse(answer);
  if (read.error !== undefined) return call.reject(new Error(read.error));
  call.resolve(read);
};
worker.onerror = (event) => waiting.get(0)?.reject(new Error(event.message || "the worker does not start"));

export async function call(name, options = {}) {
  const id = ++last;
  const { result, milliseconds } = await new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, name, options });
  });
  document.documentElement.dataset.milliseconds = milliseconds.toFixed(2);
  return result;
}
