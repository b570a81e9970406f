// Where the page begins: each output says which picture is to come alive, and with what.

import { Anatomy } from "./anatomy.js";
import { Explorer } from "./explorer.js";
import { Gallery } from "./gallery.js";
import { Opening } from "./opening.js";

const VIEWS = { anatomy: Anatomy, gallery: Gallery, opening: Opening };

/** Return the function that brings figures to life, with what they all know. */
export function starter(catalogue) {
  return (id, spec) => {
    for (const root of document.querySelectorAll(`[data-explorer="${id}"]:not([data-live])`)) {
      root.dataset.live = "";
      const View = VIEWS[spec.view] ?? Explorer;
      // For tests and the curious.
      root.explorer = new View(root, catalogue, spec);
    }
  };
}
