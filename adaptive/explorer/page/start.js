// Where the page begins: each output says which picture is to come alive, and with what.

import { Explorer } from "./explorer.js";

/** Return the function that brings explorers to life, with what they all know. */
export function starter(catalogue) {
  return (id, spec) => {
    for (const root of document.querySelectorAll(`[data-explorer="${id}"]:not([data-live])`)) {
      root.dataset.live = "";
      // For tests and the curious.
      root.explorer = new Explorer(root, catalogue, spec);
    }
  };
}
