// A small chart over the steps, with a line at one moment.

import { linear, polyline, set, shape, spread } from "./drawing.js";
import { decades, powerOfTen, ticks, written } from "./numbers.js";

// What is smaller than the largest value by more than this is drawn at the bottom.
const RANGE = 1e-18;

export class Chart {
  constructor(svg, box) {
    this.svg = svg;
    this.box = box;
    this.axes = svg.querySelector(".axes");
    this.lines = svg.querySelector(".lines");
    this.names = shape(svg, "g", { "aria-hidden": "true" });
    this.cursor = shape(svg, "path", { class: "cursor", "aria-hidden": "true" });
    this.dots = shape(svg, "g", { class: "dots-now", "aria-hidden": "true" });
  }

  /**
   * Draw lines: a list of { name, rule, values, first, last, look, dashes, kind }.
   *
   * `logarithmic` charts have powers of ten on their axis, and draw no other than positive
   * values; `ceiling` keeps what diverges from flattening the rest. `room` is for the names at
   * the ends of the lines; without it there are none.
   */
  draw(lines, { steps, logarithmic = false, ceiling = Infinity, room = 0 }) {
    const { box } = this;
    this.steps = steps;
    this.right = box.right - room;
    this.x = linear(0, steps, box.left, this.right);
    const [low, high] = logarithmic ? logRange(lines, ceiling) : linearRange(lines);
    const y = logarithmic
      ? linear(Math.log10(low), Math.log10(high), box.bottom, box.top)
      : linear(low, high, box.bottom, box.top);
    this.y = logarithmic ? (value) => y(Math.log10(Math.max(value, low))) : y;

    this.axes.replaceChildren();
    this.drawAxes(low, high, logarithmic);
    this.shown = lines;
    this.lines.replaceChildren();
    for (const { rule = null, values, first, last, look, dashes, kind } of lines) {
      const group = shape(this.lines, "g", { class: `rule ${kind ?? ""}`, style: look, "data-rule": rule });
      const d = polyline(this.x, (t) => this.y(values[t]), first, last);
      shape(group, "path", { class: "line", d, "stroke-dasharray": dashes });
    }
    this.names.replaceChildren();
    if (room) this.drawNames(lines);
    this.dots.replaceChildren();
    this.marks = lines.map(({ look, kind }) => {
      const group = shape(this.dots, "g", { class: `rule ${kind ?? ""}`, style: look });
      return shape(group, "circle", { class: "now", r: 3 });
    });
  }

  drawAxes(low, high, logarithmic) {
    const { axes, box, right } = this;
    const tick = (height, text) => {
      shape(axes, "path", { class: "grid", d: `M${box.left},${height}H${right}` });
      shape(axes, "text", { class: "tick", x: box.left - 5, y: height + 3.5, "text-anchor": "end" }, text);
    };
    if (logarithmic) {
      for (const exponent of decades(low, high, 5)) tick(this.y(10 ** exponent), powerOfTen(exponent));
    } else {
      for (const value of ticks(low, high, 4)) tick(this.y(value), written(value));
    }
    const bottom = box.bottom + 13;
    for (const t of ticks(0, this.steps, 5).filter(Number.isInteger)) {
      shape(axes, "text", { class: "tick", x: this.x(t), y: bottom, "text-anchor": "middle" }, String(t));
    }
    shape(axes, "path", { class: "frame", d: `M${box.left},${box.top}V${box.bottom}H${right}` });
  }

  /** Names at the ends of the lines, moved apart where they would overlap. */
  drawNames(lines) {
    const { box, right } = this;
    const ends = lines.map(({ values, last }) => Math.min(Math.max(this.y(values[last]), box.top), box.bottom));
    const heights = spread(ends, Math.min(13.5, (box.bottom - box.top + 12) / lines.length), box.top - 4, box.bottom + 8);
    lines.forEach(({ name, look, kind, last }, i) => {
      const group = shape(this.names, "g", { class: `rule ${kind ?? ""}`, style: look });
      const from = this.x(last);
      shape(group, "path", {
        class: "leader",
        d: `M${from + 2},${ends[i]}L${right + 3},${ends[i]}L${right + 10},${heights[i]}`,
      });
      shape(group, "text", { class: "name", x: right + 12, y: heights[i] + 3.5 }, shortened(name));
    });
  }

  moment(t) {
    const { box } = this;
    const x = this.x(Math.min(t, this.steps));
    set(this.cursor, { d: `M${x},${box.top}V${box.bottom}` });
    this.shown.forEach(({ values, first, last }, i) => {
      const at = Math.min(t, last);
      const height = this.y(values[at]);
      const visible = at >= first && height >= box.top - 1 && height <= box.bottom + 1;
      set(this.marks[i], { cx: visible ? this.x(at) : -99, cy: visible ? height : -99 });
    });
  }
}

const LONGEST = 12; // letters of a name
const shortened = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);

/** The room that the names of lines take beside a chart. */
export const roomFor = (lines) => 12 + 6.3 * Math.max(10, ...lines.map(({ name }) => shortened(name).length));

function logRange(lines, ceiling) {
  let [low, high] = [Infinity, 0];
  for (const { values, first, last } of lines) {
    for (let t = first; t <= last; t++) {
      const value = values[t];
      if (!(value > 0) || value === Infinity) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  high = Math.min(high, ceiling);
  if (!(high > 0)) return [0.1, 10];
  low = Math.max(Math.min(low, high), high * RANGE);
  return high / low < 10 ? [low / 3, high * 3] : [low, high];
}

function linearRange(lines) {
  let [low, high] = [0, 0];
  for (const { values, first, last } of lines) {
    for (let t = first; t <= last; t++) {
      if (!Number.isFinite(values[t])) continue;
      low = Math.min(low, values[t]);
      high = Math.max(high, values[t]);
    }
  }
  const room = 0.06 * (high - low) || 1;
  return [low - room, high + room];
}
