"""Whole networks: forward accumulation, reverse accumulation and torch.autograd must agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from differences import derivative_error, error, slots

from chainrule.calculus import derivative, gradients
from chainrule.expr import (
    BALL,
    ZERO,
    Definition,
    Definitions,
    Dim,
    Expr,
    Index,
    Model,
    Symbol,
    apply,
    component,
    const,
    delta,
    evaluate,
    indicator,
    inverse,
    piecewise,
    power,
    size,
    tensors,
    total,
    value,
)

torch = pytest.importorskip("torch")

POINTS = 3
N, D, H, K = Dim("N"), Dim("d"), Dim("h"), Dim("K")
n, d, e, h, k = Index("n", N), Index("i", D), Index("e", D), Index("j", H), Index("k", K)
SIZES = {N: 2, D: 4, H: 5, K: 3}
X, W, B, V = Symbol("X", (N, D)), Symbol("W", (H, D)), Symbol("b", (H,)), Symbol("V", (K, H))
Y, T = Symbol("y", (N,), "integer"), Symbol("t", (N, K))
A, Z, R, P, L = Symbol("a", (N, H)), Symbol("z", (N, H)), Symbol("o", (N, K)), Symbol("p", (N, K)), Symbol("L")
GAMMA, BETA, NORMED = (Symbol(s, (D,)) for s in (r"\gamma", r"\beta", "q"))
MU, VAR = Symbol(r"\mu"), Symbol("v")
S, M = Symbol("S", (D, D)), Symbol("m", (D,))
FILTER, SIGNAL, OUT = Symbol("f", (H,)), Symbol("s", (D,)), Symbol("r", (D,))
rng = np.random.default_rng(5)


@dataclass(frozen=True)
class Net:
    """A scalar loss through definitions, the same in torch at one sample point, and what to differentiate by."""

    definitions: tuple[Definition, ...]
    torch: Callable[[dict[Symbol, Any]], Any]
    targets: tuple[Symbol, ...]
    inner: tuple[Symbol, ...]


def layer(activation: str) -> tuple[Definition, ...]:
    pre = total(d, component(W, h, d) * component(X, n, d)) + component(B, h)
    return (
        Definition(A, (n, h), pre),
        Definition(Z, (n, h), apply(activation, component(A, n, h))),
        Definition(R, (n, k), total(h, component(V, k, h) * component(Z, n, h))),
    )


def torch_scores(g: dict[Symbol, Any], activation: Callable[[Any], Any]) -> Any:
    return activation(g[X] @ g[W].T + g[B]) @ g[V].T


def squared(activation: str, judge: Callable[[Any], Any]) -> Net:
    loss = total(n, total(k, (component(R, n, k) - component(T, n, k)) ** 2)) / 2
    return Net(
        (*layer(activation), Definition(L, (), loss)),
        lambda g: ((torch_scores(g, judge) - g[T]) ** 2).sum() / 2,
        (X, W, B, V, T),
        (A, Z, R),
    )


def cross_entropy() -> Net:
    loss = -total(n, apply("log", component(P, n, component(Y, n)))) / size(N)
    return Net(
        (*layer("relu"), Definition(P, (n, k), tensors.softmax(component(R, n, k), k)), Definition(L, (), loss)),
        lambda g: torch.nn.functional.cross_entropy(torch_scores(g, torch.relu), g[Y] - 1),
        (X, W, B, V),
        (A, R, P),
    )


def layer_norm() -> Net:
    row, one = component(X, 1, d), const(1)
    normed = (row - component(MU)) / power(component(VAR) + one / 100000, one / 2)
    return Net(
        (
            Definition(MU, (), tensors.mean(row, d)),
            Definition(VAR, (), total(d, (row - component(MU)) ** 2) / size(D)),
            Definition(NORMED, (d,), component(GAMMA, d) * normed + component(BETA, d)),
            Definition(L, (), total(d, component(NORMED, d) ** 3)),
        ),
        lambda g: (torch.nn.functional.layer_norm(g[X][0], (4,), g[GAMMA], g[BETA]) ** 3).sum(),
        (X, GAMMA, BETA),
        (MU, VAR, NORMED),
    )


def gaussian() -> Net:
    r = Index("r", D)
    cov = total(r, component(S, d, r) * component(S, e, r)) + 2 * delta(value(d), value(e))
    away_d, away_e = (component(X, 1, i) - component(M, i) for i in (d, e))
    form = total(d, total(e, away_d * inverse(cov, d, e, value(d), value(e)) * away_e))
    return Net(
        (Definition(L, (), form / 2 + tensors.log_determinant(cov, d, e) / 2),),
        lambda g: gaussian_judge(g[X][0] - g[M], g[S] @ g[S].T + 2 * torch.eye(4, dtype=torch.float64)),
        (X, M, S),
        (),
    )


def gaussian_judge(away: Any, cov: Any) -> Any:
    return away @ torch.linalg.inv(cov) @ away / 2 + torch.logdet(cov) / 2


def convolution() -> Net:
    place = value(d) + value(h) - 1
    padded = piecewise([(indicator("<=", place, size(D)), component(SIGNAL, place))], ZERO)
    return Net(
        (
            Definition(OUT, (d,), total(h, component(FILTER, h) * padded)),
            Definition(L, (), total(d, apply("tanh", component(OUT, d)) ** 2)),
        ),
        lambda g: torch.tanh(convolution_judge(g)).square().sum(),
        (SIGNAL, FILTER),
        (OUT,),
    )


def convolution_judge(g: dict[Symbol, Any]) -> Any:
    long = torch.nn.functional.pad(g[SIGNAL], (0, 4))
    return torch.nn.functional.conv1d(long[None, None], g[FILTER][None, None])[0, 0]


NETS = {
    "relu": squared("relu", torch.relu),
    "tanh": squared("tanh", torch.tanh),
    "cross-entropy": cross_entropy(),
    "layer-norm": layer_norm(),
    "gaussian": gaussian(),
    "convolution": convolution(),
}


def model(net: Net) -> Model:
    tensors_ = (X, W, B, V, T, GAMMA, BETA, S, M, FILTER, SIGNAL)
    values = {s: rng.normal(size=(POINTS, *(SIZES[a] for a in s.axes))) for s in tensors_}
    labels = {Y: rng.integers(1, 4, size=(POINTS, 2))}
    return Model(SIZES, {**values, **labels}, Definitions(net.definitions), POINTS)


def autograd(net: Net, target: Symbol, given: Model) -> np.ndarray:
    rows = []
    for point in range(POINTS):
        leaves = {s: torch.tensor(v[point]) for s, v in given.values.items()}
        leaves[target].requires_grad_(True)
        net.torch(leaves).backward()
        rows.append(leaves[target].grad.numpy())
    return np.stack(rows)


@pytest.mark.parametrize("name", NETS)
def test_forward_reverse_and_autograd_agree(name: str) -> None:
    net = NETS[name]
    given = model(net)
    loss: Expr = component(L)
    losses = [float(net.torch({s: torch.tensor(v[q]) for s, v in given.values.items()})) for q in range(POINTS)]
    np.testing.assert_allclose(evaluate(loss, (), given), losses, rtol=1e-10)
    back = gradients(loss, net.targets, given.definitions)
    for target in net.targets:
        judge, own = autograd(net, target, given), slots(target)
        forward = derivative(loss, component(target, *own), given.definitions)
        assert error(evaluate(forward, own, given), judge) < 1e-10
        assert error(evaluate(back[target].body, back[target].indices, given), judge) < 1e-10


@pytest.mark.parametrize("name", NETS)
def test_forward_and_reverse_agree_at_intermediates(name: str) -> None:
    net = NETS[name]
    given = model(net)
    back = gradients(component(L), net.inner, given.definitions)
    for target in net.inner:
        own = slots(target)
        forward = evaluate(derivative(component(L), component(target, *own), given.definitions), own, given)
        assert error(evaluate(back[target].body, back[target].indices, given), forward) < 1e-10
        assert derivative_error(component(L), (), target, given) < 1e-9


@pytest.mark.parametrize("name", NETS)
def test_balls_enclose_the_gradients(name: str) -> None:
    net = NETS[name]
    given = model(net)
    for target, definition in gradients(component(L), net.targets, given.definitions).items():
        floats = evaluate(definition.body, definition.indices, given)
        balls = evaluate(definition.body, definition.indices, given.again(arithmetic=BALL))
        for ball, number in zip(balls.flat, floats.flat, strict=True):
            assert abs(float(ball.mid()) - number) < 1e-9 * (1 + abs(number)), target
            assert float(ball.rad()) < 1e-20


def test_the_wrong_gradient_of_a_network_is_caught() -> None:
    given = model(NETS["cross-entropy"])
    judge = autograd(NETS["cross-entropy"], V, given)
    wrong = component(P, n, k) + delta(value(k), component(Y, n))
    right = component(P, n, k) - delta(value(k), component(Y, n))
    for term, good in ((right, True), (wrong, False)):
        found = evaluate(total(n, term * component(Z, n, h)) / size(N), (k, h), given)
        assert (error(found, judge) < 1e-10) is good


def test_reverse_wants_a_scalar() -> None:
    with pytest.raises(ValueError, match="scalar"):
        gradients(component(A, n, h), [W], Definitions(NETS["relu"].definitions))
