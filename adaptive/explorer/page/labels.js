// Names beside lines: where they cover least of what is drawn. As `adaptive.explorer.stage` has it.

const [NARROW, LETTER, WIDE] = [5, 8.5, 13];
const LINE = 14;
const PLACES = 40;
const EDGE = 22; // what a short screen crops of the picture, above and below
const [APART, PARTS] = [10, 8]; // how far apart the points are that a name should leave free

/** How wide a text is, about. */
export const widthOf = (text) =>
  [...text].reduce((sum, c) => sum + ("mwMW".includes(c) ? WIDE : "fijlt .,'".includes(c) ? NARROW : LETTER), 0);

/** Points all along some lines, which names should leave free: none twice. */
export function covered(lines) {
  const found = [];
  for (const points of lines) {
    let [lastX, lastY] = [Infinity, Infinity];
    for (let i = 1; i < points.length; i++) {
      const [[x, y], [toX, toY]] = [points[i - 1], points[i]];
      const parts = Math.min(PARTS, Math.ceil((Math.abs(toX - x) + Math.abs(toY - y)) / APART));
      for (let k = 1; k <= parts; k++) {
        const [atX, atY] = [x + (k / parts) * (toX - x), y + (k / parts) * (toY - y)];
        if (Math.abs(atX - lastX) + Math.abs(atY - lastY) < APART / 2) continue;
        found.push([atX, atY]);
        [lastX, lastY] = [atX, atY];
      }
    }
  }
  return found;
}

/**
 * Where a name stands beside its line: the left end of its baseline, or null where there is no room.
 *
 * `taken` are the texts that stand already, as [left, baseline, width]; `free` are points that
 * should stay free; a place that the name had before is kept unless another is much better.
 */
export function placed(points, text, stage, taken, free, before = null) {
  const width = widthOf(text);
  const sides = [
    [9, -9],
    [-width - 9, -9],
    [9, LINE + 3],
    [-width - 9, LINE + 3],
    [-width / 2, -12],
    [-width / 2, LINE + 8],
  ];
  const [low, high] = stage.window;
  let best = null;
  for (let i = 1; i < Math.min(points.length, PLACES); i++) {
    sides.forEach(([across, up], side) => {
      const x = points[i][0] + across;
      const y = points[i][1] + up;
      if (x < low + 8 || x + width > high - 8 || y - LINE < EDGE || y > stage.height - EDGE) return;
      let cost = 0.35 * i - (before && before.i === i && before.side === side ? KEEP : 0);
      for (const [left, base, wide] of taken) {
        if (x < left + wide + 8 && x + width > left - 8 && Math.abs(y - base) < LINE + 6) cost += 300;
      }
      for (const [a, b] of free) {
        if (best && cost >= best.cost) return; // it has lost already
        if (a > x - 5 && a < x + width + 5 && b > y - LINE - 3 && b < y + 6) cost += 6;
      }
      if (!best || cost < best.cost) best = { x, y, i, side, cost };
    });
  }
  return best;
}

// What a name would have to save in order to move while the reader drags.
const KEEP = 8;
