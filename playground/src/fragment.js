// The state of the page in the fragment of its address, which browsers do not send to a server.
const NAMES = ["tab", "condition", "dialect", "endpoint", "parameter", "release", "script", "language"];
const LONGEST = 100_000;

export function writeFragment(state) {
  return `#${new URLSearchParams(NAMES.filter((name) => state[name] !== undefined).map((name) => [name, state[name]]))}`;
}

export function readFragment(hash) {
  const state = {};
  if (hash.length > LONGEST) return state;
  const read = new URLSearchParams(hash.slice(1));
  for (const name of NAMES) if (read.has(name)) state[name] = read.get(name);
  return state;
}
