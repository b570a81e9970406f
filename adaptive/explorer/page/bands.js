// The bands: for each coordinate a bar, the direction, in a band, the scale.

import { BOTH } from "./descent.js";
import { set } from "./drawing.js";
import { clamp, written } from "./numbers.js";

const LONGEST_BAR = 1.03;

export class Bands {
  constructor(svg) {
    this.rows = [...svg.querySelectorAll(".band-row")].map((row) => ({
      range: row.querySelector(".range"),
      amount: row.querySelector(".amount"),
      texts: ["low", "share", "high"].map((name) => row.querySelector(`.${name}`)),
    }));
  }

  draw(direction, scale) {
    for (const i of BOTH) {
      const { range, amount, texts } = this.rows[i];
      const [start, width] = ["x", "width"].map((name) => Number(range.getAttribute(name)));
      const share = direction[i] / scale[i];
      const kept = Number.isFinite(share) ? clamp(share, -LONGEST_BAR, LONGEST_BAR) : 0;
      const left = start + (width / 2) * (1 + Math.min(kept, 0));
      set(amount, { x: left.toFixed(1), width: ((width / 2) * Math.abs(kept)).toFixed(1) });
      [`−${written(scale[i])}`, written(share), written(scale[i])].forEach((text, k) => (texts[k].textContent = text));
    }
  }
}
