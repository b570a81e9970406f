// The map of two hyperparameters: a point on it is a setting.

import { draggable, inside } from "./drag.js";
import { set, shape } from "./drawing.js";
import { clamp, place, stopFrom, valueAt, written } from "./numbers.js";

export class Pad {
  /** `map` has the two `names`, their `ranges`, and `columns` × `rows` of what happens there. */
  constructor(svg, box, map, moved) {
    this.box = box;
    this.map = map;
    this.handle = svg.querySelector(".point");
    set(this.handle, {
      "aria-hidden": null,
      "aria-label": `${map.ranges[0].label} and ${map.ranges[1].label}`,
      "aria-roledescription": "2D slider",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      class: "point handle",
      role: "slider",
      tabindex: 0,
    });
    this.handle.prepend(shape(null, "circle", { class: "reach", r: 22 }));
    const move = (places) => {
      this.places = places.map((at) => clamp(at, 0, 1));
      moved(map.ranges.map((range, i) => valueAt(range, this.places[i])));
    };
    draggable({
      svg,
      handle: this.handle,
      area: svg.querySelector(".area"),
      moveTo: (pixels) => {
        const [x, y] = inside(pixels, box);
        move([(x - box.left) / (box.right - box.left), (box.bottom - y) / (box.bottom - box.top)]);
      },
      moveBy: (steps) => {
        // Kept at once: another key may come before the next frame.
        this.settings = map.ranges.map((range, i) => stopFrom(range, this.settings[i], steps[i]));
        moved(this.settings);
      },
    });
  }

  /** Bring the point to a setting. */
  draw(settings) {
    const { box, map } = this;
    this.settings = settings;
    this.places = map.ranges.map((range, i) => place(range, settings[i]));
    const [x, y] = this.places;
    const left = box.left + x * (box.right - box.left);
    const top = box.bottom - y * (box.bottom - box.top);
    const text = map.ranges.map((range, i) => `${range.symbol} = ${written(settings[i])}`).join(", ");
    set(this.handle, {
      transform: `translate(${left.toFixed(1)},${top.toFixed(1)})`,
      "aria-valuenow": Math.round(100 * x),
      "aria-valuetext": `${text}: ${this.regime()}`,
    });
  }

  /** What happens at the setting, from the map that Python computed. */
  regime() {
    const { columns, rows, cells, regimes } = this.map;
    const column = Math.min(Math.floor(this.places[0] * columns), columns - 1);
    const row = Math.min(Math.floor(this.places[1] * rows), rows - 1);
    return regimes[Number(cells[row * columns + column])];
  }
}
