// Search while typing, by section: titles that match come first. The index and the library that
// searches it come when somebody begins to search.
(() => {
  const MOST = 12;
  const AROUND = 150; // letters of an excerpt
  const root = document.documentElement.dataset.content_root ?? "./";
  const GREEK = { α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", η: "eta", θ: "theta", κ: "kappa", λ: "lambda", μ: "mu", ρ: "rho", σ: "sigma", τ: "tau" };

  const script = (file) =>
    new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = root + file;
      element.onload = resolve;
      element.onerror = reject;
      document.head.append(element);
    });

  const processTerm = (term) => {
    const plain = term.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
    const spelt = plain.replace(/[α-ω]/g, (letter) => GREEK[letter] ?? letter);
    return spelt === plain ? plain : [plain, spelt];
  };

  let ready = null;
  const load = () =>
    (ready ??= Promise.all([script("_static/vendor/minisearch.js"), script("_static/search-index.js")]).then(() => {
      const index = new MiniSearch({
        idField: "url",
        fields: ["title", "page", "text"],
        storeFields: ["title", "page", "text"],
        processTerm,
      });
      index.addAll(bookIndex);
      return index;
    }));

  /** How well the title itself is what was asked for: 3 the same, or but for a slip, 2 begins so, 1 has it. */
  const fit = ({ title, page, terms }, asked) => {
    const named = (title || page).toLowerCase();
    if (named === asked) return 3;
    if (terms.includes(named)) return 2.5;
    if (named.startsWith(asked)) return 2;
    return named.includes(asked) ? 1 : 0;
  };

  const search = (index, text) => {
    const asked = text.trim().toLowerCase();
    if (!asked) return [];
    const options = {
      boost: { title: 4, page: 2 },
      prefix: (term) => term.length > 1,
      // Two letters of a longer word may have changed places.
      fuzzy: (term) => (term.length > 6 ? 0.3 : term.length > 4 ? 0.2 : false),
      // What belongs to the book itself and its code comes after what it is about.
      boostDocument: (url) => (/\/api\/|\/(checked|changelog|errata|references|contributing)\.html|#references/.test(url) ? 0.4 : 1),
    };
    let found = index.search(asked, { ...options, combineWith: "AND" });
    if (!found.length) found = index.search(asked, options);
    const order = (result) => 2 * fit(result, asked) + (result.title ? 0 : 1);
    return found
      .map((result) => [fit(result, asked) ? order(result) : 0, result])
      .sort(([a, one], [b, other]) => b - a || other.score - one.score)
      .slice(0, MOST)
      .map(([, result]) => result);
  };

  /** The part of the text where most of what was found stands, with that in bold. */
  const excerpt = ({ text, terms }) => {
    const paragraph = document.createElement("span");
    paragraph.className = "found-text";
    const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = escaped.length ? new RegExp(escaped.join("|"), "gi") : /$^/g;
    const first = Math.max(0, text.search(pattern));
    let from = Math.max(0, first - AROUND / 3);
    if (from) from = text.indexOf(" ", from) + 1;
    let shown = text.slice(from, from + AROUND);
    if (from + AROUND < text.length) shown = shown.slice(0, shown.lastIndexOf(" ")) + " …";
    if (from) paragraph.append("… ");
    let last = 0;
    for (const match of shown.matchAll(pattern)) {
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      paragraph.append(shown.slice(last, match.index), mark);
      last = match.index + match[0].length;
    }
    paragraph.append(shown.slice(last));
    return paragraph;
  };

  const item = (result) => {
    const link = document.createElement("a");
    link.href = root + result.id;
    const title = document.createElement("span");
    title.className = "found-title";
    title.textContent = result.title || result.page;
    link.append(title);
    if (result.title) {
      const page = document.createElement("span");
      page.className = "found-page";
      page.textContent = result.page;
      link.append(" ", page);
    }
    link.append(excerpt(result));
    const row = document.createElement("li");
    row.append(link);
    return row;
  };

  /** Let an input search while its reader types, and show what was found in a place after it. */
  const attach = (input, place) => {
    const list = document.createElement("ul");
    list.className = "found";
    const status = document.createElement("p");
    status.className = "found-status";
    status.setAttribute("role", "status");
    place.append(status, list);
    let asked = "";
    const show = async () => {
      asked = input.value;
      const text = asked;
      const index = await load().catch(() => null);
      if (text !== input.value) return; // typed on meanwhile
      const found = index ? search(index, text) : [];
      list.replaceChildren(...found.map(item));
      status.textContent = !index
        ? "The search index could not be loaded."
        : !text.trim()
          ? ""
          : found.length
            ? `${found.length === MOST ? "The best " : ""}${found.length} ${found.length === 1 ? "place" : "places"}`
            : "Nothing found.";
    };
    input.addEventListener("focus", () => load().catch(() => {}), { once: true });
    input.addEventListener("input", show);
    place.parentElement.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      const stops = [input, ...list.querySelectorAll("a")];
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    });
    return show;
  };

  addEventListener("DOMContentLoaded", () => {
    const dialog = document.querySelector("#pst-search-dialog");
    if (dialog) {
      const input = dialog.querySelector("input[type=search]");
      attach(input, dialog.appendChild(document.createElement("div")));
      // A link to a place on this page leads there, and out of the dialog.
      dialog.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
    }
    const results = document.querySelector("#search-results");
    if (results) {
      const input = results.parentElement.querySelector("input[type=search]");
      const show = attach(input, results);
      input.value = new URLSearchParams(location.search).get("q") ?? "";
      show();
    }
  });
})();
