// The lens: the arrows of one step, tip to tail, all on one scale; and where in the plane it is.
//
// It moves what `adaptive.explorer.lens` has drawn, and computes it in the same way.

import { contours } from "./contours.js";
import { BOTH } from "./descent.js";
import { draggable } from "./drag.js";
import { polyline, set, shape } from "./drawing.js";
import { OVERLAPS, covered, within } from "./labels.js";
import { clamp, written } from "./numbers.js";

const TIP_TO_TAIL = ["memory", "gradient", "decay"];
const ROLES = ["step", ...TIP_TO_TAIL];
const LABEL_HEIGHT = 18;
const FAR_OUT = 1e5;
// Where along its arrow a label may stand, and how much farther off than right beside it.
const [SHARES, OFF] = [[0.5, 0.3, 0.7, 0.1, 0.9], [0, 10, 20, 35, 60, 100, 160]];
// On which sides of its tip as well, beside the one it points to.
const AROUND = [[1, 0], [-1, 0], [0, -1], [0, 1]];
// What it costs to be at the arrow's end, on the other side, around the tip, a pixel farther off, and
// to cover a point of an arrow or of another line.
const [ASIDE, ACROSS, AHEAD, FARTHER] = [10, 8, 6, 0.3];
const [COVERS_ARROW, COVERS_LINE] = [20, 1.5];

const CORNERS = [[-1, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]];
const inTenths = (value) => Math.floor(clamp(value, -FAR_OUT, FAR_OUT) * 10 + 0.5) / 10;
const tenth = (value) => clamp(value, -FAR_OUT, FAR_OUT).toFixed(1);
const pathOf = (...points) => `M${points.map((point) => point.map(tenth).join()).join("L")}`;
const plus = (one, other, times = 1) => BOTH.map((i) => one[i] + times * other[i]);

export class Lens {
  /** `moved(start)` is called when the reader drags the start. */
  constructor(svg, problem, floor, layout, moved) {
    Object.assign(this, { svg, problem, floor, layout });
    const find = (selector) => svg.querySelector(selector);
    this.contour = find(".contour");
    this.trail = find(".trail");
    this.box = find(".box");
    this.minimum = find(".minimum");
    this.ahead = find(".ahead");
    this.here = find(".here");
    this.reach = find(".label.reach");
    this.bar = find(".bar");
    this.groups = new Map(ROLES.map((role) => [role, find(`.part.${role}`)]).filter(([, group]) => group));
    this.labels = new Map(ROLES.map((role) => [role, find(`.label.${role}`)]));
    this.widths = new Map([...this.labels].map(([role, label]) => [role, Number(label?.dataset.width)]));
    this.inset = new Inset(find(".inset"), problem, floor, layout, moved);
  }

  /** A run was made again: show its line in the inset. */
  draw(path, start) {
    this.inset.draw(path, start);
  }

  /** Show step t of a path: its parts, where its gradient was taken, and how far each coordinate reaches. */
  moment(path, t, parts, reach) {
    const before = BOTH.map((i) => path.theta[i][t - 1]);
    const ends = endsOf(before, parts);
    const shown = Object.values(ends).flat();
    if (reach) shown.push(plus(before, reach, -1), plus(before, reach));
    if (!shown.flat().every(Number.isFinite)) return this.nowhere();
    const seen = this.window(shown);
    this.svg.classList.remove("nowhere");
    const at = (theta) => seen.pixels(theta);
    set(this.contour, { d: contours(this.problem.code.loss, this.floor, seen.bounds, this.layout.size, this.layout) });
    const [x, y] = BOTH.map((i) => (k) => at(BOTH.map((j) => path.theta[j][k]))[i]);
    set(this.trail, { d: polyline(x, y, 0, t - 1) });
    const corner = reach && at(plus(before, [-reach[0], reach[1]]));
    if (reach) {
      const [width, height] = reach.map((size) => tenth(2 * seen.zoom * size));
      set(this.box, { x: tenth(corner[0]), y: tenth(corner[1]), width, height });
      set(this.reach, { x: tenth(Math.max(corner[0], 4)), y: tenth(Math.max(corner[1] - 6, 13)) });
    }
    const pixels = Object.fromEntries(Object.entries(ends).map(([role, pair]) => [role, pair.map(at)]));
    for (const [role, group] of this.groups) drawArrow(group, role, ...pixels[role]);
    const foot = at(before);
    set(this.here, { cx: tenth(foot[0]), cy: tenth(foot[1]) });
    if (this.ahead) {
      const [cx, cy] = at(BOTH.map((i) => path.at[i][t])).map(tenth);
      set(this.ahead, { cx, cy });
    }
    if (this.minimum) set(this.minimum, { transform: `translate(${at(this.problem.minimum).map(tenth)})` });
    const lines = [pointsOf(path, Math.max(t - 2, 0), t).map(at)];
    if (reach) lines.push(CORNERS.map((signs) => at(BOTH.map((i) => before[i] + signs[i] * reach[i]))));
    this.place(pixels, lines, [foot, ...(this.minimum ? [at(this.problem.minimum)] : [])]);
    this.drawBar(seen.zoom);
    this.inset.moment(seen.bounds);
  }

  /** A step that is not finite has no arrows. */
  nowhere() {
    this.svg.classList.add("nowhere");
  }

  /** The window that shows some points: in powers of √2, so that it does not breathe. */
  window(points) {
    const { size, middle, share } = this.layout;
    const low = BOTH.map((i) => Math.min(...points.map((point) => point[i])));
    const high = BOTH.map((i) => Math.max(...points.map((point) => point[i])));
    let zoom = Math.min(...BOTH.map((i) => (share[i] * size[i]) / (high[i] - low[i])));
    const [[left, right]] = this.problem.bounds;
    if (!(zoom > 0 && zoom < Infinity)) zoom = size[0] / (right - left);
    zoom = 2 ** (Math.floor(2 * Math.log2(zoom)) / 2);
    const centre = BOTH.map((i) => (low[i] + high[i]) / 2);
    const [x, y] = [centre[0] - (middle[0] * size[0]) / zoom, centre[1] - ((1 - middle[1]) * size[1]) / zoom];
    return {
      zoom,
      bounds: [[x, x + size[0] / zoom], [y, y + size[1] / zoom]],
      pixels: (theta) => [
        middle[0] * size[0] + (theta[0] - centre[0]) * zoom,
        middle[1] * size[1] - (theta[1] - centre[1]) * zoom,
      ],
    };
  }

  /** Labels stand outside of the triangle of the arrows, upon nothing. */
  place(ends, lines, marks) {
    const { size, edge } = this.layout;
    const [wide, tall] = this.inset.size;
    const taken = [[size[0] - edge - wide / 2, edge + tall / 2, wide / 2, tall / 2], [80, size[1] - 16, 76, 16]];
    for (const mark of marks) taken.push([...mark, 6, 6]);
    if (this.reach) {
      const [x, y, half] = [...["x", "y"].map((name) => Number(this.reach.getAttribute(name))), Number(this.reach.dataset.width) / 2];
      taken.push([x + half, y - 5, half, LABEL_HEIGHT / 2]);
    }
    const drawn = (all) => covered(all.map((points) => points.map((point) => point.map(inTenths))));
    const [arrows, others] = [drawn(Object.values(ends)), drawn(lines)];
    const [start, end] = ends.step;
    let side = 1;
    if (ends.memory) {
      const [tip, way] = [plus(ends.memory[1], start, -1), plus(end, start, -1)];
      side = tip[0] * way[1] - tip[1] * way[0] > 0 ? -1 : 1;
    }
    for (const [role, label] of this.labels) {
      if (!label) continue;
      const way = plus(ends[role][1], ends[role][0], -1);
      const length = Math.hypot(...way);
      const visible = length > 1.5 && length < FAR_OUT;
      set(label, { visibility: visible ? null : "hidden" });
      if (!visible) continue;
      const turn = (role === "step" ? -side : side) / length;
      const outside = [-way[1] * turn, way[0] * turn];
      const half = [this.widths.get(role) / 2, LABEL_HEIGHT / 2];
      let best = null;
      for (const place of this.candidates(ends[role][0], way, outside, half)) {
        const [[x, y], [dx, dy]] = [place.at, [half[0] + 3, half[1] + 2]];
        const covers = (points) => within(points, x - dx, y - dy, x + dx, y + dy);
        const upon = taken.filter(([a, b, w, h]) => Math.abs(x - a) < half[0] + w && Math.abs(y - b) < half[1] + h);
        place.cost += COVERS_ARROW * covers(arrows) + COVERS_LINE * covers(others) + OVERLAPS * upon.length;
        if (!best || place.cost < best.cost) best = place;
      }
      taken.push([...best.at, ...half]);
      set(label, { x: tenth(best.at[0]), y: tenth(best.at[1] + 5) });
    }
  }

  /** Where the label of an arrow may stand, beside it and around its tip, and the cost. */
  candidates(from, way, outside, half) {
    const { size } = this.layout;
    const length = Math.hypot(...way);
    const ahead = way.map((value) => value / length);
    const away = (normal) => 8 + half[0] * Math.abs(normal[0]) + half[1] * Math.abs(normal[1]);
    const found = [];
    const add = (wanted, cost) => {
      const at = BOTH.map((i) => clamp(wanted[i], half[i] + 3, size[i] - half[i] - 3));
      found.push({ at, cost: cost + FARTHER * (Math.abs(at[0] - wanted[0]) + Math.abs(at[1] - wanted[1])) });
    };
    for (const off of OFF) {
      for (const across of [1, -1]) {
        for (const share of SHARES) {
          const cost = ASIDE * Math.abs(share - 0.5) + (across < 0 ? ACROSS : 0) + FARTHER * off;
          add(plus(plus(from, way, share), outside, across * (away(outside) + off)), cost);
        }
      }
      for (const side of [ahead, ...AROUND]) {
        add(plus(plus(from, way), side, away(side) + off), AHEAD + FARTHER * off);
      }
    }
    return found;
  }

  drawBar(zoom) {
    const [width, height] = this.layout.size;
    const longest = (0.2 * width) / zoom;
    const power = 10 ** Math.floor(Math.log10(longest));
    const unit = [5, 2, 1].map((digit) => digit * power).find((length) => length <= longest);
    set(this.bar.querySelector("path"), { d: `M10,${height - 29}v6h${tenth(unit * zoom)}v-6` });
    this.bar.querySelector(".unit").textContent = written(unit);
  }
}

/** Some points of a path, from one step to before another. */
const pointsOf = ({ theta }, from, to) => Array.from({ length: to - from }, (_, k) => BOTH.map((i) => theta[i][from + k]));

/** From where to where each arrow goes: the parts tip to tail. */
function endsOf(before, parts) {
  const ends = { step: [before, plus(before, parts.step)] };
  let tip = before;
  for (const role of TIP_TO_TAIL) {
    if (!parts[role]) continue;
    ends[role] = [tip, plus(tip, parts[role])];
    tip = ends[role][1];
  }
  return ends;
}

function drawArrow(group, role, from, to) {
  const way = plus(to, from, -1);
  const length = Math.hypot(...way);
  const [shaft, head, hit] = group.children;
  if (!(length > 0.1 && length < FAR_OUT)) {
    for (const part of group.children) set(part, { d: "" });
    return;
  }
  const long = Math.min(role === "step" ? 15 : 11, 0.6 * length);
  const along = way.map((value) => value / length);
  const base = plus(to, along, -long);
  const side = [-along[1] * long * 0.42, along[0] * long * 0.42];
  set(shaft, { d: pathOf(from, base) });
  set(head, { d: `${pathOf(to, plus(base, side), plus(base, side, -1))}Z` });
  set(hit, { d: pathOf(from, to) });
}

/** The whole plane, small: where the lens is, the whole path, and its start to be dragged. */
class Inset {
  constructor(svg, problem, floor, layout, moved) {
    Object.assign(this, { svg, problem });
    this.size = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
    this.seen = svg.querySelector(".seen");
    this.trail = svg.querySelector(".trail");
    this.handle = svg.querySelector(".start");
    const coarse = { ...layout, depth: layout.inset_depth };
    set(svg.querySelector(".contour"), { d: contours(problem.code.loss, floor, problem.bounds, this.size, coarse) });
    set(this.handle, {
      "aria-hidden": null,
      "aria-label": "Start",
      "aria-roledescription": "2D slider",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      class: "start handle",
      role: "slider",
      tabindex: 0,
    });
    this.handle.prepend(shape(null, "circle", { class: "reach", r: 22 }));
    // A hundredth of the plane, as a round number.
    const units = problem.bounds.map(([low, high]) => 10 ** Math.round(Math.log10((high - low) / 100)));
    const move = (to) => {
      this.start = BOTH.map((i) => {
        const [low, high] = problem.bounds[i];
        return clamp(Number((Math.round(to[i] / units[i]) * units[i]).toPrecision(12)), low, high);
      });
      moved(this.start);
    };
    draggable({
      svg,
      handle: this.handle,
      area: svg.querySelector(".area"),
      moveTo: (pixels) => move(this.thetaAt(pixels)),
      moveBy: (steps) => move(BOTH.map((i) => this.start[i] + steps[i] * units[i])),
    });
  }

  pixels(theta) {
    const shares = this.problem.bounds.map(([low, high], i) => (theta[i] - low) / (high - low));
    return [shares[0] * this.size[0], (1 - shares[1]) * this.size[1]];
  }

  thetaAt([x, y]) {
    const shares = [x / this.size[0], 1 - y / this.size[1]];
    return this.problem.bounds.map(([low, high], i) => low + shares[i] * (high - low));
  }

  draw(path, start) {
    this.start = start;
    const [x, y] = BOTH.map((i) => (t) => this.pixels(BOTH.map((j) => path.theta[j][t]))[i]);
    set(this.trail, { d: polyline(x, y, 0, path.steps) });
    const [[left, right]] = this.problem.bounds;
    set(this.handle, {
      transform: `translate(${this.pixels(start).map(tenth)})`,
      "aria-valuenow": Math.round((100 * (start[0] - left)) / (right - left)),
      "aria-valuetext": `θ[0] = ${written(start[0], 4)}, θ[1] = ${written(start[1], 4)}`,
    });
  }

  moment([[left, right], [bottom, top]]) {
    const [[x, y], [x2, y2]] = [this.pixels([left, top]), this.pixels([right, bottom])];
    const [width, height] = [x2 - x, y2 - y].map((size) => tenth(Math.max(size, 3)));
    set(this.seen, { x: tenth(x), y: tenth(y), width, height });
  }
}
