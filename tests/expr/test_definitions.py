"""Definitions: cycles, dependence, order."""

from __future__ import annotations

import pytest

from chainrule.expr import CyclicDefinition, Definition, Definitions, Dim, Index, Symbol, component

n = Dim("n")
i, j = Index("i", n), Index("j", n)
s = [Symbol(f"s{k}") for k in range(2001)]


def chain(length: int) -> Definitions:
    return Definitions(Definition(s[k + 1], (), component(s[k]) ** 2) for k in range(length))


def test_dependence_is_transitive() -> None:
    table = chain(2000)
    assert table.depends(s[2000], s[0])
    assert not table.depends(s[0], s[2000])
    assert not table.depends(s[0], s[0])
    assert table.reach(s[3]) == {s[0], s[1], s[2]}
    assert table.ordered([s[2000]]) == s


def test_a_cycle_is_named() -> None:
    table = chain(5)
    with pytest.raises(CyclicDefinition) as caught:
        table.add(Definition(s[0], (), component(s[2]) + 1))
    assert caught.value.names == ("s0", "s2", "s1")
    assert s[0] not in table
    with pytest.raises(CyclicDefinition, match="s9 -> s9"):
        table.add(Definition(s[9], (), component(s[9]) + 1))


def test_replacing_a_definition_changes_what_depends_on_what() -> None:
    table = chain(3)
    table.add(Definition(s[1], (), component(s[9])))
    assert not table.depends(s[3], s[0])
    assert table.depends(s[3], s[9])


def test_a_copy_grows_alone() -> None:
    table = chain(2)
    other = table.copy()
    other.add(Definition(s[9], (), component(s[2])))
    assert s[9] not in table
    assert other.depends(s[9], s[0])


def test_a_definition_is_over_its_indices() -> None:
    x, y = Symbol("x", (n,)), Symbol("y", (n,))
    definition = Definition(y, (i,), component(x, i) ** 2)
    assert (
        definition.at(component(Symbol("k", (), "integer"))) is component(x, component(Symbol("k", (), "integer"))) ** 2
    )
    with pytest.raises(ValueError, match="no meaning"):
        Definition(y, (i,), component(x, j))
    with pytest.raises(ValueError, match="axes"):
        Definition(y, (), component(Symbol("b")))
