// Asks Lighthouse about every page: node lighthouse.mjs FOLDER CHROMIUM [PAGE...]
// Accessibility and best practices have to be 100.
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, relative } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [folder, chromePath, ...only] = process.argv.slice(2);
const TYPES = {
  ".css": "text/css", ".html": "text/html; charset=utf-8", ".js": "text/javascript",
  ".png": "image/png", ".svg": "image/svg+xml", ".woff": "font/woff",
};
const server = createServer((request, response) => {
  const path = join(folder, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
  return createReadStream(path).pipe(response);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const all = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith(".html") && !/^_(static|sources)|^lite|^index\.html/.test(name)).sort();
const pages = only.length ? only : all;
const userDataDir = mkdtempSync(join(tmpdir(), "lighthouse-"));
const chrome = await launch({
  chromePath, userDataDir, chromeFlags: ["--headless", "--no-sandbox", "--disable-gpu"],
});
let failed = 0;
for (const page of pages) {
  const address = `http://127.0.0.1:${server.address().port}/${page.split("\\").join("/")}`;
  const { lhr } = await lighthouse(address, {
    port: chrome.port, logLevel: "error", onlyCategories: ["accessibility", "best-practices"],
  });
  const scores = Object.values(lhr.categories).map(({ score }) => Math.round(100 * score));
  console.log(scores.join(" "), page);
  for (const { auditRefs } of Object.values(lhr.categories)) {
    for (const { id, weight } of auditRefs) {
      const { score, title, details } = lhr.audits[id];
      if (weight && score !== null && score < 1) {
        failed += 1;
        console.log(`  ${id}: ${title}`, JSON.stringify(details?.items?.slice(0, 2) ?? "").slice(0, 600));
      }
    }
  }
}
await chrome.kill();
server.close();
rmSync(userDataDir, { recursive: true, force: true });
console.log(`${pages.length} pages, ${failed} findings`);
process.exit(failed ? 1 : 0);
