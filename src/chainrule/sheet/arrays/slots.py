"""Which subscripts are axes of an array and which are labels, by every use of every name of a scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read import tree
from chainrule.read.tree import Big, Comma, Fenced, Name, Node, Number, Product, Relation, Sum
from chainrule.sheet.arrays.gathered import gathered, is_computed
from chainrule.sheet.arrays.scan import Scan
from chainrule.sheet.arrays.zeros import zero_components
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters, plain_names
from chainrule.sheet.syntax.literals import has_quantities
from chainrule.sheet.syntax.names import EACH, Ref, letter_of, reference, walk
from chainrule.sheet.syntax.patterns import generalised
from chainrule.sheet.syntax.script_words import INDEX_LETTERS
from chainrule.sheet.syntax.spelling import look, names_loss
from chainrule.sheet.words.declared import Fact, ShapeFact, real_space


class Slots:
    """Decides of every subscript of every name that a scan has seen what it is."""

    def __init__(self, scan: Scan) -> None:
        self.world = scan.world
        self.scan = scan
        self.refs = scan.refs

    def decide(
        self, equations: list[Equation], facts: Iterable[Fact], arrays: Iterable[str], apart: set[tuple[str, int]]
    ) -> None:
        """Decide which subscripts are axes of an array and which are labels; count subscripts. `arrays` are given entry
        by entry, the names in `apart` are scalars of their own, and `facts` say what has a shape as a whole."""
        self.world.first = 0 if self.scan.firsts == {"0"} else 1
        assigned = self._literal_definitions(equations, set(arrays)) | self._declared_whole(equations, facts) | apart
        sides = [side for e in equations for side in (e.lhs, e.rhs)]
        points = {base for side in sides for found in (_beside_itself, _of_points) for base in found(side, self.world)}
        points |= _behind_one_matrix(sides, self.world)
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
                family.ends |= {end for s in r.subs for end in self.scan.ends.get(letter_of(s) or "", ())}
        for letter in self.scan.index_letters & (self.world.glossary.bound | INDEX_LETTERS):
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
        return {x for node in (*labels, *ref.labels) for x in plain_names(node)}

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
            labels |= {x for n, s in enumerate(ref.subs) if family.slot(n) == "label" for x in plain_names(s)}
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
        steps = {x for family, n, s in at if n in family.shifted and isinstance(s, Sum) for x in plain_names(s)}
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
        listed = arrays | {base for base, rules in whole.items() if any(self._is_list(r) for r in rules)}
        ruled |= {base for base, rules in whole.items() if any(self._entry_by_entry(r, listed) for r in rules)}
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

    def _is_list(self, rule: Equation) -> bool:
        ref = reference(rule.lhs, self.world.glossary)
        return ref is not None and not ref.subs

    def _entry_by_entry(self, rule: Equation, listed: set[str]) -> bool:
        r"""`p_i = e^{z_i} / S` beside `z = [2, 1, 0]`: each entry is made of that of a list: p is an array too."""
        ref = reference(rule.lhs, self.world.glossary)
        letters = {letter_of(s) for s in ref.subs} if ref is not None else set()
        inside = (r for r in references(rule.rhs, self.world) if r.base in listed)
        return len(letters) == 1 and any({letter_of(s) for s in r.subs} == letters for r in inside)

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


def _behind_one_matrix(sides: list[Node], world: World) -> set[str]:
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


def _inner(node: Node, world: World) -> list[Ref]:
    """The names inside a subscript that is more than a letter."""
    return [] if isinstance(node, Name) else list(references(node, world))
