// The landscape: contours, paths on them, arrows at one moment, and the start to be dragged.

import { BOTH, partsOf } from "./descent.js";
import { arrow, dots, linear, polyline, set, shape } from "./drawing.js";
import { draggable, inside } from "./drag.js";
import { roundDown, rounded, written } from "./numbers.js";

// The step is drawn first, and wider: where there is no memory, the gradient lies on it.
const CONCEPTS = ["step", "memory", "gradient", "decay"];
// If the longest arrow is shorter, all are enlarged alike; never more than so many times.
const SHORTEST = 24;
const MOST_ENLARGED = 1e6;

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
    const halos = CONCEPTS.map(() => shape(this.arrows, "path", { class: "halo" }));
    this.arrow = Object.fromEntries(
      CONCEPTS.map((concept, i) => [concept, [halos[i], shape(this.arrows, "path", { class: `arrow ${concept}` })]]),
    );
    this.enlarged = shape(this.arrows, "text", { class: "enlarged", x: box.left + 7, y: box.bottom - 8 });
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
      this.start = [rounded(this.dataX(x), this.unit[0]), rounded(this.dataY(y), this.unit[1])];
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

  /** The step that led to this moment and its parts, which make it tip to tail: memory, gradient, decay. */
  drawArrows(run, t) {
    const shown = run?.rule.code && t >= 1 && t <= run.path.steps;
    const { ends, factor } = shown ? this.ends(run, t) : { ends: {}, factor: 1 };
    for (const concept of CONCEPTS) {
      const d = ends[concept] ? arrow(...ends[concept]) : "";
      for (const element of this.arrow[concept]) set(element, { d });
    }
    this.enlarged.textContent = factor > 1 ? `arrows enlarged ${written(factor)} ×` : "";
  }

  /** From where to where each arrow goes, in pixels, and how many times all are enlarged. */
  ends({ rule, path, settings }, t) {
    const from = BOTH.map((i) => path.theta[i][t - 1]);
    const { step, memory, decay } = partsOf(rule, path, settings, t);
    const foot = this.point(from);
    const moved = (way) => this.point(BOTH.map((i) => from[i] + way[i])).map((pixel, i) => pixel - foot[i]);
    const [whole, kept, pull] = [moved(step), memory && moved(memory), decay && moved(decay)];
    const longest = Math.max(...[whole, kept ?? [0, 0], pull ?? [0, 0]].map((way) => Math.hypot(...way)));
    const factor = longest < SHORTEST ? roundUp(SHORTEST / longest) : 1;
    if (!(factor <= MOST_ENLARGED)) return { ends: {}, factor: 1 };
    const at = (way) => foot.map((pixel, i) => pixel + factor * way[i]);
    const ends = { step: [foot, at(whole)] };
    const turn = pull ? at(whole.map((value, i) => value - pull[i])) : at(whole);
    if (kept) Object.assign(ends, { memory: [foot, at(kept)], gradient: [at(kept), turn] });
    if (pull) ends.decay = [turn, at(whole)];
    return { ends, factor };
  }

  point([x, y]) {
    return [this.x(x), this.y(y)];
  }
}

const roundUp = (value) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((digit) => digit * power).find((unit) => unit >= value * 0.999);
};
