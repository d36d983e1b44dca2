"""Every use of every name of a scope."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read import tree
from chainrule.read.tree import Big, Factor, Fenced, Fraction, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.arrays.ones import sizes_below
from chainrule.sheet.records.families import Family
from chainrule.sheet.records.world import World
from chainrule.sheet.sums.counted_ones import counts_of_letters
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.bound_letters import bound_letters, plain_names, running_letters
from chainrule.sheet.syntax.derivative_signs import sign_of
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import OF_SQUARE, is_function_word
from chainrule.sheet.syntax.names import Ref, children, letter_of, reference, size_name, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS, is_capital, is_transposed


class Scan:
    """Collects every use of every name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.refs: dict[str, list[Ref]] = {}
        self.index_letters: set[str] = set()
        self.firsts: set[str] = set()
        self.running: set[str] = set()
        self.ends: dict[str, set[str]] = {}
        self.written = True

    def chain(self, sides: list[Node], written: bool = True) -> None:
        """Record the names of the formulas that one chain of relations joins; `written` by the author or made of what
        the author says of an extreme."""
        self.written = written
        self.running = {x for side in sides for x in running_letters(side)}
        for side in sides:
            self.node(side)

    def node(self, node: Node) -> None:
        """Record the names of a formula."""
        stack = [node]
        while stack:
            top = stack.pop()
            ref = reference(top, self.world.glossary)
            if ref is not None:
                self.use(ref)
                if not is_function_word(ref.base):
                    self.world.family(ref.base).operand += 1
                    self.world.family(ref.base).bare += not (ref.labels or ref.subs)
                stack += [n for n in (*ref.subs, *ref.labels) if letter_of(n) is None]
                stack += [p.node for p in ref.postfix if p.node is not None and not isinstance(p.node, Name)]
                continue
            stack += self.below(top)

    def mention(self, node: Node) -> None:
        """A formula without a relation; a lone name in a sentence is spoken of, be it a function or a quantity."""
        ref = reference(node, self.world.glossary)
        if ref is not None and ref.bare:
            self.use(ref)
        else:
            self.chain([node])

    def below(self, node: Node) -> list[Node]:
        """The children to look at; what a derivative fraction and a call say is noted on the way."""
        match node:
            case Fraction():
                self.derivative(node)
            case Product():
                return self.product(node)
            case Script(base=Fenced(body=body), sup=Name(text=text)) if text in TRANSPOSE_WORDS:
                self.transposed(body)
            case Fenced(open="‖", body=body) if (ref := reference(body, self.world.glossary)) is not None and ref.bare:
                self.world.family(ref.base).normed = True
            case Big(sub=sub, sup=sup):
                self.limits(node)
                return [n for n in (sub, sup) if n is not None and letter_of(n) is None]
            case Relation(first=first, links=links) if all(link.op in ("=", "≠") for link in links):
                return self.compared([first, *(link.node for link in links)])
        return list(children(node))

    def compared(self, sides: list[Node]) -> list[Node]:
        """The sides of a condition that are no indices: the o of `1[w = o]` is one where w runs."""
        letters = [letter_of(side) for side in sides]
        if not self.running.isdisjoint(x for x in letters if x is not None):
            return [side for side, letter in zip(sides, letters, strict=True) if letter is None]
        return sides

    def transposed(self, node: Node) -> None:
        """The terms of a transposed sum are vectors or matrices: `(\\hat y - y)^T`."""
        for term in node.terms if isinstance(node, Sum) else (tree.Term("+", node),):
            ref = reference(term.node, self.world.glossary)
            if ref is not None and not ref.subs:
                self.world.family(ref.base).transposed = True

    def derivative(self, node: Fraction) -> None:
        top, bottom = above(node.numerator), below(node.denominator)
        if top is None or bottom is None:
            return
        if top.body is not None:
            self.mark(top.body, "differentiated")
        for variable in bottom[1]:
            self.mark(variable, "variable")

    def mark(self, node: Node, what: str) -> None:
        while isinstance(node, Fenced):
            node = node.body
        if isinstance(node, Product):
            node = node.factors[0].node
        ref = reference(node, self.world.glossary)
        if ref is not None:
            family = self.world.family(ref.base)
            if what == "differentiated":
                family.differentiated = True
                family.sloped += 1
            else:
                family.gradient += what == "gradient" and self.written
                family.by += ref.base != "e" or not ref.postfix  # `\\partial e^{w x}`: e is no variable
                family.bare_by += not (ref.labels or ref.subs)

    def product(self, node: Product) -> list[Node]:
        self.between(node)
        self.determinants(node)
        self.world.size_names |= set(counts_of_letters(node)) if self.world.einstein else set()
        rest: list[Node] = []
        for n, factor in enumerate(node.factors):
            following = node.factors[n + 1] if n + 1 < len(node.factors) else None
            if sign_of(factor.node) is not None and following is not None:
                continue
            nabla = nabla_of(factor.node)
            if nabla is not None:
                for variable in nabla[0]:
                    self.mark(variable, "gradient")
                    rest.append(variable)
                body = None if following is None else reference(following.node, self.world.glossary)
                if body is not None:
                    self.world.family(body.base).graded = True
                    self.world.family(body.base).graded_alone |= not _is_applied(node.factors[n + 1 :])
                continue
            sloped = n > 0 and nabla_of(node.factors[n - 1].node) is not None
            if following is not None and following.op == "" and self.call(factor.node, following.node, sloped):
                continue
            rest.append(factor.node)
        return rest

    def between(self, node: Product) -> None:
        """Notes the D of `x^T D x`."""
        for one, inner, other in zip(node.factors, node.factors[1:], node.factors[2:], strict=False):
            refs = [reference(f.node, self.world.glossary) for f in (one, inner, other)]
            turned, matrix, vector = refs
            if turned is None or matrix is None or vector is None or inner.op or other.op or vector.postfix:
                continue
            if turned.base == vector.base and [p.op for p in turned.postfix] == ["T"] and matrix.bare:
                self.world.family(matrix.base).between = True

    def determinants(self, node: Product) -> None:
        r"""Notes the S of `\det S` and `\det(S_k^{-1})`, and the capitals of `\operatorname{tr}(A X B)`."""
        for one, other in pairwise(node.factors):
            if not isinstance(one.node, Name) or one.node.text not in OF_SQUARE or other.op:
                continue
            inside = other.node.body if isinstance(other.node, Fenced) else other.node
            ref = reference(inside, self.world.glossary)
            if ref is not None and one.node.text == "det":
                self.world.family(ref.base).determined.add(len(ref.subs))
            for factor in inside.factors if isinstance(inside, Product) else ():
                ref = reference(factor.node, self.world.glossary)
                if ref is not None and not ref.subs and is_capital(ref.base):
                    self.world.family(ref.base).traced = True

    def call(self, node: Node, following: Node, sloped: bool = False) -> bool:
        """Notes `f(x)`; True when it is surely a call, so that f is no operand here. What is transposed in
        `\\nabla f(x)^T` is the slope."""
        fence = following.base if isinstance(following, Script) else following
        if not isinstance(fence, Fenced) or fence.open != "(":
            return False
        if _composed(node) and reference(fence.body, self.world.glossary) is not None:
            return all(self.call(name, following, sloped) for name in _composed(node))
        ref = reference(node, self.world.glossary)
        if ref is None or any(p.op == "T" for p in ref.postfix):
            return False  # w^T (x + y): what is transposed is a vector or a matrix, no function
        if ref.subs and isinstance(following, Script) and following.sub is not None:
            return False  # `X_{pk} (B^T)_{kq}` is a product of components
        args = arguments(fence)
        if is_function_word(ref.base):
            return not ref.primes and not ref.subs
        family = self.world.family(ref.base)
        of = reference(args[0], self.world.glossary)
        surely = len(args) > 1 or ref.primes > 0 or (of is not None and not _only_turned(of, following))
        family.called += 1
        family.calls_with_names += surely
        family.values_transposed |= not sloped and is_transposed(following)
        self.use(ref)
        stack = [n for n in ref.subs if letter_of(n) is None]
        for n in stack:
            self.node(n)
        return True

    def limits(self, node: Big) -> None:
        """The sizes in the upper limits of a big operator, `n` and `H_{out}`, and where its letter starts."""
        if (last := letter_of(node.sup)) is not None and last.islower():
            self.world.late.add(last)
        self.world.size_names |= {node.count} - {""}
        if last is not None and node.sub is not None:
            for letter in bound_letters(node.sub):
                self.ends.setdefault(letter, set()).add(last)
        for part in ([] if node.sup is None else [node.sup], _upper_limits(node.sub)):
            for limit in part:
                bound = self.world.glossary.bound
                self.world.size_names |= set(_sizes_in(limit, bound))
                self.world.size_names |= {x for x in (letter_of(limit),) if x is not None and x not in self.running}
        for item in walk(node.sub) if node.sub is not None else ():
            if isinstance(item, Relation) and item.links[0].op == "=" and isinstance(item.links[0].node, Number):
                self.firsts.add(item.links[0].node.text)

    def use(self, ref: Ref) -> None:
        if is_function_word(ref.base):
            return
        self.refs.setdefault(ref.base, []).append(ref)
        self.world.size_names |= set(sizes_below(ref, self.world.glossary))
        family = self.world.family(ref.base)
        family.transposed |= any(p.op == "T" for p in ref.postfix)
        family.marked += bool(ref.labels)
        for n, sub in enumerate(ref.subs):
            self._slot(family, n, sub)

    def _slot(self, family: Family, n: int, sub: Node) -> None:
        letter = letter_of(sub)
        if letter is not None:
            self.index_letters.add(letter.rstrip("'"))
            family.lettered.add(n)
        elif isinstance(sub, Number):
            family.numbered.add(n)
        elif isinstance(sub, Sum) and len(sub.terms) == 2 and isinstance(sub.terms[1].node, Number):
            family.shifted.add(n)
        elif isinstance(sub, Sum):
            family.lettered.add(n)
        if isinstance(sub, Sum):
            self.index_letters |= plain_names(sub) & self.world.glossary.bound


def _upper_limits(sub: Node | None) -> list[Node]:
    """`n` in `\\sum_{1 \\le i < j \\le n}`."""
    found = []
    for node in walk(sub) if sub is not None else ():
        if isinstance(node, Relation):
            found += [link.node for link in node.links[1:] if link.op in ("≤", "<")]
    return found


def _sizes_in(node: Node, bound: set[str]) -> Iterator[str]:
    """The size names of a limit; `H_{out}` is one name."""
    name = size_name(node)
    if name is not None:
        if name not in bound:
            yield name
        return
    for child in children(node):
        yield from _sizes_in(child, bound)


def _only_turned(ref: Ref, following: Node) -> bool:
    r"""Whether parentheses may only keep two raised signs apart: the `(x^{(i)})^T` of `a_i (x^{(i)})^T v`."""
    return is_transposed(following) and bool(ref.subs or ref.labels)


def _composed(node: Node) -> list[Node]:
    r"""The names of `(f \circ g)`."""
    body = node.body if isinstance(node, Fenced) and node.open == "(" else None
    composed = isinstance(body, Product) and all(f.op == "circ" for f in body.factors[1:])
    names = [f.node for f in body.factors] if composed and isinstance(body, Product) else []
    return names if len(names) > 1 and all(isinstance(x, Name) for x in names) else []


def _is_applied(factors: tuple[Factor, ...]) -> bool:
    """Whether parentheses stand right behind the first of some factors."""
    behind = factors[1] if len(factors) > 1 and not factors[1].op else None
    node = None if behind is None else behind.node
    fence = node.base if isinstance(node, Script) else node
    return isinstance(fence, Fenced) and fence.open == "("
