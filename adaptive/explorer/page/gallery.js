// A gallery: several rules from one start, each in a small picture of its own.

import { freeKey, numberIn } from "./address.js";
import { descend } from "./descent.js";
import { dots, html, linear, polyline, set, shape } from "./drawing.js";
import { draggable } from "./drag.js";
import { onReturn, recalled, remember } from "./memory.js";
import { clamp, roundDown, rounded, written } from "./numbers.js";
import { outcomeOf, relativeLoss } from "./outcome.js";

const SECONDS_TO_SHOW = 4.2;
const BORDER = 20;
const REST = 350; // milliseconds before the hand rests

export class Gallery {
  constructor(root, catalogue, spec) {
    this.root = root;
    this.spec = spec;
    this.key = freeKey(root, spec.key);
    this.start = spec.start;
    const { width, height, bounds } = spec.stage;
    const [[left, right], [bottom, top]] = bounds;
    this.x = linear(left, right, 0, width);
    this.y = linear(top, bottom, 0, height);
    this.dataX = linear(0, width, left, right);
    this.dataY = linear(0, height, top, bottom);
    this.unit = [(right - left) / 500, (top - bottom) / 250].map(roundDown);
    this.build();
    this.run();
    this.draw(spec.steps);
    const before = recalled(this.key);
    if (before) this.restore(before);
    onReturn(this.key, (settings) => this.restore(settings));
    this.playWhenSeen();
  }

  restore({ start }) {
    const point = String(start).split(",").map(numberIn);
    if (point.length === 2 && point.every(Number.isFinite)) this.moveTo(point);
  }

  build() {
    const { root } = this;
    root.addEventListener("keydown", (event) => event.stopPropagation());
    this.cells = [...root.querySelectorAll("figure")].map((figure, i) => this.cell(figure, i));
    this.status = html(root, "p", { class: "hidden", role: "status" });
    const button = html(root.querySelector(".head"), "button", { type: "button" }, "Play again");
    button.addEventListener("click", () => this.play());
  }

  cell(figure, i) {
    const find = (selector) => figure.querySelector(selector);
    const handle = find(".start");
    // One of them is enough for the keyboard: all move together.
    set(handle, { class: "start handle", "aria-hidden": i ? true : null, tabindex: i ? -1 : 0 });
    if (!i) {
      set(handle, { role: "slider", "aria-label": "Start of all runs", "aria-roledescription": "2D slider" });
      set(handle, { "aria-valuemin": 0, "aria-valuemax": 100 });
    }
    handle.prepend(shape(null, "circle", { class: "reach", r: 70 }));
    draggable({
      svg: find(".scene"),
      handle,
      area: find(".area"),
      moveTo: ([x, y]) => this.moveTo([this.dataX(x), this.dataY(y)]),
      moveBy: (steps) => this.moveTo(this.start.map((value, k) => value + steps[k] * this.unit[k] * 5)),
    });
    const now = shape(find(".paths"), "circle", { class: "now", r: 16 });
    return { handle, now, whole: find(".whole"), halo: find(".halo"), line: find(".line"), dots: find(".dots"), count: find(".count") };
  }

  /** Bring the start of all runs to a point of the plane, kept in the picture. */
  moveTo(point) {
    const { width, height } = this.spec.stage;
    const x = clamp(this.x(point[0]), BORDER, width - BORDER);
    const y = clamp(this.y(point[1]), BORDER, height - BORDER);
    this.start = [rounded(this.dataX(x), this.unit[0]), rounded(this.dataY(y), this.unit[1])];
    this.stop();
    this.next ??= requestAnimationFrame(() => {
      this.next = null;
      this.run();
      this.draw(this.spec.steps);
      this.settle();
    });
  }

  run() {
    const { spec } = this;
    this.runs = spec.rules.map((rule) => {
      const path = descend(rule, spec.problem, rule.settings, this.start, spec.steps, undefined, spec.far);
      return { path, ...outcomeOf(path, relativeLoss(path, spec.problem), spec.within, spec.steps) };
    });
    const at = [this.x(this.start[0]), this.y(this.start[1])];
    this.cells.forEach(({ handle, whole }, i) => {
      set(handle, { transform: `translate(${at.map((value) => value.toFixed(1))})` });
      const [x, y, last] = this.points(this.runs[i]);
      set(whole, { d: polyline(x, y, 0, last) });
    });
    set(this.cells[0].handle, {
      "aria-valuenow": Math.round((100 * at[0]) / spec.stage.width),
      "aria-valuetext": `θ[0] = ${written(this.start[0], 4)}, θ[1] = ${written(this.start[1], 4)}`,
    });
  }

  points({ path }) {
    return [(t) => this.x(path.theta[0][t]), (t) => this.y(path.theta[1][t]), path.steps];
  }

  /** Draw all runs as far as step t. */
  draw(t) {
    this.cells.forEach((cell, i) => {
      const run = this.runs[i];
      const [x, y, steps] = this.points(run);
      const last = Math.min(t, steps);
      const d = polyline(x, y, 0, last);
      set(cell.halo, { d });
      set(cell.line, { d });
      set(cell.dots, { d: dots(x, y, 0, last) });
      set(cell.now, { cx: clamp(x(last), -99, 999), cy: clamp(y(last), -99, 999) });
      const known = t === this.spec.steps || (run.steps !== null && t >= run.steps);
      cell.count.textContent = known ? arrived(run) : `step ${t}`;
    });
  }

  /** Once the hand rests: tell a screen reader, and let the page remember. */
  settle() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const captions = [...this.root.querySelectorAll("figcaption")];
      this.status.textContent = captions
        .map((each) => `${each.querySelector("b").textContent}: ${each.querySelector(".count").textContent}`)
        .join(". ");
      remember(this.key, { start: String(this.start) });
    }, REST);
  }

  // ---------------------------------------------------------------- time

  /** Play once, when the figure comes into view; the whole paths are there meanwhile. */
  playWhenSeen() {
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      this.play();
    }, { threshold: 0.3 });
    seen.observe(this.root);
  }

  play() {
    this.stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const { steps } = this.spec;
    let began = null;
    const tick = (now) => {
      began ??= now;
      const t = Math.min(steps, Math.floor(((now - began) * steps) / (1000 * SECONDS_TO_SHOW)));
      this.draw(t);
      this.playing = t < steps && this.root.isConnected ? requestAnimationFrame(tick) : null;
    };
    this.playing = requestAnimationFrame(tick);
  }

  stop() {
    if (this.playing) cancelAnimationFrame(this.playing);
    this.playing = null;
    this.draw(this.spec.steps);
  }
}

const arrived = ({ steps, diverges }) => {
  if (diverges) return "diverges";
  if (steps === null) return "not there yet";
  return steps === 1 ? "1 step" : `${steps} steps`;
};
