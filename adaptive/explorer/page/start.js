// Where the page begins: each output says which picture is to come alive, and with what.

/** Return the function that brings the figures of a view to life, with what they all know. */
export function starter(View, catalogue) {
  return (id, spec) => {
    for (const root of document.querySelectorAll(`[data-explorer="${id}"]:not([data-live])`)) {
      root.dataset.live = "";
      // For tests and the curious.
      root.explorer = new View(root, catalogue, spec);
    }
  };
}
