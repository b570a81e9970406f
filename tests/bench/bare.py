"""Each algorithm as a bare loop over gradients: the least that numpy can do it with."""

from __future__ import annotations

from typing import Any

import numpy as np


def sgd(w: Any, gradients: Any, lr: float) -> Any:
    for g in gradients:
        w = w - lr * g
    return w


def momentum(w: Any, gradients: Any, lr: float, momentum: float) -> Any:
    v = np.zeros_like(w)
    for g in gradients:
        v = momentum * v + lr * g
        w = w - v
    return w


#: With the gradients given, where they were evaluated makes no difference.
nag = momentum


def adagrad(w: Any, gradients: Any, lr: float, eps: float) -> Any:
    G = np.zeros_like(w)
    for g in gradients:
        G = G + g * g
        w = w - lr / np.sqrt(G + eps) * g
    return w


def adadelta(w: Any, gradients: Any, rho: float, eps: float) -> Any:
    Eg2, Edx2 = np.zeros_like(w), np.zeros_like(w)
    for g in gradients:
        Eg2 = rho * Eg2 + (1 - rho) * (g * g)
        dx = np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
        Edx2 = rho * Edx2 + (1 - rho) * (dx * dx)
        w = w - dx
    return w


def rmsprop(w: Any, gradients: Any, lr: float, rho: float, eps: float) -> Any:
    Eg2 = np.zeros_like(w)
    for g in gradients:
        Eg2 = rho * Eg2 + (1 - rho) * (g * g)
        w = w - lr / np.sqrt(Eg2 + eps) * g
    return w


def adam(w: Any, gradients: Any, lr: float, beta1: float, beta2: float, eps: float) -> Any:
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * (g * g)
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w = w - lr / (np.sqrt(v_hat) + eps) * m_hat
    return w


def adamax(w: Any, gradients: Any, lr: float, beta1: float, beta2: float) -> Any:
    m, u = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        u = np.maximum(beta2 * u, np.abs(g))
        m_hat = m / (1 - beta1**t)
        w = w - lr / u * m_hat
    return w


def nadam(w: Any, gradients: Any, lr: float, beta1: float, beta2: float, eps: float) -> Any:
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * (g * g)
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        m_bar = beta1 * m_hat + (1 - beta1) / (1 - beta1**t) * g
        w = w - lr / (np.sqrt(v_hat) + eps) * m_bar
    return w


def amsgrad(w: Any, gradients: Any, lr: float, beta1: float, beta2: float, eps: float) -> Any:
    m, v, v_hat = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for g in gradients:
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * (g * g)
        v_hat = np.maximum(v_hat, v)
        w = w - lr / (np.sqrt(v_hat) + eps) * m
    return w
