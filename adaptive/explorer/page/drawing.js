// What is drawn: small helpers for SVG.

import { clamp } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";

/** Make an element of the picture, with attributes and perhaps a text. */
export function shape(parent, name, attributes = {}, text = null) {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  made.textContent = text;
  parent?.append(made);
  return made;
}

/** Make an element of the page. */
export function html(parent, name, attributes = {}, text = null) {
  const made = document.createElement(name);
  set(made, attributes);
  made.textContent = text;
  parent?.append(made);
  return made;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** A function from [low, high] to [from, to]. */
export const linear = (low, high, from, to) => {
  const slope = (to - from) / (high - low);
  return (value) => from + (value - low) * slope;
};

// Far outside of the picture all points are as good as each other, and browsers stumble over 1e300.
const OUTSIDE = 1e5;
const pixel = (value) => Math.round(clamp(value, -OUTSIDE, OUTSIDE) * 10) / 10;

/** A line through points, without those that would fall on the one before. */
export function polyline(x, y, first, last) {
  let d = "";
  let fromX = Infinity;
  let fromY = Infinity;
  for (let t = first; t <= last; t++) {
    const [toX, toY] = [x(t), y(t)];
    if (!(Number.isFinite(toX) && Number.isFinite(toY))) {
      if (d) break;
      continue;
    }
    const near = Math.abs(toX - fromX) + Math.abs(toY - fromY) < 0.4;
    if (near && t < last) continue;
    d += `${d ? "L" : "M"}${pixel(toX)},${pixel(toY)}`;
    [fromX, fromY] = [toX, toY];
  }
  return d;
}

/** Dots at points, as one path of lines without length and with round ends. */
export function dots(x, y, first, last) {
  let d = "";
  let fromX = Infinity;
  let fromY = Infinity;
  for (let t = first; t <= last; t++) {
    const [toX, toY] = [x(t), y(t)];
    if (!(Math.abs(toX) < OUTSIDE && Math.abs(toY) < OUTSIDE)) continue;
    if (Math.abs(toX - fromX) + Math.abs(toY - fromY) < 2) continue;
    d += `M${pixel(toX)},${pixel(toY)}h0`;
    [fromX, fromY] = [toX, toY];
  }
  return d;
}

/** An arrow from one point to another; its head is never longer than the arrow. */
export function arrow([fromX, fromY], [toX, toY]) {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const length = Math.hypot(dx, dy);
  if (!(length > 1 && length < OUTSIDE)) return "";
  const head = Math.min(7, 0.6 * length) / length;
  const [baseX, baseY] = [toX - dx * head, toY - dy * head];
  const [sideX, sideY] = [-dy * head * 0.45, dx * head * 0.45];
  const at = (x, y) => `${pixel(x)},${pixel(y)}`;
  return (
    `M${at(fromX, fromY)}L${at(toX, toY)}` +
    `M${at(baseX + sideX, baseY + sideY)}L${at(toX, toY)}L${at(baseX - sideX, baseY - sideY)}`
  );
}

/** Move numbers apart until all are at least `gap` from the next, keeping them in [low, high]. */
export function spread(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const placed = [...wanted];
  let floor = low;
  for (const i of order) floor = (placed[i] = Math.max(placed[i], floor)) + gap;
  let ceiling = high;
  for (const i of order.reverse()) ceiling = (placed[i] = Math.min(placed[i], ceiling)) - gap;
  return placed;
}
