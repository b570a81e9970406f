// A translator: three menus, and what stands in the dictionary for them.

import { freeKey } from "./address.js";
import { onReturn, recalled, remember } from "./memory.js";

export class Translator {
  constructor(root, catalogue, spec) {
    this.ways = spec.ways;
    this.key = freeKey(root, spec.key);
    this.parts = ["theirs", "ours", "said"].map((name) => root.querySelector(`.${name}`));
    this.menus = {};
    for (const menu of root.querySelectorAll("select")) {
      this.menus[menu.name] = menu;
      menu.addEventListener("change", () => {
        this.choose(menu.name);
        remember(this.key, this.chosen);
      });
    }
    // JupyterLab would take keys for commands of its own.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    this.before = this.chosen;
    this.restore(recalled(this.key));
    onReturn(this.key, (settings) => this.restore(settings));
  }

  get chosen() {
    const { algorithm, source, target } = this.menus;
    return { algorithm: algorithm.value, source: source.value, target: target.value };
  }

  restore(settings) {
    const { algorithm, source, target } = settings ?? {};
    if (this.ways[algorithm]?.[source]?.[target]) {
      for (const [name, menu] of Object.entries(this.menus)) menu.value = settings[name];
    }
    this.choose("target");
  }

  /** Show what is chosen now; one menu has changed, and another may have to give way. */
  choose(changed) {
    const ways = this.ways[this.menus.algorithm.value];
    const { source, target } = this.menus;
    for (const option of source.options) option.disabled = !ways[option.value];
    if (!ways[source.value]) source.value = this.other(ways);
    if (source.value === target.value) this.part(changed, ways);
    const lines = ways[source.value][target.value];
    this.parts.forEach((part, i) => {
      part.textContent = lines[i];
    });
    this.before = this.chosen;
  }

  /** From and to have become the same: the other one takes what this one was, if it can. */
  part(changed, ways) {
    const { source, target } = this.menus;
    if (changed === "source") {
      const free = Object.keys(ways[source.value]);
      target.value = free.includes(this.before.source) ? this.before.source : free[0];
    } else {
      source.value = ways[this.before.target] ? this.before.target : this.other(ways);
    }
  }

  /** Whose path can be wanted that is not in the place to write. */
  other(ways) {
    return Object.keys(ways).find((name) => name !== this.menus.target.value);
  }
}
