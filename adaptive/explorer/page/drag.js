// A handle in the picture that moves in two directions, by mouse, finger or keyboard.

import { clamp } from "./numbers.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Where an event happened, in the units of the picture. */
export function pointIn(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY);
  const { x, y } = point.matrixTransform(svg.getScreenCTM().inverse());
  return [x, y];
}

/**
 * Let a handle be dragged.
 *
 * `moveTo([x, y])` gets a point of the picture, `moveBy([dx, dy])` a number of steps to the right
 * and upwards: 1 for an arrow key, 10 with Shift. A click on `area` brings the handle there.
 */
export function draggable({ svg, handle, area, moveTo, moveBy }) {
  let grip = null; // from the pointer to the middle of the handle, while it is held

  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = pointIn(svg, event);
    const middle = handle.transform.baseVal.getItem(0).matrix;
    grip = [middle.e - x, middle.f - y];
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
    event.stopPropagation();
  });
  // Some browsers scroll even so, unless they are told not to at the touch.
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  handle.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const [x, y] = pointIn(svg, event);
    moveTo([x + grip[0], y + grip[1]]);
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    handle.addEventListener(end, () => (grip = null));
  }
  // A click would follow the release, and bring the handle to where the pointer is.
  handle.addEventListener("click", (event) => event.stopPropagation());
  area.addEventListener("click", (event) => moveTo(pointIn(svg, event)));

  handle.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 10 : 1;
    moveBy(way.map((unit) => unit * far));
    event.preventDefault();
  });
}

/** Keep a point in the middle of which a handle stands within a box. */
export const inside = ([x, y], box) => [
  clamp(x, box.left, box.right),
  clamp(y, box.top, box.bottom),
];
