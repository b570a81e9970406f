// An opening: one question, one slider, one start. `adaptive.explorer.stage` draws the same in Python.

import { freeKey, numberIn } from "./address.js";
import { decoded, descend, rowsOf } from "./descent.js";
import { dots, html, linear, polyline, set, shape } from "./drawing.js";
import { draggable } from "./drag.js";
import { besideCurves, covered, hintBeside, placed, widthOf } from "./labels.js";
import { onReturn, recalled, remember } from "./memory.js";
import { clamp, roundDown, rounded, written } from "./numbers.js";
import { outcomeOf, relativeLoss, sentence, speedOf } from "./outcome.js";

const CURVE = 64; // the height of the loss curve
const ABOVE = 0.4; // how far it goes above its start, as a logarithm
const MARGIN = 14; // what the start keeps from the sides of the picture
const QUIET = 350; // milliseconds before the hand rests

export class Opening {
  constructor(root, catalogue, spec) {
    this.root = root;
    this.spec = spec;
    this.key = freeKey(root, spec.key);
    this.state = { at: spec.at, start: spec.start };
    this.seen = new Set();
    this.passed = new Set();
    this.names = {};
    for (const problem of spec.problems) {
      if (problem.batches) problem.rows = rowsOf(decoded(problem.batches, "Float64"), spec.most);
    }
    this.scale();
    this.build();
    const before = recalled(this.key);
    if (before) this.restore(before);
    onReturn(this.key, (settings) => this.restore(settings));
    this.render();
  }

  scale() {
    const { width, height, bounds } = this.spec.stage;
    const [[left, right], [bottom, top]] = bounds;
    this.x = linear(left, right, 0, width);
    this.y = linear(top, bottom, 0, height);
    this.dataX = linear(0, width, left, right);
    this.dataY = linear(0, height, top, bottom);
    this.unit = [(right - left) / 500, (top - bottom) / 250].map(roundDown);
  }

  // ---------------------------------------------------------------- what is set

  /** Change some of it. What is seen follows with the next frame. */
  apply(change) {
    Object.assign(this.state, change);
    this.frame ??= requestAnimationFrame(() => this.render());
  }

  /** What the reader has set, as texts. */
  settings() {
    return { value: String(this.spec.stops[this.state.at]), start: String(this.state.start) };
  }

  restore({ value, start }) {
    const at = this.spec.stops.indexOf(numberIn(value));
    const [x, y] = String(start).split(",").map(numberIn);
    if (at >= 0) this.apply({ at });
    if (Number.isFinite(x) && Number.isFinite(y)) this.moveTo([x, y]);
  }

  /** Bring the start to a point of the plane, kept in the part of the picture that is seen. */
  moveTo(point) {
    const { window, height } = this.spec.stage;
    const [low, high] = this.cropped() ? window : [0, this.spec.stage.width];
    const x = clamp(this.x(point[0]), low + MARGIN, high - MARGIN);
    const y = clamp(this.y(point[1]), MARGIN, height - MARGIN);
    this.moved = true;
    this.apply({ start: [rounded(this.dataX(x), this.unit[0]), rounded(this.dataY(y), this.unit[1])] });
  }

  cropped() {
    const { width, height } = this.spec.stage;
    const box = this.scene.getBoundingClientRect();
    return box.width / box.height < (0.98 * width) / height;
  }

  // ---------------------------------------------------------------- what follows

  run(rule, settings, turns, at = this.state.at) {
    const { spec } = this;
    const problem = this.problem(at);
    const values = settings.map((value, i) => (i === turns ? spec.stops[at] : value));
    const path = descend(rule, problem, values, this.state.start, spec.most, problem.rows, spec.far);
    const loss = relativeLoss(path, problem, problem.rows);
    return { path, loss, ...outcomeOf(path, loss, spec.within, spec.steps) };
  }

  problem(at = this.state.at) {
    const { problems } = this.spec;
    return problems[problems.length > 1 ? at : 0];
  }

  render() {
    this.frame = null;
    const { spec, state } = this;
    const { ghost } = spec;
    this.live = this.run(spec.rule, spec.settings, spec.turns);
    const same = JSON.stringify([state.start, spec.problems.length > 1 || ghost?.turns != null ? state.at : 0]);
    if (ghost && this.same !== same) this.behind = this.run(ghost, ghost.settings, ghost.turns);
    this.same = same;
    this.drawScene();
    this.drawCurve();
    this.drawDial();
    this.say();
    this.settle();
  }

  /** The runs, the one behind first, with the names of their elements. */
  runs() {
    const { spec } = this;
    const live = { kind: "live", name: spec.rule.name, run: this.live };
    return spec.ghost ? [{ kind: "ghost", name: spec.ghost.name, run: this.behind }, live] : [live];
  }

  drawScene() {
    const { spec, state } = this;
    const problem = this.problem();
    if (this.drawn && this.drawn !== problem) this.find(".backdrop").innerHTML = problem.backdrop;
    this.drawn = problem;
    const lines = [];
    for (const { kind, run } of this.runs()) {
      const group = this.find(`.paths .${kind}`);
      const last = Math.min(spec.steps, run.path.steps);
      const x = (t) => this.x(run.path.theta[0][t]);
      const y = (t) => this.y(run.path.theta[1][t]);
      const d = polyline(x, y, 0, last);
      for (const part of [".halo", ".line"]) set(group.querySelector(part), { d });
      set(group.querySelector(".dots"), { d: dots(x, y, 0, last) });
      lines.push(Array.from({ length: last + 1 }, (_, t) => [tenths(x(t)), tenths(y(t))]));
    }
    this.lines = lines;
    const [x, y] = [tenths(this.x(state.start[0])), tenths(this.y(state.start[1]))];
    set(this.handle, {
      transform: `translate(${x},${y})`,
      "aria-valuenow": Math.round((100 * x) / spec.stage.width),
      "aria-valuetext": `θ[0] = ${written(state.start[0], 4)}, θ[1] = ${written(state.start[1], 4)}`,
    });
    this.drawNames(lines, [x, y]);
    this.mark(null);
  }

  drawNames(lines, [x, y]) {
    const { stage } = this.spec;
    const free = covered(lines);
    const hint = hintBeside([x, y], stage, free);
    set(this.find(".hint"), { x: hint[0] + hint[2] / 2, y: hint[1] });
    this.find(".hint").textContent = this.moved ? "start" : "drag me";
    const taken = [hint];
    for (const text of this.root.querySelectorAll(".texts .place")) {
      const width = widthOf(text.textContent);
      if (width) taken.push([Number(text.getAttribute("x")) - width / 2, Number(text.getAttribute("y")), width]);
    }
    this.runs().forEach(({ kind, name }, i) => {
      const found = placed(lines[i], name, stage, taken, free, this.names[kind]);
      this.names[kind] = found;
      const at = found ?? { x: stage.window[0] + 12, y: stage.height - 30 - 20 * i };
      taken.push([at.x, at.y, widthOf(name)]);
      set(this.find(`.texts .${kind}`), { x: at.x, y: at.y });
    });
  }

  drawCurve() {
    const { steps, within } = this.spec;
    const crossings = this.find(".crossings");
    crossings.replaceChildren();
    const runs = [...this.runs()].reverse();
    const heights = runs.map(({ run }) =>
      Array.from({ length: Math.min(steps, run.path.steps) + 1 }, (_, t) => this.up(run.loss[t])),
    );
    runs.forEach(({ kind }, i) => {
      const line = heights[i].map((up, t) => `${t ? "L" : "M"}${t},${up}`);
      set(this.find(`.lines .${kind} .line`), { d: line.join("") });
    });
    const crossed = runs.map(({ run }, i) => [run.steps, heights[i]]);
    besideCurves(crossed, steps, this.up(within), CURVE).forEach((number, i) => {
      if (!number) return;
      const { kind, run } = runs[i];
      const mark = html(crossings, "span", { class: `crossing ${number.kind}rule ${kind}` });
      mark.style.cssText = this.find(`.paths .${kind}`).style.cssText;
      mark.style.top = `${number.top}px`;
      if (run.steps <= steps) mark.style.left = `${(100 * run.steps) / steps}%`;
      html(mark, "b", {}, number.text);
    });
  }

  /** A loss over that of the start, as a height of the curve. */
  up(loss) {
    const low = 2 * Math.log10(this.spec.within);
    const log = clamp(Math.log10(Math.max(loss, 1e-300)), low - 1, ABOVE + 1);
    return tenths(((ABOVE - log) / (ABOVE - low)) * CURVE);
  }

  drawDial() {
    this.slider.value = this.state.at;
    this.find(".dial-value").textContent = this.value();
    set(this.slider, { "aria-valuetext": this.value() });
    for (const at of this.passed) this.paint(at);
    this.passed.clear();
    this.paint(this.state.at);
  }

  /** Paint the rail at one stop, as fast as the run is there; once. */
  paint(at) {
    if (this.seen.has(at)) return;
    this.seen.add(at);
    const run = at === this.state.at ? this.live : this.run(this.spec.rule, this.spec.settings, this.spec.turns, at);
    const share = Math.round(100 * speedOf(run, this.spec.most));
    const look = { class: run.diverges ? "lost" : "been", style: `--v:${share}%` };
    shape(this.find(".paint"), "rect", { ...look, x: at - 0.5, width: 1.02, height: 10 });
  }

  value() {
    return written(this.spec.stops[this.state.at], 6);
  }

  say() {
    const { spec, state } = this;
    const parts = sentence(this.value(), spec.marks[state.at], this.live, this.behind ?? null, spec.words);
    const line = this.find(".outcome");
    line.replaceChildren();
    for (const [text, kind] of parts) {
      if (kind) html(line, kind === "symbol" ? "i" : "b", {}, text);
      else line.append(text);
    }
  }

  /** Once the hand rests: tell a screen reader, and let the page remember. */
  settle() {
    clearTimeout(this.resting);
    if (!this.told) return (this.told = true);
    this.resting = setTimeout(() => {
      this.status.textContent = this.find(".outcome").textContent;
      remember(this.key, this.settings());
    }, QUIET);
  }

  /** Mark one step in the picture and in the curve; null for none. */
  mark(t) {
    const { steps } = this.spec;
    set(this.find(".cursor"), { d: t === null ? "" : `M${t},0V${CURVE}` });
    this.lines.forEach((line, i) => {
      const [x, y] = (t !== null && t <= steps && line[t]) || [-99, -99];
      set(this.nows[i], { cx: x, cy: y });
    });
  }

  // ---------------------------------------------------------------- the page

  find(selector) {
    return this.root.querySelector(selector);
  }

  build() {
    const { root, spec } = this;
    // JupyterLab would take keys for commands of its own.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    this.scene = this.find(".scene");
    this.handle = this.find(".start");
    this.nows = this.runs().map(({ kind }) => shape(this.find(`.paths .${kind}`), "circle", { class: "now", r: 6 }));
    this.status = html(root, "p", { class: "hidden", role: "status" });
    this.find(".paint").replaceChildren();
    this.slider = this.find("input");
    this.slider.disabled = false;
    this.slider.addEventListener("input", () => this.pass(Number(this.slider.value)));
    this.makeHandle();
    const plot = this.find(".plot");
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const t = Math.round(((event.clientX - box.left) / box.width) * spec.steps);
      this.mark(t >= 0 && t <= spec.steps ? t : null);
    });
    plot.addEventListener("pointerleave", () => this.mark(null));
  }

  /** Go to a stop of the slider, through all between: the rail keeps where the reader has been. */
  pass(to) {
    const from = this.state.at;
    // What a drag passes, not what a click leaps over.
    if (Math.abs(to - from) <= PASSED) {
      for (let at = Math.min(from, to); at <= Math.max(from, to); at++) this.passed.add(at);
    }
    this.apply({ at: to });
  }

  makeHandle() {
    set(this.handle, {
      "aria-label": "Start of the run",
      "aria-roledescription": "2D slider",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-hidden": null,
      class: "start handle",
      role: "slider",
      tabindex: 0,
    });
    this.handle.prepend(shape(null, "circle", { class: "reach", r: 24 }));
    draggable({
      svg: this.scene,
      handle: this.handle,
      area: this.find(".area"),
      moveTo: ([x, y]) => this.moveTo([this.dataX(x), this.dataY(y)]),
      moveBy: (steps) => this.moveTo(this.state.start.map((value, i) => value + steps[i] * this.unit[i] * 5)),
    });
  }
}

// So many stops are passed, at most, in one move of a hand.
const PASSED = 25;

const tenths = (value) => Math.floor(clamp(value, -1e5, 1e5) * 10 + 0.5) / 10;
