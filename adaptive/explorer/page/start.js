// Where the page begins: each output says which picture is to come alive, and with what.

import { Anatomy } from "./anatomy.js";
import { Explorer } from "./explorer.js";

const VIEWS = { anatomy: Anatomy };

/** Return the function that brings explorers to life, with what they all know. */
export function starter(catalogue) {
  return (id, spec) => {
    for (const root of document.querySelectorAll(`[data-explorer="${id}"]:not([data-live])`)) {
      root.dataset.live = "";
      // For tests and the curious.
      root.explorer = new (VIEWS[spec.view] ?? Explorer)(root, catalogue, spec);
    }
  };
}
