// Where names and numbers stand: where they cover least of what is drawn. As `adaptive.explorer.labels` has it.

const [NARROW, LETTER, WIDE] = [5, 8.5, 13];
const LINE = 14;
const PLACES = 40;
const EDGE = 22; // what a short screen crops of the picture, above and below
const [APART, PARTS] = [10, 8]; // how far apart the points are that a name should leave free
const COVERS = 6; // what it costs to cover one
/** What it costs to cover a text that stands already. */
export const OVERLAPS = 300;
const HINT = 56; // how wide "drag me" is
const PLOT = 298; // how wide the loss curve is on a phone
const [DIGIT, TALL] = [8, 14]; // a number beside it

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

/** How many points lie in a box. */
export const within = (free, left, top, right, bottom) =>
  free.filter(([x, y]) => x > left && x < right && y > top && y < bottom).length;

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
        if (x < left + wide + 8 && x + width > left - 8 && Math.abs(y - base) < LINE + 6) cost += OVERLAPS;
      }
      for (const [a, b] of free) {
        if (best && cost >= best.cost) return; // it has lost already
        if (a > x - 5 && a < x + width + 5 && b > y - LINE - 3 && b < y + 6) cost += COVERS;
      }
      if (!best || cost < best.cost) best = { x, y, i, side, cost };
    });
  }
  return best;
}

// What a name would have to save in order to move while the reader drags.
const KEEP = 8;

/** The room of "drag me", as [left, baseline, width]: over the start, or below it where lines or the top are. */
export function hintBeside([x, y], stage, free) {
  const [low, high] = stage.window;
  const left = Math.min(Math.max(x, low + 34), high - 34) - HINT / 2;
  const [above, below] = [y - 15, y + 28];
  const covers = (base) => within(free, left - 5, base - LINE - 3, left + HINT + 5, base + 6);
  const up = below > stage.height - EDGE || covers(above) <= covers(below);
  return [left, above - LINE < EDGE || !up ? below : above, HINT];
}

/**
 * Where the steps stand at which curves cross a height: beside these points, or at the end.
 *
 * `runs` are the step at which each crosses, or null, and its heights; of those that cross at one
 * step the first alone has its number.
 */
export function besideCurves(runs, steps, threshold, height) {
  const across = PLOT / steps;
  const free = covered(runs.map(([, up]) => up.map((y, t) => [t * across, y])));
  const taken = runs
    .filter(([t]) => t !== null && t <= steps)
    .map(([t]) => [t * across - 5, threshold - 5, t * across + 5, threshold + 5]);
  return runs.map(([t, up], i) => {
    if (t === null || runs.slice(0, i).some(([other]) => other === t)) return null;
    const beyond = t > steps;
    const text = beyond ? `${t} →` : `${t}`;
    const wide = DIGIT * text.length;
    const [x, y] = beyond ? [PLOT, up.at(-1)] : [t * across, threshold];
    let best = null;
    for (const below of [false, true]) {
      for (const before of beyond ? [true] : [false, true]) {
        const left = before ? x - wide - (beyond ? 0 : 6) : x + 6;
        const top = below ? y + 5 : y - 4 - TALL;
        const [right, bottom] = [left + wide, top + TALL];
        if (left < 0 || right > PLOT + 8 || top < -5 || bottom > height + 3) continue;
        let cost = (below !== i > 0 ? 3 : 0) + (before ? 3 : 0);
        cost += COVERS * within(free, left - 3, top - 1, right + 3, bottom + 1);
        if (top + 2 < threshold && threshold < bottom - 2) cost += 3;
        cost += OVERLAPS * taken.filter(([a, b, c, d]) => left < c && right > a && top < d && bottom > b).length;
        const kind = `${below ? "below " : ""}${before && !beyond ? "before " : ""}${beyond ? "beyond " : ""}`;
        if (!best || cost < best.cost) best = { text, kind, top: y, cost, box: [left, top, right, bottom] };
      }
    }
    if (best) taken.push(best.box);
    return best;
  });
}
