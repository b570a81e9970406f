// A flipbook: pictures that were drawn beforehand, one whole, of the others what differs.

import { freeKey, numberIn } from "./address.js";
import { set } from "./drawing.js";
import { onReturn, recalled, remember } from "./memory.js";

const LULL = 350; // milliseconds before the hand rests

export class Flipbook {
  constructor(root, catalogue, spec) {
    this.spec = spec;
    this.key = freeKey(root, spec.key);
    const find = (selector) => root.querySelector(selector);
    [this.input, this.value, this.said] = ["input", ".value", ".said"].map(find);
    this.parts = [];
    for (const part of root.querySelectorAll("[data-part]")) this.parts[part.dataset.part] = part;
    // JupyterLab would take keys for commands of its own.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    this.input.addEventListener("input", () => {
      this.show(Number(this.input.value));
      this.settle();
    });
    this.restore(recalled(this.key));
    onReturn(this.key, (settings) => this.restore(settings));
  }

  restore(settings) {
    // A browser may keep where the slider was, but not the picture.
    const at = numberIn(settings?.at);
    this.show(this.spec.frames[at] ? at : Number(this.input.value));
  }

  show(at) {
    const { frames, slots, shown, said } = this.spec;
    slots.forEach(([number, name], i) => {
      const part = this.parts[number];
      const value = frames[at][i];
      if (name) set(part, { [name]: value });
      else if (part.innerHTML !== value) part.innerHTML = value;
    });
    this.input.value = at;
    this.value.textContent = shown[at];
    set(this.input, { "aria-valuetext": said[at] ? `${shown[at]}. ${said[at]}` : shown[at] });
    if (this.said) this.said.textContent = said[at];
  }

  settle() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => remember(this.key, { at: this.input.value }), LULL);
  }
}
