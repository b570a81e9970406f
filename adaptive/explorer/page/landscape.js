// The landscape: contours, paths on them, arrows at one moment, and the start to be dragged.

import { BOTH } from "./descent.js";
import { arrow, dots, linear, polyline, set, shape } from "./drawing.js";
import { draggable, inside } from "./drag.js";
import { written } from "./numbers.js";

const SMALLEST_ARROW = 12;
const LARGEST_ARROW = 58;

export class Landscape {
  /** `moved(start)` is called when the reader drags the start; null where it stays where it is. */
  constructor(svg, box, moved) {
    this.svg = svg;
    this.box = box;
    this.backdrop = svg.querySelector(".backdrop");
    this.paths = svg.querySelector(".paths");
    this.paths.replaceChildren();
    this.arrows = shape(null, "g", { class: "arrows", "aria-hidden": "true" });
    this.paths.after(this.arrows);
    this.drawn = new Map();
    this.arrow = {};
    for (const concept of ["gradient", "velocity", "step"]) {
      const halo = shape(this.arrows, "path", { class: "halo" });
      this.arrow[concept] = [halo, shape(this.arrows, "path", { class: `arrow ${concept}` })];
    }
    this.handle = this.makeHandle(svg.querySelector(".start"), moved);
  }

  makeHandle(handle, moved) {
    if (!moved) return handle;
    set(handle, {
      "aria-label": "Start",
      "aria-roledescription": "2D slider",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-hidden": null,
      class: "start handle",
      role: "slider",
      tabindex: 0,
    });
    handle.prepend(shape(null, "circle", { class: "reach", r: 22 }));
    const move = (pixels) => {
      const [x, y] = inside(pixels, this.box);
      // Kept at once: another key may come before the next frame.
      this.start = [round(this.dataX(x), this.unit[0]), round(this.dataY(y), this.unit[1])];
      moved(this.start);
    };
    draggable({
      svg: this.svg,
      handle,
      area: this.svg.querySelector(".area"),
      moveTo: (pixels) => move(pixels),
      moveBy: (steps) => {
        // Hundredths of the picture, each of them a round number.
        const to = this.start.map((value, i) => value + steps[i] * this.unit[i] * 5);
        move([this.x(to[0]), this.y(to[1])]);
      },
    });
    return handle;
  }

  /** Show another problem. */
  show(problem) {
    this.backdrop.innerHTML = problem.backdrop;
    const [[left, right], [bottom, top]] = problem.bounds;
    const { box } = this;
    this.x = linear(left, right, box.left, box.right);
    this.y = linear(bottom, top, box.bottom, box.top);
    this.dataX = linear(box.left, box.right, left, right);
    this.dataY = linear(box.bottom, box.top, bottom, top);
    this.unit = [(right - left) / 500, (top - bottom) / 500].map(roundDown);
    this.bounds = problem.bounds;
  }

  /** Draw new paths: a list of { rule, path }, and the start of all of them. */
  draw(runs, start) {
    this.start = start;
    set(this.handle, { transform: `translate(${this.x(start[0]).toFixed(1)},${this.y(start[1]).toFixed(1)})` });
    const [[left, right]] = this.bounds;
    const percent = Math.round((100 * (start[0] - left)) / (right - left));
    set(this.handle, {
      "aria-valuenow": Math.min(100, Math.max(0, percent)),
      "aria-valuetext": `θ[0] = ${written(start[0], 4)}, θ[1] = ${written(start[1], 4)}`,
    });
    for (const [name, { group }] of this.drawn) {
      if (!runs.some(({ rule }) => rule.name === name)) {
        group.remove();
        this.drawn.delete(name);
      }
    }
    for (const { rule, path } of runs) {
      const { whole } = this.group(rule);
      set(whole, { d: polyline(...this.pixels(path), 0, path.steps) });
    }
  }

  group(rule) {
    if (!this.drawn.has(rule.name)) {
      const group = shape(this.paths, "g", { class: "rule", style: rule.look, "data-rule": rule.name });
      const made = { group };
      made.halo = shape(group, "path", { class: "halo" });
      made.whole = shape(group, "path", { class: "whole" });
      made.past = shape(group, "path", { class: "past", "stroke-dasharray": rule.dashes });
      made.dots = shape(group, "path", { class: "dots" });
      made.now = shape(group, "circle", { class: "now", r: 5 });
      made.lost = shape(group, "path", { class: "lost" });
      this.drawn.set(rule.name, made);
    }
    return this.drawn.get(rule.name);
  }

  pixels(path) {
    const [x, y] = path.theta;
    return [(t) => this.x(x[t]), (t) => this.y(y[t])];
  }

  /** Bring all to one moment. Dots mark the steps where they can be told apart. */
  moment(runs, focus, t) {
    for (const { rule, path } of runs) {
      const { group, halo, past, dots: marks, now, lost } = this.drawn.get(rule.name);
      const last = Math.min(t, path.steps);
      const [x, y] = this.pixels(path);
      const line = polyline(x, y, 0, last);
      const dotted = runs.length <= 3 || rule.name === focus;
      set(halo, { d: runs.length <= 3 ? line : "" });
      set(past, { d: line });
      set(marks, { d: dotted ? dots(x, y, 0, last) : "" });
      this.markEnd(now, lost, [x(last), y(last)]);
      if (rule.name === focus && group.nextSibling) this.paths.append(group);
    }
    const run = runs.find(({ rule }) => rule.name === focus);
    this.drawArrows(run, t);
  }

  /** A dot where the run is; where that is outside of the picture, a wedge at the edge. */
  markEnd(now, lost, [x, y]) {
    const [edgeX, edgeY] = inside([x, y], this.box);
    const visible = edgeX === x && edgeY === y;
    set(now, { cx: visible ? x : -99, cy: visible ? y : -99 });
    const turn = (Math.atan2(y - edgeY, x - edgeX) * 180) / Math.PI;
    const wedge = `translate(${edgeX},${edgeY}) rotate(${turn})`;
    set(lost, { d: visible ? "" : "M-9,-5L0,0L-9,5Z", transform: Number.isFinite(turn) ? wedge : null });
  }

  /** The step that led to this moment, from where it began, and what it was made of. */
  drawArrows(run, t) {
    const shown = run && t >= 1 && t <= run.path.steps;
    const lines = { gradient: "", velocity: "", step: "" };
    if (shown) {
      const { rule, path } = run;
      const before = BOTH.map((i) => path.theta[i][t - 1]);
      const after = BOTH.map((i) => path.theta[i][t]);
      const at = BOTH.map((i) => path.at[i][t]);
      lines.step = arrow(this.point(before), this.point(after));
      lines.gradient = this.scaled(at, path.gradient, t, -1);
      if (rule.direction) {
        const { index, sign } = rule.direction;
        lines.velocity = this.scaled(before, path.state[index], t, sign);
      }
    }
    for (const [concept, d] of Object.entries(lines)) {
      for (const element of this.arrow[concept]) set(element, { d });
    }
  }

  point([x, y]) {
    return [this.x(x), this.y(y)];
  }

  /** An arrow in the direction of `values` at t. Its length grows with the cube root of theirs. */
  scaled(from, values, t, sign) {
    const [startX, startY] = this.point(from);
    const [zeroX, zeroY] = this.point([0, 0]);
    const pixels = (k) => {
      const [x, y] = this.point(BOTH.map((i) => sign * values[i][k]));
      return [x - zeroX, y - zeroY];
    };
    const [x, y] = pixels(t);
    const length = Math.hypot(x, y);
    if (!(length > 0) || !Number.isFinite(length)) return "";
    let longest = length;
    for (let k = 1; k < values[0].length; k++) {
      const other = Math.hypot(...pixels(k));
      if (other > longest && Number.isFinite(other)) longest = other;
    }
    const drawn = Math.max(SMALLEST_ARROW, LARGEST_ARROW * Math.cbrt(length / longest));
    return arrow([startX, startY], [startX + (x * drawn) / length, startY + (y * drawn) / length]);
  }
}

const roundDown = (value) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].map((digit) => digit * power).find((unit) => unit <= value * 1.001);
};

const round = (value, unit) => Number((Math.round(value / unit) * unit).toPrecision(12));
