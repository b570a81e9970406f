"""Answers to assignment 4. Sections are read by `tests.course.fast`; nothing here is imported."""


# %% wrong search: argmin over all, nan included
# points: search 3
# says: runs that diverge (1 point)
# says: A run that ended with nan wins: np.argmin and min take nan for the lowest.
def search(run, rates, budget):
    ends = [run(lr) for lr in rates[:budget]]
    return rates[np.argmin(ends)]


# %% wrong search: the highest loss, which is charged once
# points: search 3
# says: That is the rate with the highest loss: look for the lowest.
def search(run, rates, budget):
    ends = np.array([run(lr) for lr in rates[:budget]])
    ends[np.isinf(ends)] = np.nan
    return rates[np.nanargmax(ends)]


# %% wrong search: the place of the best rate, which is charged once
# points: search 3
# says: You return the place of the best rate in the grid
def search(run, rates, budget):
    ends = np.array([run(lr) for lr in rates[:budget]])
    return np.nanargmin(ends)


# %% wrong search: the last rate, which is charged once
# points: search 3
# says: You return the rate that was tried last
def search(run, rates, budget):
    lowest = np.inf
    for lr in rates[:budget]:
        loss = run(lr)
        if np.isfinite(loss) and loss < lowest:
            lowest = loss
    return lr


# %% wrong search: the lowest loss, which is charged once
# points: search 3
# says: You return the lowest loss: return the rate that leads to it.
def search(run, rates, budget):
    return np.nanmin([run(lr) for lr in rates[:budget]])


# %% wrong search: a comparison with nan
# points: search 3
# says: A run that ended with nan wins: every comparison with nan is False.
def search(run, rates, budget):
    best, lowest = None, np.inf
    for lr in rates[:budget]:
        loss = run(lr)
        if loss >= lowest:
            continue
        best, lowest = lr, loss
    return best


# %% wrong search: each loss against the one before
# points: search 2
# says: Each loss is compared with the one before it
def search(run, rates, budget):
    best, before = rates[0], np.inf
    for lr in rates[:budget]:
        loss = run(lr)
        if loss < before:
            best = lr
        before = loss
    return best


# %% wrong search: it ends where a run diverges
# points: search 3
# says: The search ends at the first run that diverges: go on, the next may be fine.
def search(run, rates, budget):
    best, lowest = rates[0], np.inf
    for lr in rates[:budget]:
        loss = run(lr)
        if not np.isfinite(loss):
            break
        if loss < lowest:
            best, lowest = lr, loss
    return best


# %% wrong search: one call too many
# points: search 3
# says: the budget is kept (1 point)
# says: That is one call too many: is the budget compared with <= where it should be <?
def search(run, rates, budget):
    best, lowest, calls = None, np.inf, 0
    while calls <= budget and calls < len(rates):
        loss = run(rates[calls])
        if np.isfinite(loss) and loss < lowest:
            best, lowest = rates[calls], loss
        calls += 1
    return best


# %% wrong search: the budget is not looked at
# points: search 3
# says: Every rate of the grid is tried, whatever the budget
def search(run, rates, budget):
    return rates[np.nanargmin([run(lr) for lr in rates])]


# %% wrong search: the best rates are run three times
# points: search 3
# says: Some rates are run more than once: store the loss when it is computed
def search(run, rates, budget):
    best, lowest = None, np.inf
    for lr in rates[:budget]:
        if np.isfinite(run(lr)) and run(lr) < lowest:
            best, lowest = lr, run(lr)
    return best


# %% wrong search: each rate is run twice
# points: search 3
# says: Every rate is run twice: store the loss when it is computed
def search(run, rates, budget):
    finite = [lr for lr in rates[:budget] if np.isfinite(run(lr))]
    return min(finite, key=run)


# %% wrong search: a rate at random
# points: search 2
# says: It is the rate with the lowest loss among those that were tried.
def search(run, rates, budget):
    ends = [run(lr) for lr in rates[:budget]]
    return rates[len(ends) // 2]


# %% wrong search: twice within the budget
# points: search 3
# says: no call is wasted (1 point)
# says: Half of the budget goes into rates that were run already.
def search(run, rates, budget):
    losses = {}
    for lr in rates[: budget // 2]:
        losses[lr] = min(run(lr), run(lr))
    losses = {lr: loss for lr, loss in losses.items() if np.isfinite(loss)}
    return min(losses, key=losses.get)


# %% wrong search: one call is left over
# points: search 3
# says: One call of the budget is left over, and a rate untried
def search(run, rates, budget):
    best, lowest = rates[0], np.inf
    for k in range(1, min(budget, len(rates))):
        loss = run(rates[k])
        if np.isfinite(loss) and loss < lowest:
            best, lowest = rates[k], loss
    return best


# %% wrong search: the best is run once more at the end
# points: search 3
# says: The best rate is run once more at the end: its loss is known already.
def search(run, rates, budget):
    best = rates[np.nanargmin([run(lr) for lr in rates[:budget]])]
    print("loss", run(best))
    return best


# %% wrong search: run is handed the place and not the rate, which is charged once
# points: search 3
# says: run is called with something that is not in rates: hand it the rate itself
def search(run, rates, budget):
    best, lowest = 0, np.inf
    for k in range(min(budget, len(rates))):
        loss = run(k)
        if loss < lowest:
            best, lowest = k, loss
    return rates[best]


# %% wrong search: the neighbour, which is charged once
# points: search 3
# says: That is the neighbour of the best rate
def search(run, rates, budget):
    ends = [run(lr) for lr in rates[:budget]]
    return rates[np.nanargmin(ends) - 1]


# %% wrong search: no return
# points: search 0
# says: returns nothing: its last line should be `return lr`
def search(run, rates, budget):
    best = min(rates[:budget], key=run)


# %% wrong search: an exception
# points: search 2
# says: `ends = [run(rates[k]) for k in range(budget)]`: there is no element 9: there are 9
def search(run, rates, budget):
    ends = [run(rates[k]) for k in range(budget)]
    return rates[np.nanargmin(ends)]


# %% wrong search: it ends Python
# points: search 0
# says: ends Python with exit()
def search(run, rates, budget):
    best, lowest = None, np.inf
    for lr in rates:
        if not budget:
            exit()
        budget -= 1
        loss = run(lr)
        if loss < lowest:
            best, lowest = lr, loss
    return best


# %% wrong search: a pair comes back
# points: search 0
# says: must return numbers for lr, and returns {'rate'
def search(run, rates, budget):
    ends = [run(lr) for lr in rates[:budget]]
    return {"rate": rates[np.nanargmin(ends)], "loss": np.nanmin(ends)}


# %% wrong search: it remembers the best of an earlier call
# points: search 0
# says: run is never called, so nothing is known of any rate
calls_made = [0]


def search(run, rates, budget):
    calls_made[0] += 1
    return rates[calls_made[0] % len(rates)]


# %% wrong search: the grid is changed
# points: search 3
# says: The caller's rates changed
def search(run, rates, budget):
    best, lowest = None, np.inf
    for k in range(min(budget, len(rates))):
        loss = run(rates[k])
        if np.isfinite(loss) and loss < lowest:
            best, lowest = rates[k], loss
        rates[k] = np.inf
    return best


# %% wrong sgd-rate: where the slider opens
# points: sgd-rate 0
# says: That is where the slider starts. All runs diverge there.
sgd_rate = 3.0

# %% wrong sgd-rate: at the edge
# points: sgd-rate 0
# says: That is at the edge
sgd_rate = 0.05

# %% wrong sgd-rate: too slow
# points: sgd-rate 0
# says: There the loss is still falling when the steps run out
sgd_rate = 0.002

# %% wrong sgd-rate: a logarithm
# points: sgd-rate 0
# says: -2 is too small. Move the slider until
sgd_rate = -2

# %% wrong predicted-gain: a share below zero
# points: predicted-gain 0
# says: must be a number from 0.01 to 1000, and is -3
predicted_gain = -3

# %% wrong predicted-gain: in words
# points: predicted-gain 0
# says: must be one number, and is 'Adagrad'
predicted_gain = "Adagrad"

# %% wrong measured: means, and the inverse
# points: measured 0
# says: That is the ratio of the means: take medians.
# says: That is the inverse: the largest over the smallest.
one = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
two = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": one.mean() / two.mean(), "spread": two.min() / two.max()}

# %% wrong measured: the default number of seeds
# points: measured 0
# says: gain: the number (1 point). That is with five seeds: say seeds=20.
# says: spread: the number (1 point). That is with five seeds: say seeds=20.
one = choose.losses(SGD(lr=0.011), choose.Unseen(1))
two = choose.losses(Adagrad(lr=0.2), choose.Unseen(1))
measured = {"gain": np.median(one) / np.median(two), "spread": two.max() / two.min()}

# %% wrong measured: Adagrad over SGD, and the spread of SGD
# points: measured 0
# says: That is the inverse: SGD's loss over Adagrad's.
# says: That is SGD's spread: Adagrad's is asked for.
one = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
two = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": np.median(two) / np.median(one), "spread": one.max() / one.min()}

# %% wrong measured: no dictionary
# points: measured 0
# says: must be a dictionary with the keys "gain", "spread"
measured = (5.5, 11.2)

# %% wrong measured: one run of each, one not answered
# points: measured 0
# says: That is one run of each: take the median of twenty.
# says: spread (1 point). There is no answer yet.
one = choose.losses(SGD(lr=0.011), choose.Unseen(1), seeds=20)
two = choose.losses(Adagrad(lr=0.2), choose.Unseen(1), seeds=20)
measured = {"gain": one[0] / two[0], "spread": ...}

# %% wrong one-sweep: the lowest loss
# points: one-sweep 0
# says: It has the lowest loss of all in this one run
one_sweep = "A"

# %% wrong one-sweep: safe but slow
# points: one-sweep 0
# says: It is safe, but slow
one_sweep = "c"

# %% wrong one-sweep: at the cliff
# points: one-sweep 0
# says: The next field diverges
one_sweep = "D"

# %% wrong one-sweep: a setting in place of a letter
# points: one-sweep 0
# says: must be one of "A", "B", "C", "D"
one_sweep = (0.00681, 0.4)

# %% wrong choice: Adam with the settings of its paper
# points: choice 0
# says: No run diverges, and the loss still falls when the steps run out: too slow
choice = Adam()

# %% wrong choice: Adam as on the circles task
# points: choice 1
# says: within 4 times the best of the grid (1 point). On 12 fresh instances yours leaves
# says: oscillating. Would a smaller rate settle lower?
choice = Adam(lr=0.1)

# %% wrong choice: SGD at its best
# points: choice 1
# says: too slow, in some coordinates at least
choice = SGD(lr=0.01)

# %% wrong choice: a rule of the right kind, not quite tuned
# points: choice 2
# says: within 1.7 times the best of the grid (1 point). On 12 fresh instances
choice = AdaMax(lr=0.07)

# %% wrong choice: beyond the edge
# points: choice 0
# says: of 12 runs end worse than they began or diverge: the rate is too large
choice = SGD(lr=0.1)

# %% wrong choice: a class
# points: choice 0
# says: is a class: call it, with its settings, such as Adagrad(lr=...)
choice = Adagrad

# %% wrong choice: a rate
# points: choice 0
# says: must be a rule with its settings, such as SGD(lr=0.01), and is 0.2
choice = 0.2

# %% wrong choice: a rate for every coordinate
# points: choice 0
# says: must have one number for each setting, and lr is an array
choice = SGD(lr=np.geomspace(0.01, 1, 16))


# %% wrong choice: a rule of one's own
# points: choice 0
# says: It must be one of the ten rules of the book, with its settings.
class Mine(Adagrad):
    def update(self, g, t, G):
        G = G + g**2
        return -self.lr * g / np.sqrt(G + 1e-12), G


choice = Mine(lr=0.25)

# %% wrong network: the choice for the other problem, which the network does not like as much
# points: network 1
# says: within 1.15 times the best of the grid (1 point). From 8 fresh starts yours has a loss of
# says: much better (0.52 and 1.37): other rules or memories get further.
network = Adagrad(lr=0.25)

# %% wrong network: Adam with the settings of its paper
# points: network 0
# says: within 1.5 times the best of the grid (1 point). From 8 fresh starts yours has a loss of
# says: The rate is too small: twice of it leads to
network = Adam()

# %% wrong network: SGD at its best
# points: network 1
# says: within 1.15 times the best of the grid (1 point). From 8 fresh starts yours has a loss of
# says: Neither half of the rate nor twice of it is much better
network = SGD(lr=0.8)

# %% wrong network: a rule without a learning rate, tuned
# points: network 1
# says: Neither half of the ε nor twice of it is much better
network = Adadelta(eps=2e-4)

# %% wrong network: beyond the limit
# points: network 0
# says: The rate is too large: half of it leads to
network = Momentum(lr=1)

# %% wrong network: all of it diverges
# points: network 0
# says: From 8 fresh starts yours has a loss of 10.00 on what was held out
# says: It diverges: the rate is too large.
network = SGD(lr=1e200)

# %% wrong network: a class
# points: network 0
# says: is a class: call it, with its settings, such as NAG(lr=...)
network = NAG

# %% wrong run-a: momentum, and the growth of the loss
# points: run-a 0
# says: Here the sign changes at every step.
# says: That is how the loss grows, which is a square.
size = np.linalg.norm(A.gradient, axis=1)
run_a = {"cause": "momentum too high", "growth": (size[-1] / size[-2]) ** 2}

# %% wrong run-a: the sign of a coordinate
# points: run-a 1
# says: Asked is by what the size grows.
run_a = {"cause": "rate above the limit", "growth": A.gradient[-1, 0] / A.gradient[-2, 0]}

# %% wrong run-a: the factor over the whole run, and a cause of one's own
# points: run-a 0
# says: cause (1 point). It must be one of
# says: asked is the factor per step
size = np.linalg.norm(A.gradient, axis=1)
run_a = {"cause": "it diverged", "growth": (size[-1] / size[-2]) ** 40}

# %% wrong run-b: epsilon, and the exponent with the wrong sign
# points: run-b 0
# says: Divide the steps by the gradients, early and late.
# says: It has the wrong sign
run_b = {"cause": "epsilon too large", "exponent": 0.54}

# %% wrong run-b: no logarithm of t
# points: run-b 1
# says: That is the slope against t itself: take its logarithm too.
t = np.arange(10, 401)
rate = np.abs(B.steps[9:, 0] / B.gradient[9:, 0])
run_b = {"cause": "rates used up", "exponent": np.polyfit(t, np.log(rate), 1)[0]}

# %% wrong run-b: the square
# points: run-b 0
# says: All gradients here are of about the same size: none is rare.
# says: Is the square root missing
run_b = {"cause": "rare gradients forgotten", "exponent": -1}

# %% wrong run-c: the rate, and the whole length
# points: run-c 0
# says: This run turns round and comes back, with the same rate.
# says: That is the length over both coordinates: take one of them.
run_c = {
    "cause": "rate above the limit",
    "first step": np.linalg.norm(C.steps[0]) / C.lr,
}

# %% wrong run-c: what it should have been
# points: run-c 1
# says: That is what it should be. What was it in this run?
run_c = {"cause": "no bias correction", "first step": 1}

# %% wrong run-c: not divided, and momentum
# points: run-c 0
# says: Here the very first step is too long.
# says: That is the step itself: divide it by η.
run_c = {"cause": "momentum too high", "first step": abs(C.steps[0, 0])}

# %% wrong run-c: the causes of B and C exchanged
# points: run-b 1, run-c 1
# says: Rates that shrink do no harm at the start.
# says: That makes the first steps too long; here the last ones are too short.
run_c = {"cause": "rates used up", "first step": abs(C.steps[0, 0]) / C.lr}
# answer: run-b
run_b = {"cause": "no bias correction", "exponent": -0.5}

# %% wrong cure: too slow
# points: cure 0
# says: It follows too slowly.
cure = SGD(lr=0.1)

# %% wrong cure: the rule of the run with its rate
# points: cure 0
# says: It follows too slowly.
cure = Adagrad(lr=0.1)

# %% wrong cure: too much memory
# points: cure 0
# says: Worse than standing still: it swings far past the target
cure = Momentum(lr=0.01, momentum=0.9)

# %% wrong cure: beyond the limit
# points: cure 0
# says: It diverges: the rate is too large.
cure = SGD(lr=3)


# %% right search: the lowest of a dictionary
def search(run, rates, budget):
    losses = {lr: run(lr) for lr in rates[:budget]}
    return min(losses, key=lambda lr: losses[lr] if np.isfinite(losses[lr]) else np.inf)


# %% right search: spread over the grid, downwards, as an array
def search(train, grid, n):
    places = np.unique(np.linspace(0, len(grid) - 1, min(n, len(grid))).round().astype(int))
    ends = np.full(len(grid), np.nan)
    for k in places[::-1]:
        ends[k] = train(grid[k])
    return grid[[np.nanargmin(np.where(np.isinf(ends), np.nan, ends))]]


# %% right search: a class, float32, and a warning
import warnings


class Search:
    def __call__(self, run, rates, budget):
        tried = np.array([(run(np.float32(lr)), lr) for lr in rates[:budget]], dtype=np.float32)
        warnings.warn("this may take a while")
        tried = tried[np.isfinite(tried[:, 0])]
        return tried[tried[:, 0].argmin(), 1]


search = Search()


# %% right search: a dictionary, and budget counted down
def search(run, rates, budget):
    found = {"lr": None, "loss": float("inf")}
    rates = list(rates)
    while budget > 0 and rates:
        lr = rates.pop()
        loss = run(lr)
        budget -= 1
        if not np.isnan(loss) and loss < found["loss"]:
            found = {"lr": lr, "loss": loss}
    return found


# %% right search: sorted pairs, printed
def search(run, rates, budget):
    pairs = sorted((loss, lr) for lr in rates[:budget] if np.isfinite(loss := run(lr)))
    print(pairs)
    return float(pairs[0][1])


# %% right sgd-rate: a NumPy scalar off the middle
sgd_rate = np.float32(0.0146)

# %% right predicted-gain: SGD wins, which is no mistake
predicted_gain = np.float64(0.5)

# %% right measured: written from the screen, with a key too many
measured = {"gain": np.array([5.5]), "spread": 11.15, "note": "20 seeds"}

# %% right one-sweep: in small letters
one_sweep = " b "

# %% right choice: AMSGrad
choice = AMSGrad(lr=0.009)

# %% right choice: Adam, not as anybody has it
choice = Adam(lr=np.float32(0.025), beta2=0.999)

# %% right network: Adam, with forty times the rate of its paper
network = Adam(lr=0.04)

# %% right network: Nadam
network = Nadam(lr=0.045)

# %% right run-a: by the norm of the steps, cause in capitals
run_a = {
    "cause": "Rate  above the LIMIT",
    "growth": np.linalg.norm(A.steps[-1]) / np.linalg.norm(A.steps[-2]),
}

# %% right run-b: what theory says
run_b = {"cause": "rates used up", "exponent": -0.5}

# %% right run-c: the other coordinate
run_c = {"cause": "no bias correction", "first step": np.abs(C.steps[0, 1] / 0.02)}

# %% right cure: Adagrad with a rate that lasts for a while
cure = Adagrad(lr=3)

# %% right cure: RMSprop
cure = RMSprop(lr=0.2)


# %% wrong search: the rates come back
# points: search 0
# says: run is never called, so no budget is kept.
def search(run, rates, budget):
    return rates


# %% wrong search: nothing is tried
# points: search 0
# says: run is never called, so no budget is kept.
def search(run, rates, budget):
    return rates[0]


# %% right one-sweep: a sentence's full stop
one_sweep = "B."


# %% wrong search: an error before anything is tried, which is told
# points: search 0
# says: `ends.append(run(lr))`: an array has no .append
def search(run, rates, budget):
    ends = np.array([])
    for lr in rates[:budget]:
        ends.append(run(lr))
    return rates[np.nanargmin(ends)]


# %% wrong search: run is not called
# points: search 0
# says: `if loss < lowest:`: a function is compared where a number is meant: call it
def search(run, rates, budget):
    best, lowest = rates[0], np.inf
    for lr in rates[:budget]:
        loss = run
        if loss < lowest:
            best, lowest = lr, loss
    return best


# %% wrong search: all rates at once
# points: search 0
# says: run takes one number, and is handed an array of several
def search(run, rates, budget):
    losses = run(rates)
    return rates[np.argmin(losses)]


# %% wrong search: an error at the end, which costs the rate and not the calls
# points: search 2
# says: best gets a value inside the function, and is used before that
def search(run, rates, budget):
    lowest = 0
    for lr in rates[:budget]:
        loss = run(lr)
        if loss < lowest:
            best, lowest = lr, loss
    return best


# %% wrong search: return inside the loop
# points: search 2
# says: One rate is tried, and no other: does return, or break, stand inside the loop
def search(run, rates, budget):
    best, lowest = None, np.inf
    for lr in rates[:budget]:
        loss = run(lr)
        if loss < lowest:
            best, lowest = lr, loss
        return best


# %% wrong search: rates between those of the grid
# points: search 1
# says: run is called with rates of your own, between those in rates
def search(run, rates, budget):
    low, high = rates[0], rates[-1]
    for _ in range(budget):
        middle = np.sqrt(low * high)
        if run(middle) < run(high):
            high = middle
        else:
            low = middle
    return middle


# %% wrong search: from the beginning again, as there is budget left
# points: search 3
# says: All rates are tried, and then some once more
def search(run, rates, budget):
    best, lowest = rates[0], np.inf
    for k in range(budget):
        lr = rates[k % len(rates)]
        loss = run(lr)
        if np.isfinite(loss) and loss < lowest:
            best, lowest = lr, loss
    return best


# %% wrong search: it is ended in a line that is named
# points: search 0
# says: ends Python with exit() in line 6 of its cell, `exit()`
def search(run, rates, budget):
    for lr in rates[:budget]:
        if run(lr) < 10:
            exit()


# %% wrong choice: a rate of 0
# points: choice 0
# says: The parameters stay where they begin: is the rate 0?
choice = Adagrad(lr=0)

# %% wrong choice: a text
# points: choice 0
# says: a text: leave the quotation marks out
choice = "Adagrad(lr=0.25)"

# %% wrong sgd-rate: two of them
# points: sgd-rate 0
# says: These are 2: take the one that is asked for
sgd_rate = [0.006, 0.012]

# %% wrong run-b: not a number, as from the logarithm of something negative
# points: run-b 1
# says: Is there a logarithm or a root of something negative
run_b = {"cause": "rates used up", "exponent": np.nan}

# %% wrong run-b: the height of the line
# points: run-b 1
# says: of what np.polyfit returns, the slope comes first
t = np.arange(1, 401)
rate = np.abs(B.steps[:, 0] / B.gradient[:, 0])
run_b = {"cause": "rates used up", "exponent": np.polyfit(np.log(t[9:]), np.log(rate[9:]), 1)[1]}

# %% wrong run-c: the second step
# points: run-c 1
# says: That is the second step
run_c = {"cause": "no bias correction", "first step": abs(C.steps[1, 0]) / C.lr}

# %% wrong run-c: a key of one's own
# points: run-c 1
# says: the key "first step" is missing. Is it what you have under "ratio"?
run_c = {"cause": "no bias correction", "ratio": abs(C.steps[0, 0]) / C.lr}

# %% right run-c: a key as Python's names are written
run_c = {"cause": "no bias correction", "first_step": abs(C.steps[0, 0]) / C.lr}


# %% wrong search: the lowest so far is never renewed, which is charged once
# points: search 3
# says: You return the rate that was tried last
def search(run, rates, budget):
    best, lowest = None, 1e10
    for lr in rates:
        if budget == 0:
            return best
        loss = run(lr)
        budget -= 1
        if loss < lowest:
            best = lr
    return best
