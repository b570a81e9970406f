// What is wider than its place scrolls; here it is given to the keyboard as well.
(() => {
  const wide = 'mjx-container:is([display="true"], .long), .scrolls, .pst-scrollable-table-container, .output';
  const look = () => {
    // No line breaks within a formula of the text. One that is longer than a line scrolls as well.
    const inLines = [...document.querySelectorAll(".bd-article span.math > mjx-container")];
    const long = inLines.map((each) => {
      const line = each.closest("p, li, dd")?.clientWidth;
      return line > 0 && !each.closest("td, th") && each.firstElementChild.offsetWidth > line;
    });
    inLines.forEach((each, i) => each.classList.toggle("long", long[i]));
    for (const each of document.querySelectorAll(wide)) {
      const scrolls = each.scrollWidth > each.clientWidth
        && getComputedStyle(each).overflowX === "auto";
      if (scrolls) each.tabIndex = 0;
      else if (each.getAttribute("tabindex") === "0") each.removeAttribute("tabindex");
    }
  };
  addEventListener("load", look);
  document.fonts.ready.then(look);
  addEventListener("resize", look);
  document.addEventListener("toggle", look, true);
  document.addEventListener("click", () => setTimeout(look));
})();

// The contents of the book begin where the reader is in it.
addEventListener("DOMContentLoaded", () => {
  const sidebar = document.querySelector("#pst-primary-sidebar");
  const here = sidebar?.querySelector(".current.active, li.current > a");
  if (!here) return;
  const middle = here.getBoundingClientRect().top - sidebar.getBoundingClientRect().top;
  sidebar.scrollTop += middle - sidebar.clientHeight / 2;
});

// How far the text has been read.
addEventListener("DOMContentLoaded", () => {
  const text = document.querySelector(".bd-article");
  if (!text) return;
  const line = document.createElement("div");
  line.className = "reading";
  document.body.append(line);
  let frame = null;
  const draw = () => {
    frame = null;
    const { top, height } = text.getBoundingClientRect();
    const rest = height - innerHeight;
    line.style.setProperty("--read", rest > 0 ? Math.min(1, Math.max(0, -top / rest)) : 0);
  };
  const later = () => (frame ??= requestAnimationFrame(draw));
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  draw();
});

// Past menus and text, to the first figure that can be moved.
addEventListener("DOMContentLoaded", () => {
  const figure = document.querySelector(".bd-article [data-explorer]");
  if (!figure) return;
  const link = document.createElement("a");
  link.className = "to-figure";
  figure.id ||= "live-figure";
  link.href = `#${figure.id}`;
  link.textContent = "Skip to the live figure";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    // Of a figure taller than the window, the top.
    figure.scrollIntoView({ block: figure.offsetHeight > innerHeight ? "start" : "center" });
    figure.querySelector('[role="slider"], input, button')?.focus();
  });
  document.querySelector(".skip-link, #pst-skip-link")?.after(link);
  if (!link.isConnected) document.body.prepend(link);
});

// A button that copies is in the order of the keys while its code is pointed at or has the focus,
// and where a reader has unfolded it. Code that does not scroll has the focus when it is pressed.
addEventListener("load", () => {
  for (const button of document.querySelectorAll("button.copybtn")) {
    const block = button.parentElement;
    const fold = block.closest("details:is(.fold, .entry)");
    const look = () => {
      const asked = fold?.open || block.matches(":hover, :focus-within");
      button.tabIndex = asked ? 0 : -1;
    };
    for (const event of ["pointerenter", "pointerleave", "focusin"]) {
      block.addEventListener(event, look);
    }
    block.addEventListener("focusout", () => setTimeout(look));
    fold?.addEventListener("toggle", look);
    look();
  }
});

// What a reader has unfolded is unfolded when they come back.
addEventListener("DOMContentLoaded", () => {
  const key = `unfolded:${location.pathname}`;
  const folds = [...document.querySelectorAll("details:is(.fold, .later, .entry)")];
  let open = [];
  try {
    open = JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return; // where nothing may be kept
  }
  folds.forEach((fold, i) => {
    fold.open = open.includes(i);
    fold.addEventListener("toggle", () => {
      const now = folds.flatMap((each, k) => (each.open ? [k] : []));
      localStorage.setItem(key, JSON.stringify(now));
    });
  });
});

// A link into what is folded unfolds it, and paper has it all.
(() => {
  const read = "details:is(.later, .entry)";
  const unfold = () => {
    const target = document.querySelector(":target");
    // The heading of a section is outside of what is folded under it.
    const own = target?.querySelector(":scope > details.later");
    if (own) own.open = true;
    let around = target?.closest(`${read}:not([open])`);
    if (!around) return;
    for (; around; around = around.parentElement.closest(read)) around.open = true;
    target.scrollIntoView();
  };
  addEventListener("DOMContentLoaded", unfold);
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll(read)) each.open = true;
  });
})();

// Paper is white, whatever the screen is, and has the pictures that nobody has scrolled to.
(() => {
  const { dataset } = document.documentElement;
  let onScreen;
  addEventListener("beforeprint", () => {
    onScreen = dataset.theme;
    dataset.theme = "light";
    for (const picture of document.querySelectorAll("img[loading=lazy]")) picture.loading = "eager";
  });
  addEventListener("afterprint", () => {
    dataset.theme = onScreen;
  });
})();

// The contents of a page make room while a picture stands beside its proof: there is one column for both.
addEventListener("DOMContentLoaded", () => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target);
    contents?.classList.toggle("hide", seen.size > 0);
  }, { rootMargin: "25% 0px" });
  for (const block of document.querySelectorAll(".beside")) watch.observe(block);
});

// From a file no notebook runs: browsers let no worker start there.
const needsServer = (event, place) => {
  if (location.protocol !== "file:") return false;
  event.preventDefault();
  const note = document.createElement("span");
  note.className = "served";
  note.setAttribute("role", "alert");
  note.textContent = "This needs the book to be served, for example by "
    + "`python -m http.server` in its folder, and opened at http://localhost:8000.";
  if (!place.querySelector(".served")) place.append(note);
  place.scrollIntoView({ block: "center" });
  return true;
};

// The notebook opens in the browser where its page was read.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href*='lite/notebooks/index.html']");
  if (!link || needsServer(event, document.querySelector(".bd-article p.run") ?? link.parentElement)) return;
  const above = [...document.querySelectorAll(".bd-article section > :is(h2, h3, h4)")].filter(
    (heading) => heading.getBoundingClientRect().top < innerHeight / 2,
  );
  const heading = above.at(-1)?.cloneNode(true);
  if (!heading) return;
  heading.querySelectorAll(".headerlink, .section-number, mjx-container").forEach((e) => e.remove());
  link.hash = encodeURIComponent(heading.textContent.trim());
});

// A cell is run below its code, in a frame that the first click loads. The next cell has the same
// frame, and so the same Python, where a browser can move a frame without loading it again.
(() => {
  const options = {
    kernel: "python", promptCellPosition: "top", clearCellsOnExecute: 1, clearCodeContentOnExecute: 0,
    hideCodeInput: 1, showBanner: 0,
  };
  let box, frame;
  const make = () => {
    box = document.createElement("div");
    box.className = "tried";
    frame = document.createElement("iframe");
    frame.title = "The cell, run in your browser";
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => {
      box.hidden = true;
      box.link.focus();
    });
    box.append(close, frame);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("p.try > a");
    if (!link || event.ctrlKey || event.metaKey || needsServer(event, link.parentElement)) return;
    event.preventDefault();
    const first = !box;
    if (first) make();
    const place = link.closest(".cell");
    const next = place.nextElementSibling;
    let loaded = !first;
    if (next !== box) {
      loaded &&= "moveBefore" in Element.prototype;
      if (loaded) place.parentElement.moveBefore(box, next);
      else place.after(box);
    }
    box.hidden = false;
    box.link = link;
    const cell = decodeURIComponent(link.hash.slice(1));
    if (loaded) frame.contentWindow.postMessage({ cell }, location.origin);
    else {
      const address = new URL(link.href);
      const dark = document.documentElement.dataset.theme === "dark";
      const theme = `JupyterLab ${dark ? "Dark" : "Light"}`;
      address.search = new URLSearchParams({ ...options, theme });
      frame.src = address.href;
    }
    frame.focus();
  });
})();
