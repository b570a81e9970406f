// Runs pytest in WebAssembly: node in_node.mjs LOCK PYODIDE FILES TESTS [ARGUMENT...]
// PYODIDE is a folder with Pyodide and its packages; FILES holds the wheels of the package and of
// pytest; TESTS is a zip file with the tests. It ends as pytest ends.
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [lockFileURL, folder, files, tests, ...given] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(folder, "pyodide.mjs")));
const pyodide = await loadPyodide({ indexURL: folder, lockFileURL, packageCacheDir: folder });
await pyodide.loadPackage(["numpy", "matplotlib"], {
  messageCallback: () => {},
});
const unpack = (path, format, options) =>
  pyodide.unpackArchive(new Uint8Array(readFileSync(path)), format, options);
const site = pyodide.runPython("import site; site.getsitepackages()[0]");
for (const name of readdirSync(files)) unpack(join(files, name), "wheel", { extractDir: site });
unpack(tests, "zip", { extractDir: "/home/pyodide" });
pyodide.globals.set("given", pyodide.toPy(given));
process.exitCode = await pyodide.runPythonAsync(`
import os, sys
os.chdir("/home/pyodide")
sys.path.insert(0, "/home/pyodide")
import matplotlib
matplotlib.use("agg")
import pytest
int(pytest.main(list(given)))
`);
