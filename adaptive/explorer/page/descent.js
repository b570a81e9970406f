// The loop: a rule and a problem make a path. Their `code` was made from Python.

export const BOTH = [0, 1];

/**
 * Run one rule on one problem, as `adaptive.descend` does.
 *
 * Entry t of `theta`, `loss` and `state` is what holds after t steps. Entry t of
 * `gradient` and `at` is the gradient that step t was given, and where; there is none for t = 0.
 * A run ends where it has diverged: its last entry is the first for which that holds.
 */
export function descend(rule, problem, settings, start, steps, batches, far) {
  const { constants, update, lookahead } = rule.code;
  const { loss, gradient, project } = problem.code;
  const limit = far * Math.max(1, Math.abs(start[0]), Math.abs(start[1]));
  // Asked this way round, NaN counts as far.
  const lost = ([x, y], height) => !(Math.abs(x) <= limit && Math.abs(y) <= limit && Number.isFinite(height));
  const path = emptyPath(rule, steps);
  const states = BOTH.map(() => rule.state.map(() => 0));
  let theta = [...start];
  keep(path, 0, theta, loss(...theta), states);
  path.diverged = lost(theta, path.loss[0]);

  while (path.steps < steps && !path.diverged) {
    const t = path.steps + 1;
    const at = lookahead ? BOTH.map((i) => lookahead(theta[i], t - 1, states[i], settings)) : theta;
    const g = gradient(at[0], at[1], batches ? batches[t - 1] : []);
    const shared = constants(t, settings);
    theta = BOTH.map((i) => {
      const [step, ...next] = update(g[i], states[i], settings, shared, theta[i]);
      states[i] = next;
      return theta[i] + step;
    });
    if (project) theta = project(theta[0], theta[1]);
    const height = loss(theta[0], theta[1]);
    for (const i of BOTH) {
      path.at[i][t] = at[i];
      path.gradient[i][t] = g[i];
    }
    keep(path, t, theta, height, states);
    path.steps = t;
    path.diverged = lost(theta, height);
  }
  return path;
}

/** Step t of a path, what memory, θ and the gradient add to it; the step alone where it is no such sum. */
export function partsOf(rule, path, settings, t) {
  const { constants, update, memory, decay } = rule.code;
  const shared = constants(t, settings);
  const both = (method) =>
    BOTH.map((i) => {
      const state = path.state.map((pair) => pair[i][t - 1]);
      return method(path.gradient[i][t], state, settings, shared, path.theta[i][t - 1]);
    });
  const step = both(update).map(([moved]) => moved);
  if (!memory) return { step };
  const kept = both(memory);
  if (!decay) return { step, memory: kept, gradient: BOTH.map((i) => step[i] - kept[i]) };
  const pull = both(decay);
  return { step, memory: kept, gradient: BOTH.map((i) => step[i] - kept[i] - pull[i]), decay: pull };
}

const pair = (length) => BOTH.map(() => new Float64Array(length).fill(NaN));

function emptyPath(rule, steps) {
  const length = steps + 1;
  return {
    steps: 0,
    diverged: false,
    theta: pair(length),
    at: pair(length),
    gradient: pair(length),
    loss: new Float64Array(length).fill(NaN),
    state: rule.state.map(() => pair(length)),
  };
}

function keep(path, t, theta, loss, states) {
  path.loss[t] = loss;
  for (const i of BOTH) {
    path.theta[i][t] = theta[i];
    states[i].forEach((value, k) => (path.state[k][i][t] = value));
  }
}

/**
 * Take a path from those that Python computed beforehand: the one whose settings are nearest.
 *
 * `stored.stops` has the values of each hyperparameter; the numbers of all paths lie one after
 * another, the last hyperparameter varying fastest, theta as shares of `stored.low`–`high`.
 */
export function lookUp(stored, settings) {
  let row = 0;
  stored.stops.forEach((stops, k) => {
    row = row * stops.length + nearest(stops, settings[k]);
  });
  const { low, high, logs } = stored;
  const length = stored.lengths[row];
  const share = (column, t) => stored.numbers[(row * stored.times + t) * 3 + column] / 65535;
  const between = ([from, to], part) => from + (to - from) * part;
  const path = emptyPath({ state: [] }, stored.times - 1);
  path.steps = length - 1;
  path.diverged = stored.diverged[row] === 1;
  for (let t = 0; t < length; t++) {
    for (const i of BOTH) path.theta[i][t] = between([low[i], high[i]], share(i, t));
    path.loss[t] = stored.floor + 10 ** between(logs, share(2, t));
  }
  return path;
}

export function nearest(stops, value) {
  let best = 0;
  stops.forEach((stop, i) => {
    if (Math.abs(stop - value) < Math.abs(stops[best] - value)) best = i;
  });
  return best;
}

/** Base64 to numbers: "Float64" for doubles, "Uint16" for shares. */
export function decoded(text, kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new (kind === "Float64" ? Float64Array : Uint16Array)(bytes.buffer);
}

/** Numbers in a row as rows of as many: the batch of each step. */
export const rowsOf = (numbers, rows) => {
  const width = numbers.length / rows;
  return Array.from({ length: rows }, (_, t) => numbers.subarray(t * width, (t + 1) * width));
};
