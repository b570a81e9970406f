// The explorer: what is set, what follows from it, and who has to be told.

import { byName, freeKey, holdsSettings, isUnreadable, numberIn, readAddress, writeAddress } from "./address.js";
import { Chart, roomFor } from "./chart.js";
import { ProblemControls, QuantityControls, RuleControls, SettingControls, TimeControls, more } from "./controls.js";
import { BOTH, decoded, descend, lookUp, rowsOf } from "./descent.js";
import { html } from "./drawing.js";
import { Landscape } from "./landscape.js";
import { onReturn, recalled, remember } from "./memory.js";
import { clamp, written } from "./numbers.js";
import { Pad } from "./pad.js";

const SECONDS_TO_PLAY = 5;
const STILLS = 10; // what playing shows to those who want no motion
const QUIET_BEFORE_SPEAKING = 400; // milliseconds

export class Explorer {
  constructor(root, catalogue, spec) {
    this.root = root;
    this.spec = spec;
    this.far = catalogue.far;
    this.rules = merged(catalogue.rules, spec.rules, spec.pickRules);
    this.problems = merged(catalogue.problems, spec.problems, spec.pickProblems);
    this.batches = byName(
      Object.entries(spec.batches).map(([name, text]) => [name, rowsOf(decoded(text, "Float64"), spec.steps)]),
    );
    for (const rule of Object.values(this.rules)) {
      if (rule.stored) rule.stored = { ...rule.stored, numbers: decoded(rule.stored.data, "Uint16") };
    }
    this.tuned = [spec.tuned, catalogue.tuned];
    this.key = freeKey(root, spec.key);
    this.state = this.initial();
    this.playing = false;
    this.build(catalogue.layout);
    this.apply(this.settingsIn(recalled(this.key) ?? readAddress(this.key)));
    globalThis.addEventListener("hashchange", () => {
      // Anchors of the page are addresses too, and leave the figures be.
      if (holdsSettings() && !recalled(this.key)) this.restore(readAddress(this.key));
    });
    onReturn(this.key, (settings) => this.restore(settings));
    if (Object.keys(readAddress(this.key)).length) {
      // Of a figure taller than the window, the middle would be without the landscape above it.
      root.scrollIntoView({ block: root.offsetHeight > globalThis.innerHeight ? "start" : "center" });
    }
    this.render();
    this.complain();
  }

  // ---------------------------------------------------------------- what is set

  initial() {
    const { spec } = this;
    return {
      problem: spec.problem,
      start: [...spec.start],
      shown: [...spec.shown],
      focus: spec.shown[0],
      settings: this.settingsOn(spec.problem),
      t: spec.t,
      quantity: spec.quantity,
    };
  }

  /** The settings of all rules on a problem: those of the text where it is the text's, else what suits it. */
  settingsOn(problem) {
    const { spec } = this;
    const of = (known, name) => (Object.hasOwn(known, name) ? known[name] : {});
    const suited = (name) => this.tuned.map((known) => of(of(known, problem), name)).find(Array.isArray);
    return byName(
      Object.entries(this.rules).map(([name, { settings }]) => {
        const own = settings.map(({ value }) => value);
        const ofText = problem === spec.problem && spec.shown.includes(name);
        return [name, [...((!ofText && suited(name)) || own)]];
      }),
    );
  }

  /** Change some of it. What is seen follows with the next frame, once for all changes until then. */
  apply(change) {
    const old = this.state;
    this.state = { ...old, ...change };
    const { shown, focus } = this.state;
    if (!shown.includes(focus)) this.state.focus = shown[shown.length - 1];
    this.stale ||= ["problem", "start", "settings", "shown", "focus", "quantity"].some(
      (part) => this.state[part] !== old[part],
    );
    this.frame ??= requestAnimationFrame(() => this.render());
  }

  setValue(name, i, value) {
    const values = this.state.settings[name].map((old, k) => (k === i ? value : old));
    this.apply({ settings: { ...this.state.settings, [name]: values } });
  }

  toggle(name, on) {
    const { shown } = this.state;
    if (on) {
      const order = Object.keys(this.rules).filter((rule) => rule === name || shown.includes(rule));
      this.apply({ shown: order, focus: name });
    } else if (shown.length > 1) {
      this.apply({ shown: shown.filter((rule) => rule !== name) });
    } else {
      this.controls.rules.draw(shown, new Set());
      this.say("One rule has to stay.");
    }
  }

  choose(problem) {
    const start = problem === this.spec.problem ? this.spec.start : this.problems[problem].start;
    this.apply({ problem, start: [...start], settings: this.settingsOn(problem) });
  }

  // ---------------------------------------------------------------- the address

  /** What differs from the setting of the text, as names and values for the address. */
  toAddress() {
    const { state } = this;
    const first = this.initial();
    const found = {};
    if (state.problem !== first.problem) found.problem = state.problem;
    if (String(state.start) !== String(first.start)) found.start = String(state.start);
    if (String(state.shown) !== String(first.shown)) found.rules = String(state.shown);
    if (state.focus !== state.shown[0]) found.focus = state.focus;
    if (state.t !== first.t) found.t = String(state.t);
    if (state.quantity !== first.quantity) found.curves = state.quantity;
    const suited = this.settingsOn(state.problem);
    for (const name of state.shown) {
      this.rules[name].settings.forEach((range, i) => {
        const value = state.settings[name][i];
        if (value !== suited[name][i]) found[`${name}.${range.name}`] = String(value);
      });
    }
    return found;
  }

  /** The settings in what was found, without those that make no sense here, which are kept as `unread`. */
  settingsIn(found) {
    const change = {};
    const unread = new Set(Object.keys(found));
    const take = (name, made) => unread.delete(name) && Object.assign(change, made);
    const problem = this.problems[found.problem];
    if (problem) take("problem", { problem: problem.name, start: [...problem.start] });
    const start = (found.start ?? "").split(",").map(numberIn);
    if (!this.spec.fixed && start.length === 2 && start.every(Number.isFinite)) {
      take("start", { start: this.within(change.problem ?? this.spec.problem, start) });
    }
    const shown = [...new Set((found.rules ?? "").split(","))].filter((name) => this.rules[name]);
    if (shown.length) take("rules", { shown, focus: shown[0] });
    if ((change.shown ?? this.state.shown).includes(found.focus)) take("focus", { focus: found.focus });
    const t = numberIn(found.t);
    if (Number.isInteger(t)) take("t", { t: clamp(t, 0, this.spec.steps) });
    if (this.quantities().includes(found.curves)) take("curves", { quantity: found.curves });
    const settings = this.settingsOn(change.problem ?? this.spec.problem);
    for (const [name, rule] of Object.entries(this.rules)) {
      rule.settings.forEach((range, i) => {
        const given = `${name}.${range.name}`;
        const value = numberIn(found[given]);
        if (!Number.isFinite(value)) return;
        settings[name][i] = clamp(value, range.low, range.high);
        unread.delete(given);
      });
    }
    this.unread = [...unread];
    return { ...change, settings };
  }

  restore(found) {
    this.apply({ ...this.initial(), ...this.settingsIn(found) });
    this.complain();
  }

  /** Say so where the address holds what cannot be read. */
  complain() {
    const first = document.querySelector("[data-explorer][data-key]") === this.root;
    if (this.unread.length) this.say(`The address holds what this figure cannot read: ${this.unread.join(", ")}.`);
    else if (first && isUnreadable()) this.say("The address holds settings that cannot be read.");
  }

  /** The names of all curves that some rule has. */
  quantities() {
    const states = Object.values(this.rules).flatMap((rule) => rule.state);
    return ["gradient", "step", "rate", ...states.map((name) => `state.${name}`)];
  }

  /** The start that is nearest in the picture of a problem. */
  within(problem, start) {
    return this.problems[problem].bounds.map(([low, high], i) => clamp(start[i], low, high));
  }

  share() {
    try {
      writeAddress(this.key, this.toAddress());
    } catch {
      // In a frame that is shut off, as some viewers of notebooks have it.
      this.say("The address of this page cannot be changed here.");
      return;
    }
    this.say("The address of this page now holds these settings.");
    navigator.clipboard?.writeText(location.href).then(
      () => this.say("The address of this page now holds these settings. It is in the clipboard."),
      () => {},
    );
  }

  reset() {
    this.stop();
    if (Object.keys(readAddress(this.key)).length) writeAddress(this.key, {});
    this.apply(this.initial());
    this.say("Back at the setting of the text.");
  }

  // ---------------------------------------------------------------- time

  seek(t) {
    this.stop();
    this.apply({ t: clamp(t, 0, this.spec.steps) });
  }

  play() {
    if (this.playing) return this.stop();
    const { steps } = this.spec;
    this.playing = true;
    if (this.state.t >= steps) this.apply({ t: 0 });
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.playStills(steps);
    const from = this.state.t;
    let began = null;
    const tick = (now) => {
      if (!this.playing) return;
      began ??= now;
      const t = Math.min(steps, from + Math.floor(((now - began) * steps) / (1000 * SECONDS_TO_PLAY)));
      if (t !== this.state.t) this.apply({ t });
      if (t < steps && this.root.isConnected) requestAnimationFrame(tick);
      else this.stop();
    };
    requestAnimationFrame(tick);
  }

  playStills(steps) {
    this.timer = setInterval(() => {
      this.apply({ t: Math.min(steps, this.state.t + Math.ceil(steps / STILLS)) });
      if (this.state.t >= steps) this.stop();
    }, 800);
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    clearInterval(this.timer);
    this.apply({});
  }

  // ---------------------------------------------------------------- what follows

  /** The runs of the rules that are shown. A run is made again only if what it depends on changed. */
  run() {
    const { problem, start, shown, settings } = this.state;
    this.known ??= new Map();
    return shown.map((name) => {
      const rule = this.rules[name];
      const key = JSON.stringify([problem, start, settings[name]]);
      if (this.known.get(name)?.key !== key) {
        const path = rule.stored
          ? lookUp(rule.stored, settings[name])
          : descend(rule, this.problems[problem], settings[name], start, this.spec.steps, this.batches[problem], this.far);
        this.known.set(name, { key, rule, path, settings: settings[name] });
      }
      return this.known.get(name);
    });
  }

  render() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = null;
    const { state } = this;
    if (this.stale || !this.runs) {
      this.stale = false;
      this.drawRuns();
    }
    this.landscape.moment(this.runs, state.focus, state.t);
    this.loss.moment(state.t);
    this.curves.moment(state.t);
    this.controls.time.draw(state.t, this.playing);
    this.readout.textContent = this.summary();
    this.speakLater();
  }

  drawRuns() {
    const { state } = this;
    const problem = this.problems[state.problem];
    this.runs = this.run();
    if (this.problem !== problem) {
      this.problem = problem;
      this.landscape.show(problem);
    }
    this.landscape.draw(this.runs, state.start);
    this.drawLoss(problem);
    this.drawCurves();
    const { controls } = this;
    const focus = this.rules[state.focus];
    const diverged = this.runs.filter(({ path }) => path.diverged).map(({ rule }) => rule.name);
    controls.problem.draw(state.problem, state.start);
    controls.rules.draw(state.shown, new Set(diverged));
    controls.settings.draw(focus, state.settings[state.focus], state.shown.map((name) => this.rules[name]));
    this.pad?.draw(this.padSettings());
  }

  drawLoss(problem) {
    const { steps } = this.spec;
    const lines = this.runs.map(({ rule, path }) => ({
      name: rule.label,
      rule: rule.name,
      values: path.loss.map((value) => value - problem.floor),
      first: 0,
      last: path.steps,
      look: rule.look,
      dashes: rule.dashes,
    }));
    const highest = Math.max(...lines.map(({ values }) => values[0]));
    const room = lines.length > 1 ? roomFor(lines) : 0;
    this.loss.draw(lines, { steps, logarithmic: true, ceiling: 1e4 * highest, room });
    this.lossTitle.textContent = problem.floor === 0 ? "Loss" : "Loss above the minimum";
  }

  drawCurves() {
    const { focus, quantity } = this.state;
    const { rule, path } = this.runs.find((run) => run.rule.name === focus);
    const quantities = quantitiesOf(rule, path);
    const chosen = quantities.find(({ name }) => name === quantity) ?? quantities[0];
    this.controls.quantity.draw(quantities, chosen.name, rule);
    const lines = chosen.values().map((values, i) => ({
      name: `θ[${i}]`,
      values,
      first: 1,
      last: path.steps,
      look: rule.look,
      dashes: i ? "4 3" : null,
      kind: chosen.kind,
    }));
    this.curves.draw(lines, { steps: this.spec.steps, room: 36 });
  }

  padSettings() {
    const { names, rule } = this.spec.map;
    const all = this.rules[rule].settings.map(({ name }) => name);
    return names.map((name) => this.state.settings[rule][all.indexOf(name)]);
  }

  // ---------------------------------------------------------------- in words

  summary() {
    const { t } = this.state;
    const ends = this.runs.map(({ rule, path }) => {
      const at = Math.min(t, path.steps);
      const lost = path.diverged && t >= path.steps;
      const theta = isolated(`(${path.theta.map((values) => written(values[at])).join(", ")})`);
      return { name: rule.label, loss: path.loss[at], lost, step: path.steps, theta };
    });
    const lost = ends.filter((end) => end.lost).map(({ name, step }) => `${name} has diverged at step ${step}.`);
    const rest = ends.filter((end) => !end.lost);
    const words = [`Step ${t}.`];
    if (this.pad) words.push(`On the map: ${this.pad.regime()}.`);
    if (rest.length > 3) {
      const order = [...rest].sort((a, b) => a.loss - b.loss);
      const [best, worst] = [order[0], order.at(-1)];
      const [low, high] = [best, worst].map(({ loss }) => isolated(written(loss)));
      words.push(`Lowest loss: ${best.name}, ${low}. Highest: ${worst.name}, ${high}.`);
    } else {
      for (const { name, loss, theta } of rest) words.push(`${name}: loss ${isolated(written(loss))} at ${theta}.`);
    }
    return [...words, ...lost].join(" ");
  }

  /** Tell a screen reader, once the reader has stopped moving things. */
  speakLater() {
    clearTimeout(this.speaking);
    // The first picture is not news.
    if (!this.spoken) return (this.spoken = true);
    this.speaking = setTimeout(() => {
      if (this.playing) return;
      this.status.textContent = this.readout.textContent;
      remember(this.key, this.toAddress());
    }, QUIET_BEFORE_SPEAKING);
  }

  say(text) {
    this.message.textContent = text;
    this.status.textContent = text;
    clearTimeout(this.forgetting);
    this.forgetting = setTimeout(() => (this.message.textContent = ""), 6000);
  }

  // ---------------------------------------------------------------- the page

  build(layout) {
    const { root, spec } = this;
    const find = (selector) => root.querySelector(selector);
    // JupyterLab would take keys for commands of its own.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    const moved = spec.fixed ? null : (start) => this.apply({ start });
    this.landscape = new Landscape(find(".landscape"), layout.landscape, moved);
    const chart = spec.map ? layout.wideChart : layout.chart;
    this.loss = new Chart(find(".loss"), chart);
    this.curves = new Chart(find(".curves"), chart);
    this.lossTitle = find(".loss-title");
    if (spec.map) this.pad = new Pad(find(".pad"), layout.landscape, spec.map, (values) => this.setPad(values));

    this.readout = find(".readout");
    this.status = html(root, "p", { class: "hidden", role: "status" });
    const panel = find(".controls");
    panel.replaceChildren();
    const controls = (this.controls = {});
    controls.quantity = new QuantityControls(find(".curves-title"), (quantity) => this.apply({ quantity }));
    controls.time = new TimeControls(panel, spec.steps, { seek: (t) => this.seek(t), play: () => this.play() });
    controls.settings = new SettingControls(panel, {
      focus: (focus) => this.apply({ focus }),
      change: (name, i, value) => this.setValue(name, i, value),
    });
    this.message = html(panel, "p", { class: "message", "aria-hidden": "true" });
    const rest = more(panel);
    controls.rules = new RuleControls(rest, Object.values(this.rules), {
      toggle: (name, on) => this.toggle(name, on),
      highlight: (name) => this.highlight(name),
    });
    const last = html(rest, "div", { class: "last" });
    controls.problem = new ProblemControls(last, Object.values(this.problems), spec.fixed, {
      choose: (name) => this.choose(name),
      start: (i, value, given) => this.setStart(i, value, given),
    });
    const buttons = html(last, "div", { class: "buttons" });
    html(buttons, "button", { type: "button" }, "Reset").addEventListener("click", () => this.reset());
    // A notebook has no address that keeps its outputs.
    if (!document.body.hasAttribute("data-jp-theme-light")) {
      html(buttons, "button", { type: "button" }, "Link").addEventListener("click", () => this.share());
    }
  }

  /** Make one rule stand out while its name is pointed at; with ten, colours and dashes are not enough. */
  highlight(name) {
    const lit = this.state.shown.includes(name) && this.state.shown.length > 1;
    for (const group of this.root.querySelectorAll("svg [data-rule]")) {
      group.classList.toggle("dim", lit && group.dataset.rule !== name);
    }
  }

  setStart(i, value, given) {
    const start = [...this.state.start];
    if (given && Number.isFinite(value)) start[i] = value;
    this.apply({ start: this.within(this.state.problem, start) });
  }

  setPad(values) {
    const { names, rule } = this.spec.map;
    const settings = [...this.state.settings[rule]];
    names.forEach((name, k) => {
      settings[this.rules[rule].settings.findIndex((range) => range.name === name)] = values[k];
    });
    this.apply({ settings: { ...this.state.settings, [rule]: settings }, focus: rule });
  }
}

/** Numbers that keep their order where the text around them runs from right to left. */
const isolated = (text) => `\u2066${text}\u2069`;

/** What a rule computes with, as curves: `values` makes one line for each coordinate. */
function quantitiesOf(rule, path) {
  const both = (make) => () => BOTH.map((i) => Float64Array.from(path.loss, (_, t) => make(i, t)));
  const moved = (i, t) => path.theta[i][t] - path.theta[i][t - 1];
  const step = { name: "step", label: "step Δθ", values: both(moved), kind: "step" };
  if (rule.stored) return [step];
  const perGradient = (i, t) => -moved(i, t) / path.gradient[i][t];
  return [
    { name: "gradient", label: "gradient g", values: () => path.gradient, kind: "gradient" },
    ...rule.state.map((name, k) => stateQuantity(rule, path, name, k)),
    step,
    { name: "rate", label: "step per gradient, −Δθ / g", values: both(perGradient), kind: "step" },
  ];
}

function stateQuantity(rule, path, name, k) {
  const memory = rule.memory.includes(name);
  return {
    name: `state.${name}`,
    label: name === "v" && memory ? "velocity v" : `state ${name}`,
    values: () => path.state[k],
    kind: memory ? "memory" : "",
  };
}

/** The entries of a catalogue that can be picked, with what this explorer says of them. */
function merged(catalogue, own, picked) {
  return byName(picked.map((name) => [name, { name, ...catalogue[name], ...own[name] }]));
}
