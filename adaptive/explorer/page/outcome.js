// What comes of a run, in numbers and in words. As `adaptive.explorer.outcome` has it.

import { BOTH } from "./descent.js";
import { clamp, written } from "./numbers.js";

/** The losses above the floor, over the first: those of each step's own batch, where it has one. */
export function relativeLoss(path, problem, batches) {
  const { lossOn } = problem.code;
  const [x, y] = path.theta;
  const at = (t) => (lossOn && batches ? lossOn(x[t], y[t], batches[Math.max(t - 1, 0)]) : path.loss[t]);
  const first = at(0) - problem.floor;
  return Float64Array.from({ length: path.steps + 1 }, (_, t) => (at(t) - problem.floor) / first);
}

/** From which step the loss stays below a fraction, whether it diverges, and the longest step. */
export function outcomeOf(path, loss, within, drawn) {
  let steps = loss.length;
  while (steps > 0 && loss[steps - 1] < within) steps--;
  let longest = 0;
  for (const i of BOTH) {
    for (let t = 1; t <= Math.min(drawn, path.steps); t++) {
      longest = Math.max(longest, Math.abs(path.theta[i][t] - path.theta[i][t - 1]));
    }
  }
  return {
    steps: path.diverged || steps >= loss.length ? null : steps,
    diverges: path.diverged || !(loss[loss.length - 1] <= 10),
    longest,
  };
}

/** How fast a run is, from 0 to 1, for the colour of the rail. */
export function speedOf(run, most) {
  if (run.diverges || run.steps === null) return 0;
  return clamp(Math.log(most / Math.max(run.steps, 1)) / Math.log(most / 5), 0, 1);
}

/** In words what is seen: pieces of text, each with how it is set. */
export function sentence(value, mark, run, other, words) {
  const { ghost, fraction, most } = words;
  const begin = [
    [words.symbol, /^[ -~]{2,}$/.test(words.symbol) ? "" : "symbol"], // a word is set as the text is
    [` = ${value}`, "strong"],
    [mark && mark !== value ? ` (${mark})` : "", ""],
  ];
  let rest;
  if (words.counts === "step") {
    rest = [[" makes steps of up to ", ""], [length(run, words), "strong"], [" in a coordinate", ""]];
    if (other) rest.push([`; ${ghost} of up to ${length(other, words)}`, ""]);
  } else if (run.diverges) {
    rest = [[" diverges", "strong"], [": the loss grows without end", ""]];
    rest.push([behind(other, (steps) => `; ${ghost} needs ${steps} steps`, ""), ""]);
  } else if (run.steps === null) {
    rest = [[" does not settle", "strong"]];
    rest.push([`: after ${most} steps the loss still rises above ${fraction} of its start`, ""]);
    rest.push([behind(other, (steps) => `; ${ghost} needs ${steps} steps`, ""), ""]);
  } else if (other && other.steps !== null && other.steps < run.steps) {
    rest = [[" is slower", "strong"], [": ", ""], [counted(run.steps), "strong"]];
    rest.push([` bring the loss to ${fraction}; ${ghost} needs only ${other.steps}`, ""]);
  } else {
    rest = [[` brings the loss to ${fraction} in `, ""], [counted(run.steps), "strong"]];
    rest.push([behind(other, (steps) => `; ${ghost} needs ${steps}`, `; ${ghost} is not there after ${most}`), ""]);
  }
  return [...begin, ...rest, [".", ""]].filter(([text]) => text);
}

const behind = (other, found, never) => (other ? (other.steps === null ? never : found(other.steps)) : "");

const counted = (steps) => (steps === 1 ? "1 step" : `${steps} steps`);

const length = (run, { unit }) => (unit ? `${written(run.longest / unit, 2)} η` : written(run.longest, 2));
