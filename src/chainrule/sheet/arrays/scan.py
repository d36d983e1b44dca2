"""Every use of every name of a scope, and which subscripts are axes of an array and which are labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read import tree
from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Factor,
    Fenced,
    Fraction,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
)
from chainrule.sheet.arrays.gathered import gathered, is_computed
from chainrule.sheet.arrays.ones import sizes_below
from chainrule.sheet.arrays.zeros import zero_components
from chainrule.sheet.records.families import Family
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.sums.counted_ones import counts_of_letters
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivative_signs import sign_of
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.function_words import OF_SQUARE, is_function_word
from chainrule.sheet.syntax.names import EACH, Ref, children, letter_of, reference, size_name, walk
from chainrule.sheet.syntax.patterns import generalised
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, TRANSPOSE_WORDS, is_capital, is_transpose
from chainrule.sheet.syntax.spelling import look, names_loss
from chainrule.sheet.words.declared import Fact, ShapeFact, real_space


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
        family.values_transposed |= not sloped and _is_transposed(following)
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
            self.index_letters |= _letters_in(sub) & self.world.glossary.bound

    def finish(
        self, equations: list[Equation], facts: Iterable[Fact], arrays: Iterable[str], apart: set[tuple[str, int]]
    ) -> None:
        """Decide which subscripts are axes of an array and which are labels; count subscripts. `arrays` are given entry
        by entry, the names in `apart` are scalars of their own, and `facts` say what has a shape as a whole."""
        self.world.first = 0 if self.firsts == {"0"} else 1
        assigned = self._literal_definitions(equations, set(arrays)) | self._declared_whole(equations, facts) | apart
        sides = [side for e in equations for side in (e.lhs, e.rhs)]
        points = {base for side in sides for found in (_beside_itself, _of_points) for base in found(side, self.world)}
        points |= behind_one_matrix(sides, self.world)
        computed = self._computed_with_entries(equations)
        for base, refs in self.refs.items():
            family = self.world.family(base)
            # `W^{(1)}` and, of another network, `W_1`: neither is an entry of the other
            apart_marked = all(bool(r.subs) != bool(r.labels) for r in refs)
            bare = any(not r.subs for r in refs) and not apart_marked
            for n in range(max((len(r.subs) for r in refs), default=0)):
                if base in computed and n < 2:
                    continue
                if (
                    n in family.shifted
                    or (base, n) in assigned
                    or (n in family.numbered and n not in family.lettered and (not bare or base in points))
                ):
                    family.slots[n] = "label"
        for e in equations:
            for base, n in zero_components(e, self.world):
                self.world.family(base).zeros.add(n)
        self._spread_labels(equations)
        self._losses_of_steps()
        self._fixed_labels()
        self.world.late &= {x for refs in self.refs.values() for r in refs for x in self._label_letters(r)}
        for base, refs in self.refs.items():
            family = self.world.family(base)
            for r in refs:
                family.sub_counts.add(sum(family.slot(n) == "axis" for n in range(len(r.subs))))
                family.ends |= {end for s in r.subs for end in self.ends.get(letter_of(s) or "", ())}
        for letter in self.index_letters & (self.world.glossary.bound | INDEX_LETTERS):
            found = self.world.families.get(letter)
            if found is not None and found.sub_counts <= {0} and not found.differentiated and not found.by:
                self.world.families.pop(letter)

    def _computed_with_entries(self, equations: list[Equation]) -> set[str]:
        """Matrices that a formula gives and whose entries stand in their places: `s_{12} = ...` says nothing new."""
        chains: dict[tuple[int, int], list[Equation]] = {}
        for e in equations:
            if e.op in DEFINING:
                chains.setdefault((id(e.document), e.chain), []).append(e)
        relations = [
            Relation(es[0].lhs.span, es[0].lhs, tuple(tree.Link("=", e.rhs.span, e.rhs) for e in es))
            for es in chains.values()
        ]
        sides = [side for e in equations for side in (e.lhs, e.rhs)]
        names = {name.text: name for side in sides if (name := gathered(side)) is not None}
        return {
            ref.base
            for text, name in names.items()
            if is_computed(relations, text, name) and (ref := reference(name, self.world.glossary)) is not None
        }

    def _label_letters(self, ref: Ref) -> set[str]:
        """The letters in the labels of a name."""
        family = self.world.family(ref.base)
        labels = [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"]
        return {x for node in (*labels, *ref.labels) for x in _letters_in(node)}

    def _spread_labels(self, equations: list[Equation]) -> None:
        """A letter that labels somewhere in a chain labels everywhere in it: `a_i = g(z_i)` beside `z_3 = ...`."""
        if not any("label" in f.slots.values() for f in self.world.families.values()):
            return
        chains: dict[tuple[int, int], list[Ref]] = {}
        summed: dict[tuple[int, int], set[str]] = {}
        for e in equations:
            key = (id(e.document), e.chain)
            for node in (e.lhs, e.rhs):
                chains.setdefault(key, []).extend(references(node, self.world))
                bound = {x for n in walk(node) if isinstance(n, Big) and n.sub for x in bound_letters(n.sub)}
                summed.setdefault(key, set()).update(bound)
        while any(self._spread(refs, summed[key]) for key, refs in chains.items()):
            pass  # each round turns at least one axis into a label

    def _spread(self, refs: list[Ref], summed: set[str]) -> bool:
        """One round over the names of a chain; True when a slot changed."""
        labels: set[str] = set()
        for ref in refs:
            family = self.world.family(ref.base)
            labels |= {x for n, s in enumerate(ref.subs) if family.slot(n) == "label" for x in _letters_in(s)}
        changed = False
        for ref in refs:
            family = self.world.family(ref.base)
            for n, sub in enumerate(ref.subs):
                if family.slot(n) == "axis" and (letter_of(sub) or "") in labels - summed:
                    family.slots[n] = "label"
                    changed = True
        return changed

    def _losses_of_steps(self) -> None:
        """The loss L_t of a step beside `h_t` and `h_{t-1}` is one of its own, also where only a sum has it."""
        at = [
            (self.world.family(base), n, s) for base in self.refs for r in self.refs[base] for n, s in enumerate(r.subs)
        ]
        steps = {x for family, n, s in at if n in family.shifted and isinstance(s, Sum) for x in _letters_in(s)}
        for family, n, s in at:
            if names_loss(family.base.removesuffix(EACH)) and letter_of(s) in steps:
                family.slots[n] = "label"

    def _fixed_labels(self) -> None:
        """`y_i` in `p_{y_i}` with an i that nothing binds is one name: the label of the sample at hand."""
        inner = {r.base for refs in self.refs.values() for ref in refs for s in ref.subs for r in _inner(s, self.world)}
        for base in inner:
            letters = {letter_of(s) for r in self.refs.get(base, ()) for s in r.subs}
            if len(letters) == 1 and None not in letters and not letters & self.world.glossary.bound:
                for n in range(max(len(r.subs) for r in self.refs[base])):
                    self.world.family(base).slots[n] = "name"

    def _literal_definitions(self, equations: list[Equation], arrays: set[str]) -> set[tuple[str, int]]:
        """Slots in which a numbered component has an equation of its own: `z_3 = x_1 w_{13}`."""
        found = set()
        whole = self._defined_as_a_whole(equations)
        ruled = {base for base, rules in whole.items() if any(_is_case_of(e, r) for r in rules for e in equations)}
        ruled |= {base for base, rules in whole.items() if any(self._of_entries(base, r) for r in rules)}
        for e in equations:
            ref = reference(e.lhs, self.world.glossary)
            if ref is None or e.op not in DEFINING or e.link:
                continue
            if (ref.base in whole or ref.base in arrays) and not has_quantities(e.rhs):
                continue  # numbers for one component of what has a formula for all
            if ref.base in ruled:
                continue
            for n, sub in enumerate(ref.subs):
                if isinstance(sub, Number):
                    found.add((ref.base, n))
        return found

    def _of_entries(self, base: str, rule: Equation) -> bool:
        r"""`K_{ij} = \partial s_i / \partial u_j`, which says what all entries of a matrix are: `K_{12} = ...` is a
        claim then. What a rule for the next one says, `w_{ij} = w_{ij} - g_{ij}`, does not say it of the first."""
        ref = reference(rule.lhs, self.world.glossary)
        return ref is not None and len(ref.subs) > 1 and base not in names_in(self.world, rule.rhs)

    def _declared_whole(self, equations: list[Equation], facts: Iterable[Fact]) -> set[tuple[str, int]]:
        """Slots of numbers in `X_1, X_2 \\in \\mathbb{R}^{m \\times n}`: matrices, and so no rows of a matrix X; and in
        `c_0 \\in \\mathbb{R}^n`: a vector, and so no entry of c, where no other number stands there. The words and the
        sizes behind a colon, `X_1 : m \\times n`, say the same."""
        matrices, vectors = set[tuple[str, int]](), dict[tuple[str, int], set[str]]()
        for ref, shape in self._shapes(equations, facts):
            for n, sub in enumerate(ref.subs):
                if isinstance(sub, Number) and shape.rank == "matrix":
                    matrices.add((ref.base, n))
                elif isinstance(sub, Number) and shape.rank != "scalar":
                    vectors.setdefault((ref.base, n), set()).add(sub.text)
        return matrices | {slot for slot, told in vectors.items() if self._places(*slot) <= told}

    def _shapes(self, equations: list[Equation], facts: Iterable[Fact]) -> Iterator[tuple[Ref, ShapeFact]]:
        """The names with a declared shape, and the shape."""
        for e in equations:
            shape = real_space(e.rhs) if e.op == "∈" else None
            for item in e.lhs.items if isinstance(e.lhs, tree.Comma) else (e.lhs,):
                ref = reference(item, self.world.glossary)
                if ref is not None and not ref.postfix and shape is not None and shape.dims:
                    yield ref, shape
        for fact in facts:
            if fact.ref is not None and not fact.ref.postfix and isinstance(fact.data, ShapeFact):
                yield fact.ref, fact.data

    def _places(self, base: str, n: int) -> set[str]:
        """What stands at a subscript of a name: the numbers, and a sign for anything else."""
        subs = (r.subs[n] for r in self.refs.get(base, ()) if len(r.subs) > n)
        return {sub.text if isinstance(sub, Number) else "?" for sub in subs}

    def _defined_as_a_whole(self, equations: list[Equation]) -> dict[str, list[Equation]]:
        """Names with a formula for all components, `p_i = e^{z_i} / S`, or a list of them, `z = (2, 1, 0)`."""
        found: dict[str, list[Equation]] = {}
        for e in equations:
            ref = reference(e.lhs, self.world.glossary)
            if ref is None or e.op not in DEFINING or e.link or ref.labels or ref.postfix:
                continue
            listed = isinstance(e.rhs, tree.Matrix) or (
                isinstance(e.rhs, Fenced) and isinstance(e.rhs.body, tree.Comma)
            )
            general = bool(ref.subs) and all(letter_of(s) is not None for s in ref.subs)
            if (listed and not ref.subs) or general:
                found.setdefault(ref.base, []).append(e)
        return found


def _is_case_of(e: Equation, general: Equation) -> bool:
    """`z_1 = \\sum_i w_{i1} x_i` beside `z_j = \\sum_i w_{ij} x_i`: the same with a number for the letter."""
    case, rule = (tree.Comma(x.span, (x.lhs, x.rhs)) for x in (e, general))
    found = generalised(case, rule)
    return found is not None and isinstance(found[1], Number) and letter_of(found[2]) is not None


def _of_points(node: Node, world: World) -> Iterator[str]:
    """The names of `f(x_1, y_1)` and `(x_1, y_1)`: coordinates of the first point, and no entries."""
    for comma in (n for n in walk(node) if isinstance(n, Comma)):
        refs = [reference(item, world.glossary) for item in comma.items]
        numbers = {
            r.subs[0].text if r is not None and len(r.subs) == 1 and isinstance(r.subs[0], Number) else None
            for r in refs
        }
        bases = [r.base for r in refs if r is not None]
        if len(numbers) == 1 and None not in numbers and len({*bases}) == len(refs) > 1:
            yield from bases


def _beside_itself(side: Node, world: World) -> Iterator[str]:
    """The names that stand in a sum with a numbered version of their own, `x - x_0`: another point, no component."""
    for node in walk(side):
        refs = [reference(t.node, world.glossary) for t in node.terms] if isinstance(node, Sum) else []
        bare = {r.base for r in refs if r is not None and r.bare}
        yield from (r.base for r in refs if r is not None and r.base in bare and r.subs)


def behind_one_matrix(sides: list[Node], world: World) -> set[str]:
    """The names that stand behind a capital both as they are and with a number, `W x` and `W x_0`: what is multiplied
    by a matrix as x is has its shape, and is no entry of it."""
    found: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for product in (n for side in sides for n in walk(side) if isinstance(n, Product)):
        for one, other in pairwise(product.factors):
            refs = [reference(f.node, world.glossary) for f in (one, other)]
            matrix, behind = refs
            if matrix is None or behind is None or other.op not in ("", "cdot") or len(behind.subs) > 1:
                continue
            numbered = bool(behind.subs) and isinstance(behind.subs[0], Number)
            if (look(matrix.base).endswith("upper") and behind.subs == ()) or numbered:
                found[numbered].add((matrix.base, behind.base))
    return {base for _, base in found[True] & found[False]}


def running_letters(node: Node) -> set[str]:
    """The letters that run in a formula: those under its big operators, and in its subscripts. The n of `\\sum_{i=1}^n`
    is a size even where another formula sums over n."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, Big) and part.sub is not None:
            found |= set(bound_letters(part.sub))
        elif isinstance(part, Script) and part.sub is not None:
            found |= {x for n in walk(part.sub) if (x := letter_of(n)) is not None}
    return found


def has_quantities(node: Node) -> bool:
    """Whether a formula has names in it that are no functions applied to something: none in `\\sigma(0.5) + e^{2}`."""
    called: set[int] = set()
    for part in walk(node):
        for factor, following in pairwise(part.factors) if isinstance(part, Product) else ():
            if isinstance(following.node, Fenced) and not following.op:
                called.add(id(factor.node))
    names = (n for n in walk(node) if isinstance(n, (Name, Accent)) and id(n) not in called)
    return any(isinstance(n, Accent) or not (is_function_word(n.text) or n.text in ("e", "pi")) for n in names)


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


def _inner(node: Node, world: World) -> list[Ref]:
    """The names inside a subscript that is more than a letter."""
    return [] if isinstance(node, Name) else list(references(node, world))


def _letters_in(node: Node) -> set[str]:
    return {n.text for n in walk(node) if isinstance(n, Name)}


def _only_turned(ref: Ref, following: Node) -> bool:
    r"""Whether parentheses may only keep two raised signs apart: the `(x^{(i)})^T` of `a_i (x^{(i)})^T v`."""
    return _is_transposed(following) and bool(ref.subs or ref.labels)


def _is_transposed(node: Node) -> bool:
    return isinstance(node, Script) and node.sup is not None and is_transpose(node.sup)


def _is_applied(factors: tuple[Factor, ...]) -> bool:
    """Whether parentheses stand right behind the first of some factors."""
    behind = factors[1] if len(factors) > 1 and not factors[1].op else None
    node = None if behind is None else behind.node
    fence = node.base if isinstance(node, Script) else node
    return isinstance(fence, Fenced) and fence.open == "("
