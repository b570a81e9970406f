// What a reader sees of Python in the browser: a line while it loads, a message where it cannot,
// the way back to the page and to the original. Plain JavaScript, which needs no build: a container
// as module federation asks for one.
(() => {
  const name = "@adaptive-optimizers/lite";
  // Before the application changes the address: the section of the page that was read.
  const place = decodeURIComponent(location.hash.slice(1));

  // ------------------------------------------------------------------ how Python loads

  const watchers = new Set();
  // Of the Python that began last.
  const latest = {};
  const tell = (news) => {
    if (news.begins) ["failed", "loads"].forEach((each) => delete latest[each]);
    Object.assign(latest, news);
    watchers.forEach((watch) => watch(news));
  };

  const configuration = () =>
    JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}");
  const root = () => new URL(configuration().baseUrl ?? "../", document.baseURI);
  const kernels = "@jupyterlite/pyodide-kernel-extension";
  const settings = () => configuration().litePluginSettings?.[`${kernels}:kernel`] ?? {};
  const here = document.currentScript.src;
  const lock = () => new URL("pyodide-lock.json", root());

  // Python says what it loads, and where its start fails, it says why; nobody listens.
  const Plain = window.Worker;
  const begin = () => {
    const worker = new Plain(new URL("python.js", here));
    worker.addEventListener("message", ({ data }) => {
      const log = data?._logMessage;
      if (log?.level === "critical") tell({ failed: log.data });
      else if (log) tell({ loads: log.data });
      if (data?.name === "throw" && data.value?.isError) tell({ failed: data.value.value.message });
    });
    worker.addEventListener("error", ({ message }) => tell({ failed: message || "no reason given" }));
    const { pyodideUrl, loadPyodideOptions: options } = settings();
    const pyodide = new URL(pyodideUrl, root()).href;
    const { first } = configuration().litePluginSettings[`${name}:bar`];
    worker.postMessage({ start: { pyodide, lock: lock().href, first, options } });
    tell({ begins: true });
    return worker;
  };
  // Where a notebook is opened, or a cell, Python begins before the application is there.
  let begun = /\/(notebooks|repl)\//.test(location.pathname) ? begin() : null;
  window.Worker = class extends Plain {
    constructor(address, ...more) {
      if (!String(address).includes(kernels)) return void super(address, ...more);
      const worker = begun ?? begin();
      begun = null;
      worker.postMessage({ kernel: String(address) });
      return worker;
    }
  };

  // Packages that did not load. The browser compares each with its hash, and where they differ it
  // says no more than that it failed.
  const failed = new Set();
  watchers.add(({ begins, failed: said }) => {
    if (begins) failed.clear();
    const found = said?.match(/while loading ([\w.-]+):/);
    if (found) failed.add(found[1]);
  });

  const isAnother = async (name, folder) => {
    const { packages } = await (await fetch(lock())).json();
    const { file_name: file, sha256 } = packages[name.toLowerCase().replace(/[_.]+/g, "-")];
    // The packages of this site are named by their paths in it.
    const address = new URL(file, file.includes("/") ? root() : folder);
    const data = await (await fetch(address, { cache: "no-store" })).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== sha256;
  };

  const reason = async (said) => {
    const address = new URL(settings().pyodideUrl, root());
    try {
      await fetch(address, { mode: "no-cors", cache: "no-store" });
    } catch {
      return `Python could not be loaded: ${address.host} cannot be reached from here. `
        + "It may be blocked, or you are offline. Reload the page to try again; what you have "
        + "changed is kept.";
    }
    for (const name of failed) {
      if (await isAnother(name, address).catch(() => false)) {
        return `Python is without ${name}: the file that ${address.host} sends is not the one that `
          + "was tested, so your browser has refused it. Reload the page to try again.";
      }
      return `Python is without ${name}, which could not be loaded. Reload the page to try again.`;
    }
    const lines = String(said).trim().split("\n");
    return `Python could not be loaded: ${lines[lines.length - 1]}`;
  };

  // ------------------------------------------------------------------ what is seen

  const style = `
.book-bar { align-items: center; background: var(--jp-layout-color2); color: var(--jp-ui-font-color1);
  display: flex; flex-wrap: wrap; font: 14px/1.4 system-ui, sans-serif; gap: 4px 12px;
  padding: 4px 12px; box-sizing: border-box; }
.book-bar [role="status"] { flex: 1 1 12em; }
.book-bar [role="alert"] { color: var(--jp-error-color0, #b3261e); flex: 1 1 100%; }
.book-bar :is(a, button) { background: none; border: 0; color: var(--jp-content-link-color, #0a5fb4);
  cursor: pointer; font: inherit; padding: 2px 0; text-decoration: underline; }
.book-bar :is(a, button):focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
.book-bar [hidden] { display: none; }
body[data-jp-theme-light="false"] :is(.jp-RenderedSVG, .jp-RenderedImage) > img { background: #fff; }
:is(.jp-RenderedSVG, .jp-RenderedImage) > img { height: auto; max-width: 100%; }
@media (max-width: 600px) {
  .book-bar [role="status"] { flex-basis: 100%; }
  :is(.jp-InputPrompt, .jp-OutputPrompt, .jp-InputArea-prompt, .jp-OutputArea-prompt) { display: none; }
}
`;

  const element = (kind, text, more = {}) =>
    Object.assign(document.createElement(kind), { textContent: text }, more);

  // Headings are compared by what is left of them in an address.
  const slug = (text) => text.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "");

  const cellAt = (model, section) => {
    for (let i = 0; i < model.cells.length; i++) {
      const cell = model.cells.get(i);
      if (cell.type !== "markdown") continue;
      const source = cell.sharedModel.getSource();
      const headings = source.match(/^#{1,6} .*$/gm) ?? [];
      const names = [...source.matchAll(/^\(([\w:.-]+)\)=/gm)].map((found) => found[1]);
      if ([...headings, ...names].some((each) => slug(each) === slug(section))) return i;
    }
    return -1;
  };

  const bar = (app, panel, Dialog) => {
    const { context } = panel;
    const node = element("div", "", { className: "book-bar" });
    const status = element("span", "Python is loading …");
    status.setAttribute("role", "status");
    const alert = element("span", "", { hidden: true });
    alert.setAttribute("role", "alert");
    const page = context.path.replace(/\.ipynb$/, ".html");
    const back = element("a", "The page", { href: new URL(`../${page}`, root()).href });
    const download = element("button", "Download", { type: "button" });
    const original = element("button", "Bring back the original", { type: "button" });
    node.append(status, back, download, original, alert);

    download.onclick = async () => {
      await context.save();
      const text = JSON.stringify(context.model.toJSON(), null, 1);
      const file = new Blob([text], { type: "application/x-ipynb+json" });
      const href = URL.createObjectURL(file);
      element("a", "", { href, download: context.path.split("/").pop() }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    };
    original.onclick = async () => {
      const answer = await Dialog.showDialog({
        title: "Bring back the original?",
        body: "What you have changed in this notebook is thrown away.",
        buttons: [Dialog.Dialog.cancelButton(), Dialog.Dialog.warnButton({ label: "Bring back" })],
      });
      if (!answer.button.accept) return;
      // The copy in the browser goes; what the site has is then found again.
      await app.serviceManager.contents.delete(context.path);
      await context.revert();
      status.textContent = "This is the original.";
    };

    let ready = false;
    let wrong = false;
    const fail = async (said) => {
      if (!ready) status.textContent = "";
      wrong = true;
      alert.textContent = await reason(said);
      alert.hidden = false;
    };
    const watch = ({ begins, loads, failed: said }) => {
      if (begins) {
        ready = wrong = false;
        alert.hidden = true;
        status.textContent = "Python is loading …";
      }
      if (said) return void fail(said);
      const found = !ready && !wrong && loads?.match(/^Load(?:ing|ed) (.*)/s);
      if (found) status.textContent = `Python is loading: ${found[1].slice(0, 60)} …`;
    };
    watchers.add(watch);
    watch(latest);
    panel.disposed.connect(() => watchers.delete(watch));
    panel.sessionContext.statusChanged.connect((_, now) => {
      if (now === "starting" || now === "restarting" || now === "autorestarting") {
        ready = false;
      } else if (now === "idle" && !ready) {
        ready = true;
        if (!wrong) status.textContent = "Python is ready. Changes stay in this browser.";
      }
    });
    return node;
  };

  // The layout asks for the least height of what it places, and does not measure it.
  const room = (Widget, node) => {
    const outer = document.createElement("div");
    outer.append(node);
    const widget = new Widget({ node: outer });
    new ResizeObserver(() => {
      outer.style.minHeight = `${node.offsetHeight}px`;
      widget.parent?.fit();
    }).observe(node);
    return widget;
  };

  // ------------------------------------------------------------------ keys

  // A notebook takes arrows and letters from whatever has the focus in it: a slider in an output would
  // not move, and "d" twice there would delete its cell. Such a key is the widget's; "Shift Enter" and
  // what is pressed with another modifier stay the notebook's.
  window.addEventListener("keydown", ({ target, key, altKey, ctrlKey, metaKey, shiftKey }) => {
    const ofTheNotebook = altKey || ctrlKey || metaKey || (shiftKey && key === "Enter");
    // On the element itself: JupyterLab looks for the attribute only as far up as a shortcut matches,
    // and its own match whatever has the focus.
    if (target.closest?.(".jp-OutputArea-output"))
      target.toggleAttribute("data-lm-suppress-shortcuts", !ofTheNotebook);
  }, true);

  // ------------------------------------------------------------------ where links lead

  // A page of the book is linked to by the address at which it is published; it is the one of this
  // site that is opened. The application would look for another notebook by way of a command, which
  // no click with another button knows, and would forget the place in it.
  const leadOut = ({ resolver, linkHandler }) => {
    const { book } = configuration().litePluginSettings[`${name}:bar`];
    const page = (url) => url.startsWith(book) && new URL(`../${url.slice(book.length)}`, root()).href;
    const isNotebook = (path) => /\.ipynb$/.test(path) && /\/notebooks\//.test(location.pathname);
    const isPage = (path) => path.startsWith(location.origin);
    const { isLocal, resolveUrl, getDownloadUrl } = resolver;
    resolver.isLocal = (url, ...more) => Boolean(page(url)) || isLocal.call(resolver, url, ...more);
    resolver.resolveUrl = async (url, ...more) => page(url) || resolveUrl.call(resolver, url, ...more);
    resolver.getDownloadUrl = async (path, ...more) => {
      if (isPage(path)) return path;
      if (!isNotebook(path)) return getDownloadUrl.call(resolver, path, ...more);
      return new URL(`notebooks/index.html?path=${path}`, root()).href;
    };
    return {
      handleLink: (node, path, ...more) => {
        if (isPage(path) || isNotebook(path)) Object.assign(node, { target: "_blank", rel: "noopener" });
        else linkHandler.handleLink(node, path, ...more);
      },
      handlePath: (...all) => linkHandler.handlePath?.(...all),
    };
  };

  // ------------------------------------------------------------------ one cell, in a frame of its page

  // The application focuses its parts with the first press in them. The page around the frame would
  // scroll to them, away from under the pointer, and the click would be lost.
  const stayInPlace = () => {
    const { focus } = HTMLElement.prototype;
    HTMLElement.prototype.focus = function (options) {
      focus.call(this, { preventScroll: true, ...options });
    };
  };

  // `repl/index.html#PATH/ID` in a frame: a cell of a notebook, after those that it needs. The page
  // sends the next one as `{ cell }` to the same kernel.
  const cellOfPage = (view, given) => {
    const { console: shell } = view;
    const { sessionContext } = shell;
    const node = element("div", "", { className: "book-bar" });
    const status = element("span", "Python is loading …");
    status.setAttribute("role", "status");
    const alert = element("span", "", { hidden: true });
    alert.setAttribute("role", "alert");
    const again = element("button", "Run", { type: "button", disabled: true });
    const whole = element("a", "The whole chapter", { target: "_top" });
    node.append(status, again, whole, alert);
    again.onclick = () => void shell.execute(true);

    const say = (text, problem = "") => {
      status.textContent = text;
      alert.textContent = problem;
      alert.hidden = !problem;
    };
    let ready = false;
    const watch = ({ loads, failed: said }) => {
      const found = !ready && loads?.match(/^Load(?:ing|ed) (.*)/s);
      if (found) say(`Python is loading: ${found[1].slice(0, 60)} …`);
      if (said) void reason(said).then((text) => say("", text));
    };
    watchers.add(watch);
    watch(latest);

    const done = new Set();
    const text = (cell) => [cell.source].flat().join("");
    // The code takes the room that it needs with its long lines folded, up to half of it; its output
    // has the rest.
    const share = () => {
      const split = shell.promptCell.parent.parent;
      const needed = shell.promptCell.node.querySelector(".cm-content").offsetHeight + 24;
      const part = Math.min(0.5, needed / Math.max(split.node.offsetHeight, 1));
      split.setRelativeSizes([part, 1 - part]);
    };
    const run = async (address) => {
      const [, path, id] = address.match(/^(.*)\/([^/]+)$/);
      whole.href = new URL(`notebooks/index.html?path=${encodeURIComponent(path)}`, root()).href;
      again.disabled = true;
      const [notebook, needed] = await Promise.all(
        [`files/${path}`, "needed.json"].map(async (name) => (await fetch(new URL(name, root()))).json()),
      );
      const cells = new Map(notebook.cells.map((cell) => [cell.id, cell]));
      shell.clear();
      shell.promptCell.model.sharedModel.setSource(text(cells.get(id)));
      await sessionContext.ready;
      share();
      const { kernel } = sessionContext.session;
      await kernel.info;
      const before = needed[path][id].filter((each) => !done.has(each));
      for (const [count, each] of before.entries()) {
        ready = true;
        say(`Running the code above that it needs, ${count + 1} of ${before.length} …`);
        const code = text(cells.get(each));
        const { content } = await kernel.requestExecute({ code, silent: true }).done;
        if (content.status === "error") {
          say("", `The code above fails: ${content.ename}: ${content.evalue}`);
          return;
        }
        done.add(each);
      }
      ready = true;
      say("Running …");
      await shell.execute(true);
      done.add(id);
      node.dataset.ended = id;
      say("Change it, and run it again.");
      again.disabled = false;
    };
    // One after the other, whatever is clicked meanwhile.
    let last = run(given);
    window.addEventListener("message", ({ origin, data }) => {
      if (origin === location.origin && data?.cell) last = last.then(() => run(data.cell));
    });
    return node;
  };

  // ------------------------------------------------------------------ a notebook from elsewhere

  // `lab/index.html?from=ADDRESS`: an instructor's own release. What a reader has begun stays.
  const bring = async (app, from, Dialog) => {
    const path = decodeURIComponent(new URL(from).pathname.split("/").pop());
    const { contents } = app.serviceManager;
    try {
      const known = await contents.get(path, { content: false }).catch(() => null);
      if (!known) {
        const content = await (await fetch(from)).json();
        await contents.save(path, { content, format: "json", type: "notebook" });
      }
    } catch (error) {
      await Dialog.showErrorMessage(`${from} cannot be opened`, `${error.message}. Download it, and `
        + "drag it into the list of files.");
      return;
    }
    location.replace(new URL(`notebooks/index.html?path=${encodeURIComponent(path)}`, root()));
  };

  // ------------------------------------------------------------------ the extension

  const make = async (scope) => {
    const shared = async (module) => {
      const [version] = Object.keys(scope[module]);
      return (await scope[module][version].get())();
    };
    const { INotebookTracker } = await shared("@jupyterlab/notebook");
    const { IConsoleTracker } = await shared("@jupyterlab/console");
    const { Widget } = await shared("@lumino/widgets");
    const Dialog = await shared("@jupyterlab/apputils");
    document.head.append(element("style", style));
    return {
      id: `${name}:bar`,
      autoStart: true,
      optional: [INotebookTracker, IConsoleTracker],
      activate: (app, tracker, consoles) => {
        const isFrame = /\/repl\//.test(location.pathname);
        if (isFrame && place) {
          stayInPlace();
          consoles.widgetAdded.connect((_, view) => {
            view.contentHeader.addWidget(room(Widget, cellOfPage(view, place)));
          });
        }
        if (!tracker) return;
        const from = new URLSearchParams(location.search).get("from");
        if (from) void app.restored.then(() => bring(app, from, Dialog));
        tracker.widgetAdded.connect((_, panel) => {
          const { rendermime } = panel.content;
          rendermime.linkHandler = leadOut(rendermime);
          void panel.context.ready.then(() => {
            const node = bar(app, panel, Dialog);
            panel.contentHeader.addWidget(room(Widget, node));
          });
          void panel.revealed.then(async () => {
            const at = place ? cellAt(panel.content.model, place) : -1;
            if (at < 0) return;
            panel.content.activeCellIndex = at;
            await panel.content.scrollToItem(at, "start");
            const cell = panel.content.widgets[at];
            await cell.ready;
            const headings = [...cell.node.querySelectorAll("h1, h2, h3, h4, h5, h6")];
            headings.find((each) => slug(each.textContent) === slug(place))?.scrollIntoView();
          });
        });
      },
    };
  };

  let scope = null;
  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB[name] = {
    init: (given) => { scope = given; },
    get: async () => {
      const plugin = await make(scope);
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
