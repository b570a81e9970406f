// Where Python runs. It starts when the page opens, while the application is still on its way, and
// the kernel finds it here: what has begun is what it gets for `loadPyodide`.
let started;

// All files of the packages at once, and before Python is there that will ask for them.
const fetchAhead = (files) => {
  const { fetch } = self;
  const ahead = new Map(files.map(([address, integrity]) => {
    const answer = fetch(address, { integrity, priority: "low" });
    // Whoever asks hears of it.
    answer.catch(() => {});
    return [address, answer];
  }));
  self.fetch = (address, ...more) => {
    const answer = ahead.get(String(address));
    ahead.delete(String(address));
    return answer ?? fetch(address, ...more);
  };
};

const needed = (packages, name, found = new Set()) => {
  if (!found.has(packages[name])) {
    found.add(packages[name]);
    packages[name].depends.forEach((each) => needed(packages, each.replaceAll("_", "-"), found));
  }
  return found;
};

const start = async ({ pyodide, lock, first, options }) => {
  const text = fetch(lock).then((answer) => answer.json());
  // Heard of when it is asked for: without a network Python itself is the first that is missing.
  text.catch(() => {});
  importScripts(pyodide);
  // The kernel may ask before the lock is there.
  const { loadPyodide } = self;
  const known = await text;
  // The packages of this site are named by their paths in it; the others are beside Pyodide.
  for (const each of Object.values(known.packages)) {
    each.file_name = new URL(each.file_name, each.file_name.includes("/") ? lock : pyodide).href;
  }
  const hash = (hex) => btoa(String.fromCharCode(...hex.match(/../g).map((byte) => parseInt(byte, 16))));
  fetchAhead([...needed(known.packages, first)].map((each) =>
    [each.file_name, `sha256-${hash(each.sha256)}`]));
  const lockFileURL = URL.createObjectURL(new Blob([JSON.stringify(known)]));
  const indexURL = new URL(".", pyodide).href;
  const python = await loadPyodide({ ...options, packages: [], indexURL, lockFileURL });
  const say = (level) => (data) => postMessage({ _logMessage: { type: "text", level, data } });
  await python.loadPackage(first, { messageCallback: say("info"), errorCallback: say("critical") });
  python.runPython("import adaptive_first");
  return python;
};

self.addEventListener("message", ({ data }) => {
  if (data.start) {
    started = start(data.start);
    // The kernel hears of it when it asks.
    started.catch(() => {});
  }
  if (data.kernel) {
    const load = self.importScripts;
    load(data.kernel);
    self.importScripts = (...all) => load(...all.filter((each) => !each.endsWith("/pyodide.js")));
    self.loadPyodide = () => started;
  }
});
