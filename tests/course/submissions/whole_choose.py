"""Ten whole submissions of assignment 4, marked by hand before a check saw them.

They are written as those in `whole_ravine.py`. For a setting the person who marked had run it on
instances, starts and noise of his own.
"""


# %% choose alma: all of it right, in her own way
# points: search 4, sgd-rate 1, predicted-gain 1, measured 2, one-sweep 1, choice 3, network 2
# points: run-a 2, run-b 2, run-c 2, cure 1
# answer: search
def search(run, rates, budget):
    tried = np.asarray(rates)[: int(budget)]
    losses = np.array([run(lr) for lr in tried], dtype=float)
    losses[~np.isfinite(losses)] = np.inf
    return tried[losses.argmin()]


# answer: sgd-rate
sgd_rate = 0.011
# answer: predicted-gain
predicted_gain = 10
# answer: measured
of_sgd = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
of_adagrad = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {
    "gain": np.quantile(of_sgd, 0.5) / np.quantile(of_adagrad, 0.5),
    "spread": np.divide(*np.sort(of_adagrad)[[-1, 0]]),
}
# answer: one-sweep
one_sweep = "B"
# answer: choice
choice = Adagrad(lr=0.25)
# answer: network
network = NAG(lr=0.2)
# answer: run-a
sizes = np.sqrt((A.gradient**2).sum(axis=1))
run_a = {"cause": "rate above the limit", "growth": sizes[-1] / sizes[-2]}
# answer: run-b
own = np.abs(B.steps / B.gradient)[9:, 0]
t = 10 + np.arange(len(own))
run_b = {"cause": "rates used up", "exponent": np.polyfit(np.log(t), np.log(own), 1)[0]}
# answer: run-c
run_c = {"cause": "no bias correction", "first step": np.abs(C.steps[0]).max() / C.lr}
# answer: cure
cure = SGD(lr=0.4)


# %% choose bruno: believes what nan is compared with
# points: search 4, sgd-rate 1, predicted-gain 1, measured 2, one-sweep 0, choice 1, network 0
# points: run-a 1, run-b 1, run-c 1, cure 0
# why: His test for nan is never true, but nan and inf are never below the best either.
# answer: search
def search(run, rates, budget):
    best_lr = None
    best_loss = float("inf")
    calls = 0
    for lr in rates:
        if calls == budget:
            break
        loss = run(lr)
        calls += 1
        if loss == np.nan:
            continue
        if loss < best_loss:
            best_loss = loss
            best_lr = lr
    return best_lr


# answer: sgd-rate
sgd_rate = 0.01
# answer: predicted-gain
predicted_gain = 2
# answer: measured
a = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
b = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": round(np.median(a) / np.median(b), 2), "spread": 11.2}
# answer: one-sweep
one_sweep = "A"
# answer: choice
choice = SGD(lr=0.011)
# answer: network
network = Adam(lr=0.01)
# answer: run-a
size = np.linalg.norm(A.gradient, axis=1)
run_a = {"cause": "momentum too high", "growth": size[-1] / size[-2]}
# answer: run-b
run_b = {"cause": "rates used up", "exponent": 0.54}
# answer: run-c
run_c = {"cause": "no bias correction", "first step": np.linalg.norm(C.steps[0]) / C.lr}
# answer: cure
cure = Adagrad(lr=1.0)


# %% choose chiara: fights with Python
# points: search 0, sgd-rate 1, predicted-gain 1, measured 0, one-sweep 1, choice 0, network 2
# points: run-a 1, run-b 1, run-c 2, cure 1
# answer: search
def search(run, rates, budget):
    best = None
    for i in range(rates):
        loss = run(rates[i])
        if best is None or loss < best_loss:
            best, best_loss = rates[i], loss
    return best


# answer: sgd-rate
sgd_rate = 0.0125
# answer: predicted-gain
predicted_gain = "5"
# answer: measured
plain = losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
own = losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": np.median(plain) / np.median(own), "spread": max(own) / min(own)}
# answer: one-sweep
one_sweep = "b"
# answer: choice
choice = Adagrad
# answer: network
network = NAG(0.2)
# answer: run-a
size = np.linalg.norm(A.gradient, axis=1)
run_a = {"cause": "Rate too large", "growth": size[-1] / size[-2]}
# answer: run-b
t = np.arange(1, len(B.steps) + 1)
rate = B.steps[:, 0] / B.gradient[:, 0]
run_b = {
    "cause": "rates used up",
    "exponent": np.polyfit(np.log(t[9:]), np.log(rate[9:]), 1)[0],
}
# answer: run-c
run_c = {"cause": "No bias correction", "first step": 3.16}
# answer: cure
cure = SGD(0.4)


# %% choose dmitri: ran out of time
# points: search 2, sgd-rate 1, predicted-gain 1, measured 0, one-sweep 0, choice 0, network 0
# points: run-a 0, run-b 0, run-c 0, cure 0
# why: min keeps a nan that comes first; the budget is not looked at.
# answer: search
def search(run, rates, budget):
    return min(rates, key=run)


# answer: sgd-rate
sgd_rate = 0.01
# answer: predicted-gain
predicted_gain = 4


# %% choose elif: good instinct, sloppy numbers
# points: search 3, sgd-rate 0, predicted-gain 1, measured 0, one-sweep 1, choice 3, network 2
# points: run-a 1, run-b 2, run-c 2, cure 0
# answer: search
def search(run, rates, budget):
    best, low = None, np.inf
    for lr in rates[:budget]:
        loss = run(lr)
        if loss < low:
            best, low = lr, loss
    return best, low


# answer: sgd-rate
sgd_rate = 0.03
# answer: predicted-gain
predicted_gain = 1
# answer: measured
s = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
a = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": np.median(a) / np.median(s), "spread": a.max() - a.min()}
# answer: one-sweep
one_sweep = "B."
# answer: choice
choice = Adam(lr=0.03)
# answer: network
network = Adam(lr=0.03)
# answer: run-a
g2 = np.sum(A.gradient**2, axis=1)
run_a = {"cause": "rate above the limit", "growth": g2[-1] / g2[-2]}
# answer: run-b
run_b = {"cause": "Rates used up.", "exponent": -0.54}
# answer: run-c
run_c = {"cause": "no bias correction", "first step": 10**0.5}
# answer: cure
cure = Adam()


# %% choose farid: makes sure
# points: search 3, sgd-rate 1, predicted-gain 1, measured 2, one-sweep 1, choice 3, network 2
# points: run-a 2, run-b 2, run-c 2, cure 1
# why: The last call goes into the best rate once more.
# answer: search
def search(run, rates, budget):
    n = min(len(rates), budget - 1)
    losses = []
    for i in range(n):
        loss = run(rates[i])
        losses.append(loss if np.isfinite(loss) else 1e300)
    best = rates[losses.index(min(losses))]
    confirmed = run(best)
    return best


# answer: sgd-rate
sgd_rate = 0.009
# answer: predicted-gain
predicted_gain = 6.5
# answer: measured
plain = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
own = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": np.median(plain) / np.median(own), "spread": own.max() / own.min()}
# answer: one-sweep
one_sweep = "B"
# answer: choice
choice = Adagrad(lr=0.3)
# answer: network
network = Momentum(lr=0.1, momentum=0.9)
# answer: run-a
norms = [np.linalg.norm(g) for g in A.gradient]
run_a = {"cause": "rate above the limit", "growth": norms[-1] / norms[-2]}
# answer: run-b
rate = np.abs(B.steps[:, 0]) / np.abs(B.gradient[:, 0])
x = np.log10(np.arange(10, len(rate) + 1))
run_b = {"cause": "rates used up", "exponent": np.polyfit(x, np.log10(rate[9:]), 1)[0]}
# answer: run-c
run_c = {"cause": "no bias correction", "first step": abs(C.steps[0, 1] / C.lr)}
# answer: cure
cure = SGD(lr=0.6)


# %% choose gesa: odd, and all of it right
# points: search 4, sgd-rate 1, predicted-gain 1, measured 2, one-sweep 1, choice 3, network 2
# points: run-a 2, run-b 2, run-c 2, cure 1
# settled: choice 2: His own twelve instances did not tell how far the best of the grid gets; it
#     leaves less than half of this.
# answer: search
from itertools import islice
from math import isfinite


def search(run, rates, budget):
    seen = {lr: run(lr) for lr in islice(rates, budget)}
    good = {lr: loss for lr, loss in seen.items() if isfinite(loss)}
    return sorted(good, key=good.get)[0]


# answer: sgd-rate
sgd_rate = np.geomspace(0.003, 0.048, 5)[2]
# answer: predicted-gain
predicted_gain = 0.5
# answer: measured
runs = [choose.losses(rule, choose.Unseen(1), seeds=20) for rule in (SGD(0.011), Adagrad(0.2))]
medians = np.median(runs, axis=1)
measured = {"gain": medians[0] / medians[1], "spread": np.exp(np.ptp(np.log(runs[1])))}
# answer: one-sweep
one_sweep = "  b "
# answer: choice
choice = AdaMax(lr=0.1)
# answer: network
network = Nadam(lr=0.02)
# answer: run-a
size = np.linalg.norm(A.gradient, axis=1)
run_a = {"cause": "RATE ABOVE THE LIMIT", "growth": np.median(size[-5:] / size[-6:-1])}
# answer: run-b
from scipy.stats import linregress

t = np.arange(1, 1 + len(B.steps))[9:]
effective = np.abs(B.steps[9:, 0] / B.gradient[9:, 0])
line = linregress(np.log(t), np.log(effective))
run_b = {"cause": "rates used up", "exponent": line.slope}
# answer: run-c
run_c = {"first step": np.mean(np.abs(C.steps[0])) / C.lr, "cause": "no bias correction"}
# answer: cure
cure = RMSprop(lr=0.2)


# %% choose hannes: stops at the first rise
# points: search 2, sgd-rate 1, predicted-gain 1, measured 0, one-sweep 1, choice 1, network 1
# points: run-a 2, run-b 1, run-c 1, cure 0
# answer: search
def search(run, rates, budget):
    best = rates[0]
    low = run(best)
    for lr in rates[1:budget]:
        loss = run(lr)
        if loss < low:
            best, low = lr, loss
        else:
            break
    return best


# answer: sgd-rate
sgd_rate = 0.008
# answer: predicted-gain
predicted_gain = 3
# answer: measured
plain = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=5)
own = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=5)
measured = {"gain": np.median(plain) / np.median(own), "spread": own.max() / own.min()}
# answer: one-sweep
one_sweep = "B"
# answer: choice
choice = Momentum(lr=0.006, momentum=0.4)
# answer: network
network = Adagrad(lr=0.1)
# answer: run-a
run_a = {"cause": "rate above the limit", "growth": 1.16}
# answer: run-b
run_b = {"cause": "epsilon too large", "exponent": -0.5}
# answer: run-c
run_c = {"cause": "momentum too high", "first step": 3.162}
# answer: cure
cure = Momentum(lr=0.05, momentum=0.9)


# %% choose ines: a bracket is missing, and most is good
# points: search 0, sgd-rate 1, predicted-gain 1, measured 1, one-sweep 0, choice 1, network 2
# points: run-a 2, run-b 2, run-c 1, cure 1
# settled: network 1: Four starts of his own were too few: over eight the loss is 1.16 times the
#     best, and 1.15 was asked for.
# answer: search
#! def search(run, rates, budget):
#!     losses = [run(lr) for lr in rates[:budget]
#!     return rates[np.nanargmin(losses)]
# answer: sgd-rate
sgd_rate = 0.014
# answer: predicted-gain
predicted_gain = 7
# answer: measured
plain = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
own = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": np.mean(plain) / np.mean(own), "spread": own.max() / own.min()}
# answer: one-sweep
one_sweep = "C"
# answer: choice
choice = Adadelta(rho=0.95, eps=1e-3)
# answer: network
network = RMSprop(lr=0.03)
# answer: run-a
size = np.linalg.norm(A.gradient, axis=1)
run_a = {"cause": "rate above the limit", "growth": size[-3] / size[-4]}
# answer: run-b
run_b = {"cause": "rates used up", "exponent": -1 / 2}
# answer: run-c
run_c = {"cause": "no bias correction", "first step": C.steps[0, 0] / C.lr}
# answer: cure
cure = SGD(lr=0.45)


# %% choose jonas: by chance
# points: search 3, sgd-rate 0, predicted-gain 0, measured 1, one-sweep 0, choice 0, network 0
# points: run-a 0, run-b 0, run-c 1, cure 1
# why: Rates that are drawn with replacement come twice.
# answer: search
def search(run, rates, budget):
    tried = np.random.choice(rates, budget)
    losses = np.array([run(lr) for lr in tried])
    losses = np.where(np.isnan(losses), np.inf, losses)
    return tried[np.argmin(losses)]


# answer: sgd-rate
sgd_rate = 3.0
# answer: predicted-gain
predicted_gain = "SGD is worse"
# answer: measured
measured = {"gain": 5.5, "spread": 5.5}
# answer: one-sweep
one_sweep = "D"
# answer: choice
choice = SGD(lr=0.5)
# answer: network
network = SGD(lr=0.01)
# answer: run-a
run_a = {"cause": "momentum too high", "growth": 0.16}
# answer: run-b
run_b = {"cause": "rare gradients forgotten", "exponent": 0}
# answer: run-c
run_c = {"cause": "epsilon too large", "first step": 3.1623}
# answer: cure
cure = SGD(lr=0.3)
