"""From equations and sentences to the world of a scope: families of names, their definitions, facts and conventions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chainrule.expr import lookup
from chainrule.read import tree
from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Dots,
    Fenced,
    Fraction,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
)
from chainrule.sheet.frame import literal_matrix, literal_number
from chainrule.sheet.meaning.differentials import above, below, nabla_of, sign_of
from chainrule.sheet.meaning.products import STRUCTURAL
from chainrule.sheet.names import (
    INDEX_LETTERS,
    KRONECKER,
    TRANSPOSE_WORDS,
    Ref,
    bound_letters,
    children,
    letter_of,
    node_key,
    reference,
    walk,
)
from chainrule.sheet.prose import Fact, ShapeFact, facts_of, from_relation
from chainrule.sheet.statements import Equation, Scope, Sentence, Sheet, fence_items
from chainrule.sheet.world import Family, Label, Site, World

DEFINING = frozenset({"=", ":=", "≡", "=:"})
REDEFINING_CUE = re.compile(r"\b(let|now|define|redefine|consider|suppose|instead|denote)\b[^.]*$", re.IGNORECASE)
DOMAIN_FACTS = {
    "one-hot": "one-hot",
    "binary": "binary",
    "signs": "signs",
    "symmetric": "symmetric",
    "covariance": "covariance",
}
PROBABILITY_WORDS = re.compile(r"probabilit|one[- ]hot|softmax|distribution|likelihood|cross[- ]entropy|classif", re.IGNORECASE)


def visible(sheet: Sheet, scope: Scope, until: int) -> list[Equation]:
    """The equations that the statements of a scope may lean on: none from a later part of the exercise."""
    return [e for e in sheet.equations if scope.sees(e.scope) and e.position <= until]


def build(sheet: Sheet, scope: Scope, until: int) -> World:
    """The world that the statements of a scope live in, up to a position."""
    equations = visible(sheet, scope, until)
    sentences = [
        s for s in sheet.sentences if scope.sees(s.scope) and (s.scope.part == scope.part or s.position <= until)
    ]
    world = World(scope.number, sheet.glossary)
    world.probabilistic = any(PROBABILITY_WORDS.search(s.text) for s in sentences)
    facts = [f for s in sentences for f in facts_of(s, sheet.glossary)]
    for e in equations:
        if e.display and e.source == "formula":
            facts += from_relation(Relation(e.span, e.lhs, (tree.Link(e.op, e.span, e.rhs),)), sheet.glossary)
    scan = Scan(world)
    for e in equations:
        scan.node(e.lhs)
        scan.node(e.rhs)
    for seen_scope, position, node in sheet.expressions:
        if scope.sees(seen_scope) and position <= until:
            scan.node(node)
    scan.finish(equations)
    stationary: set[str] = set()
    for e in equations:
        stationary |= _set_to_zero(world, e)
        if not e.link and (ref := reference(e.lhs, world.glossary)) is not None and ref.base in stationary:
            continue  # what solves "gradient = 0" is a solution, not a definition
        if not _declares_symmetry(world, e):
            add_sites(world, e)
    for fact in facts:
        apply_fact(world, fact)
    for e in equations:
        implicit_site(world, e)
        _independence(world, e)
    if world.einstein:
        free_letters(world, equations)
    _parameter(world, equations)
    _aliases(world)
    return world


# -------------------------------------------------------------------------------------------------- families


class Scan:
    """Collects every use of every name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.refs: dict[str, list[Ref]] = {}
        self.index_letters: set[str] = set()

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
                if any(p.op == "T" for p in ref.postfix):
                    self.world.family(ref.base).transposed = True
                stack += [n for n in (*ref.subs, *ref.labels) if not isinstance(n, Name)]
                stack += [p.node for p in ref.postfix if p.node is not None and not isinstance(p.node, Name)]
                continue
            stack += self.below(top)

    def below(self, node: Node) -> list[Node]:
        """The children to look at; what a derivative fraction and a call say is noted on the way."""
        match node:
            case Fraction():
                self.derivative(node)
            case Product():
                return self.product(node)
            case Script(base=Fenced(body=body), sup=Name(text=text)) if text in TRANSPOSE_WORDS:
                self.transposed(body)
            case Big(sub=sub, sup=sup):
                self.limits(node)
                return [n for n in (sub, sup) if n is not None and not isinstance(n, Name)]
        return list(children(node))

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
            else:
                family.by += 1

    def product(self, node: Product) -> list[Node]:
        rest: list[Node] = []
        for n, factor in enumerate(node.factors):
            following = node.factors[n + 1] if n + 1 < len(node.factors) else None
            if sign_of(factor.node) is not None and following is not None:
                continue
            nabla = nabla_of(factor.node)
            if nabla is not None:
                for variable in nabla[0]:
                    self.mark(variable, "variable")
                    rest.append(variable)
                continue
            if following is not None and following.op == "" and self.call(factor.node, following.node):
                continue
            rest.append(factor.node)
        return rest

    def call(self, node: Node, following: Node) -> bool:
        """Notes `f(x)`; True when it is surely a call, so that f is no operand here."""
        fence = following.base if isinstance(following, Script) else following
        if not isinstance(fence, Fenced) or fence.open != "(":
            return False
        ref = reference(node, self.world.glossary)
        if ref is None:
            return False
        args = fence_items(fence)
        if is_function_word(ref.base):
            return not ref.primes and not ref.subs
        family = self.world.family(ref.base)
        surely = len(args) > 1 or ref.primes > 0 or reference(args[0], self.world.glossary) is not None
        family.called += 1
        family.calls_with_names += surely
        self.use(ref)
        stack = [n for n in ref.subs if not isinstance(n, Name)]
        for n in stack:
            self.node(n)
        return True

    def limits(self, node: Big) -> None:
        for part in (node.sup, node.sub):
            if part is None:
                continue
            for n in walk(part):
                if isinstance(n, Name) and n.text not in self.world.glossary.bound and part is node.sup:
                    self.world.size_names.add(n.text)

    def use(self, ref: Ref) -> None:
        if is_function_word(ref.base):
            return
        self.refs.setdefault(ref.base, []).append(ref)
        family = self.world.family(ref.base)
        family.primes.add(ref.primes)
        family.superscripts.add(len(ref.labels))
        for n, sub in enumerate(ref.subs):
            self._slot(family, n, sub)

    def _slot(self, family: Family, n: int, sub: Node) -> None:
        letter = letter_of(sub)
        if letter is not None:
            self.index_letters.add(letter)
            family.lettered.add(n)
        elif isinstance(sub, Number):
            family.literals.setdefault(n, set()).add(int(sub.text) if sub.text.isdigit() else sub.text)
        elif isinstance(sub, Sum) and len(sub.terms) == 2 and isinstance(sub.terms[1].node, Number):
            family.shifted.add(n)
        elif isinstance(sub, Sum):
            family.lettered.add(n)

    def finish(self, equations: list[Equation]) -> None:
        """Decide which subscripts are axes of an array and which are labels; count subscripts."""
        assigned = self._literal_definitions(equations)
        for base, refs in self.refs.items():
            family = self.world.family(base)
            bare = any(not r.subs for r in refs)
            for n in range(max((len(r.subs) for r in refs), default=0)):
                if (
                    (n in family.shifted and self._recursive(base, n, equations))
                    or (base, n) in assigned
                    or (n in family.literals and n not in family.lettered and not bare)
                ):
                    family.slots[n] = "label"
        self._spread_labels(equations)
        self._fixed_labels()
        for base, refs in self.refs.items():
            family = self.world.family(base)
            for r in refs:
                family.sub_counts.add(sum(family.slot(n) == "axis" for n in range(len(r.subs))))
        for letter in self.index_letters & (self.world.glossary.bound | INDEX_LETTERS):
            found = self.world.families.get(letter)
            if found is not None and found.sub_counts <= {0} and not found.differentiated and not found.by:
                self.world.families.pop(letter)

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

    def _fixed_labels(self) -> None:
        """`y_i` in `p_{y_i}` with an i that nothing binds is one name: the label of the sample at hand."""
        inner = {r.base for refs in self.refs.values() for ref in refs for s in ref.subs for r in _inner(s, self.world)}
        for base in inner:
            letters = {letter_of(s) for r in self.refs.get(base, ()) for s in r.subs}
            if len(letters) == 1 and None not in letters and not letters & self.world.glossary.bound:
                for n in range(max(len(r.subs) for r in self.refs[base])):
                    self.world.family(base).slots[n] = "name"

    def _literal_definitions(self, equations: list[Equation]) -> set[tuple[str, int]]:
        """Slots in which a numbered component has an equation of its own: `z_3 = x_1 w_{13}`."""
        found = set()
        for e in equations:
            ref = reference(e.lhs, self.world.glossary)
            if ref is None or e.op not in DEFINING or e.link:
                continue
            for n, sub in enumerate(ref.subs):
                if isinstance(sub, Number):
                    found.add((ref.base, n))
        return found

    def _recursive(self, base: str, n: int, equations: list[Equation]) -> bool:
        """A slot with shifts (`t-1`) of a name whose own equation has the unshifted letter there: a recurrence."""
        for e in equations:
            ref = reference(e.lhs, self.world.glossary)
            if ref is not None and ref.base == base and len(ref.subs) > n and e.op in DEFINING:
                return True
        return True


def _inner(node: Node, world: World) -> list[Ref]:
    """The names inside a subscript that is more than a letter."""
    return [] if isinstance(node, Name) else list(references(node, world))


def _letters_in(node: Node) -> set[str]:
    return {n.text for n in walk(node) if isinstance(n, Name)}


# -------------------------------------------------------------------------------------------------- definitions


def call_form(node: Node, world: World) -> tuple[Ref, tuple[Node, ...]] | None:
    """`f(x, y)` as a name and its arguments, each a name."""
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op != "":
        return None
    fence = node.factors[1].node
    if not isinstance(fence, Fenced) or fence.open != "(":
        return None
    ref = reference(node.factors[0].node, world.glossary)
    if ref is None or ref.primes or ref.postfix:
        return None
    params = fence_items(fence)
    return (ref, params) if all(reference(p, world.glossary) is not None for p in params) else None


def add_sites(world: World, e: Equation) -> None:
    """What an equation defines, if it can define anything."""
    if e.op not in DEFINING or e.source == "condition":
        return
    lhs, rhs = (e.rhs, e.lhs) if e.op == "=:" and e.source != "brace" else (e.lhs, e.rhs)
    if _range(world, lhs, rhs):
        return
    if isinstance(lhs, Comma) and isinstance(rhs, Comma) and len(lhs.items) == len(rhs.items):
        for a, b in zip(lhs.items, rhs.items, strict=True):
            _add_site(world, e, a, b)
        return
    _add_site(world, e, lhs, rhs)
    if e.link:
        _add_function(world, e, rhs, lhs)


def _range(world: World, lhs: Node, rhs: Node) -> bool:
    """`i = 1, \\dots, N` and `i = 3, 4` say what a letter runs over."""
    letter = letter_of(lhs)
    if letter is None or not isinstance(rhs, Comma):
        return False
    numbers = [i.text for i in rhs.items if isinstance(i, Number)]
    if len(numbers) == len(rhs.items) and all(n.isdigit() for n in numbers):
        values: tuple[Label, ...] = tuple(int(n) for n in numbers)
        world.ranges[letter] = values
        return True
    if any(isinstance(i, Dots) for i in rhs.items):
        last = letter_of(rhs.items[-1])
        if last is not None:
            world.limits[letter] = last
            world.size_names.add(last)
        return True
    return False


def _add_site(world: World, e: Equation, lhs: Node, rhs: Node) -> None:
    if _add_function(world, e, lhs, rhs):
        return
    if e.link and e.op != ":=":
        return
    ref = reference(lhs, world.glossary)
    if ref is None or not _definable(world, ref):
        return
    if mentions(world, rhs, ref):
        return
    base = ref.base
    if ref.postfix:
        base, ref = f"{base}^2", Ref(f"{base}^2", ref.subs, ref.labels)
    if ref.primes and is_numeric(rhs) and base in world.sites:
        return  # a printed value of the next update, to be compared with the computed one
    sites = world.sites.setdefault(base, [])
    same = [s for s in sites if site_key(world, s.ref) == site_key(world, ref)]
    if same and not _redefines(same[-1], e):
        return
    if same:
        world.epochs.append(e.position)
    sites.append(Site(base, ref, rhs, e.position, section=(e.scope.part, e.scope.section), own=e.own))


def _redefines(earlier: Site, e: Equation) -> bool:
    """A later equation for a defined name is a new definition in another part, or after words like "let now"."""
    if e.scope.part != earlier.section[0]:
        return e.own == earlier.own
    return (e.own == earlier.own and e.op == ":=") or (bool(REDEFINING_CUE.search(e.cue)) and e.own == earlier.own)


def site_key(world: World, ref: Ref) -> tuple[object, ...]:
    """What tells definitions of one base apart: primes and labels, not the axis letters."""
    family = world.family(ref.base)
    labels = [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"] + list(ref.labels)
    return ref.primes, tuple(node_key(x) for x in labels)


def _definable(world: World, ref: Ref) -> bool:
    """A name whose subscripts are distinct letters or labels can stand on the left of a definition."""
    if ref.postfix and not _square(ref):
        return False
    if ref.base in ("e", "pi", KRONECKER) or is_function_word(ref.base):
        return False
    if ref.primes and ref.base in world.functions:
        return False
    if ref.bare and ref.base in world.glossary.bound and ref.base not in world.families:
        return False
    family = world.family(ref.base)
    letters = [letter_of(s) for n, s in enumerate(ref.subs) if family.slot(n) == "axis"]
    return None not in letters and len(set(letters)) == len(letters)


def _square(ref: Ref) -> bool:
    """`\\sigma^2 = ...` defines the square as a name of its own."""
    if len(ref.postfix) != 1 or ref.postfix[0].op != "pow":
        return False
    node = ref.postfix[0].node
    return isinstance(node, Number) and node.text == "2" and not ref.primes


def _add_function(world: World, e: Equation, lhs: Node, rhs: Node) -> bool:
    """`f(x) = ...` defines a function; when f also stands alone (`\\partial J`), the name is its value."""
    form = call_form(lhs, world)
    if form is None:
        return False
    ref, params = form
    if is_function_word(ref.base):
        return False
    family = world.family(ref.base)
    if e.link and family.called > family.calls_with_names and not ref.subs and family.operand:
        return False
    if mentions(world, rhs, ref) or _calls(world, rhs, ref.base):
        return True
    used = {r.base for r in references(rhs, world)}
    plain = [p for p in params if (r := reference(p, world.glossary)) is not None and r.bare]
    if len(plain) < len(params) and not any(r.base in used for p in params if (r := reference(p, world.glossary))):
        return False
    sites = world.functions.setdefault(ref.base, [])
    if sites and not _redefines(sites[-1], e):
        return True
    if sites:
        world.epochs.append(e.position)
    section = (e.scope.part, e.scope.section)
    sites.append(Site(ref.base, ref, rhs, e.position, params, section=section, own=e.own))
    if family.operand and not world.sites.get(ref.base):
        world.sites[ref.base] = [Site(ref.base, ref, rhs, e.position, section=section, own=e.own)]
    return True


def is_function_word(base: str) -> bool:
    """Words whose meaning is fixed: `tanh(s) = ...` is a claim, not a definition of tanh."""
    return base in STRUCTURAL or lookup(base) is not None


def _calls(world: World, node: Node, base: str) -> bool:
    for part in walk(node):
        if isinstance(part, Product):
            for n, f in enumerate(part.factors[:-1]):
                ref = reference(f.node, world.glossary)
                if ref is not None and ref.base == base and isinstance(part.factors[n + 1].node, Fenced):
                    return True
    return False


def mentions(world: World, node: Node, ref: Ref) -> bool:
    """Whether a formula uses the very tensor that a reference names: then it is an update, not a definition."""
    own = site_key(world, ref)
    for part in references(node, world):
        if part.base == ref.base and site_key(world, part) == own:
            return True
    return False


def references(node: Node, world: World) -> Iterator[Ref]:
    """All references in a formula, outermost ones."""
    stack = [node]
    while stack:
        top = stack.pop()
        ref = reference(top, world.glossary) if isinstance(top, (Name, Accent, Script)) else None
        if ref is not None:
            yield ref
            stack += [*ref.subs, *ref.labels, *(p.node for p in ref.postfix if p.node is not None)]
        else:
            stack += children(top)


def implicit_site(world: World, e: Equation) -> None:
    """`∂u/∂x = ∂/∂x (expression)` where nobody defines u: the expression is taken as u, and said to be."""
    if e.op != "=":
        return
    left = _derivative_of(e.lhs)
    right = _derivative_of(e.rhs)
    if left is None or right is None or node_key(left[1]) != node_key(right[1]):
        return
    ref = reference(_callee(left[0]), world.glossary)
    if ref is None or world.defined(ref.base) or not _definable(world, ref) or ref.postfix:
        return
    if mentions(world, right[0], ref) or reference(right[0], world.glossary) is not None:
        return
    base = ref.base
    section = (e.scope.part, e.scope.section)
    assumed = (
        f"{base} is taken from line {e.document.position(e.span.start)[0]}: it is what stands under the derivative"
    )
    world.sites.setdefault(base, []).append(
        Site(base, ref, right[0], e.position, assumed=assumed, section=section, own=e.own)
    )


def _independence(world: World, e: Equation) -> None:
    """`∂a/∂x = 0` says that a does not depend on x."""
    left = _derivative_of(e.lhs)
    if left is None or e.op != "=" or not _is_zero(e.rhs) or e.link:
        return
    ref = reference(left[0], world.glossary)
    if ref is not None and not world.defined(ref.base):
        world.independent.add(ref.base)


def _declares_symmetry(world: World, e: Equation) -> bool:
    """`B^T = B` says that B is symmetric."""
    left, right = reference(e.lhs, world.glossary), reference(e.rhs, world.glossary)
    if left is None or right is None or left.base != right.base or e.link or world.defined(left.base):
        return False
    flipped = {tuple(p.op for p in r.postfix) for r in (left, right)}
    if flipped != {("T",), ()} or left.subs != right.subs:
        return False
    world.family(left.base).domain_kind = "symmetric"
    world.symmetries.add(e.position)
    return True


def _set_to_zero(world: World, e: Equation) -> set[str]:
    """The names that `∂L/∂w = ... = 0` is to be solved for."""
    if e.op != "=" or not (_is_zero(e.rhs) or _is_zero(e.lhs)):
        return set()
    found = set()
    for node in (*walk(e.lhs), *walk(e.rhs)):
        bottom = below(node.denominator) if isinstance(node, Fraction) else None
        for variable in bottom[1] if bottom is not None else ():
            ref = reference(variable, world.glossary)
            if ref is not None:
                found.add(ref.base)
    return found


def _is_zero(node: Node) -> bool:
    return isinstance(node, (Number, Name)) and node.text == "0"


def _callee(node: Node) -> Node:
    """The name of `l(\\mu, t)`; anything else as it is."""
    if isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced):
        return node.factors[0].node
    return node


def _derivative_of(node: Node) -> tuple[Node, Node] | None:
    """What is differentiated and by what, for `∂u/∂x` and for `∂/∂x` before a whole side."""
    if isinstance(node, Fraction):
        top, bottom = above(node.numerator), below(node.denominator)
        if top is not None and top.body is not None and top.order == 1 and bottom is not None:
            return top.body, bottom[1][0]
    if isinstance(node, Product) and isinstance(node.factors[0].node, Fraction):
        first = node.factors[0].node
        top, bottom = above(first.numerator), below(first.denominator)
        if top is not None and top.body is None and top.order == 1 and bottom is not None:
            from chainrule.sheet.meaning.differentials import rest_of

            return rest_of(node.factors[1:]), bottom[1][0]
    return None


# -------------------------------------------------------------------------------------------------- facts


def apply_fact(world: World, fact: Fact) -> None:
    """Record what was declared of a name."""
    if fact.kind == "einstein":
        world.einstein = True
        return
    ref = fact.ref
    if ref is None:
        return
    family = world.family(ref.base)
    match fact.kind:
        case "shape":
            assert isinstance(fact.data, ShapeFact)
            _shape(world, family, ref, fact.data)
        case "role":
            role = str(fact.data)
            if ref.base not in world.functions and role != "identity":
                world.roles[ref.base] = role
        case "symmetric" | "covariance":
            if family.domain_kind != "covariance":
                family.domain_kind = fact.kind
        case "one-hot" | "binary" | "signs":
            family.domain_kind = DOMAIN_FACTS[fact.kind]
            if fact.kind == "one-hot" and family.declared_rank is None and not ref.subs:
                family.declared_rank = "vector"
        case "sign":
            family.domain_kind = str(fact.data)
        case "label":
            family.integer = True
            family.label_size = str(fact.data)
        case "constant" | "independent":
            world.independent.add(ref.base)
        case "frontier":
            assert isinstance(fact.data, tuple)
            world.frontiers[ref.base] = list(fact.data)


def _shape(world: World, family: Family, ref: Ref, shape: ShapeFact) -> None:
    """A declared shape, with the axes that the declaration itself writes as subscripts before it (`x_i \\in R^d`)."""
    if world.defined(ref.base) and shape.rank in ("vector", "scalar"):
        return
    subs = sum(family.slot(n) == "axis" for n in range(len(ref.subs)))
    if family.declared_rank is None or (shape.dims and (ref.labels or not family.declared_dims)):
        family.declared_rank = shape.rank
        family.declared_dims = shape.dims
        family.declared_subs = subs
        if ref.labels:
            labels = tuple(
                int(x.text) if isinstance(x, Number) and x.text.isdigit() else str(node_key(x)) for x in ref.labels
            )
            family.labelled_dims[labels] = shape.dims
        for d in shape.dims:
            if d is not None and not d.isdigit():
                world.size_names.add(d)


def _parameter(world: World, equations: Iterable[Equation]) -> None:
    """The variable of a bare ∇: the only name the document differentiates by."""
    by = [b for b, f in world.families.items() if f.by and f.sub_counts <= {0}]
    if len(by) != 1:
        by = [b for b in ("bold theta", "theta", "bold w", "vec(w)", "w", "beta", "bold x", "x") if _has(world, b)][:1]
    for e in equations:
        for node in (*walk(e.lhs), *walk(e.rhs)):
            ref = reference(node, world.glossary) if isinstance(node, (Name, Accent)) else None
            if by and ref is not None and ref.base == by[0]:
                world.parameter = node
                return


def free_letters(world: World, equations: list[Equation]) -> None:
    """With Einstein's convention, the free indices of each chain: those it differentiates by, else those of every term."""
    chains: dict[tuple[int, int], list[Equation]] = {}
    for e in equations:
        chains.setdefault((id(e.document), e.chain), []).append(e)
    for chain in chains.values():
        nodes = [chain[0].lhs, *(e.rhs for e in chain)]
        letters = _denominator_letters(nodes, world) or _common_letters(nodes, world)
        for e in chain:
            world.free_letters[e.position] = letters


def _denominator_letters(nodes: list[Node], world: World) -> tuple[str, ...]:
    for node in nodes:
        for part in walk(node):
            bottom = below(part.denominator) if isinstance(part, Fraction) else None
            if bottom is None or above(part.numerator) is None:  # type: ignore[union-attr]
                continue
            ref = reference(bottom[1][0], world.glossary)
            found = tuple(x for s in (ref.subs if ref is not None else ()) if (x := letter_of(s)))
            if found:
                return found
    return ()


def _common_letters(nodes: list[Node], world: World) -> tuple[str, ...]:
    """Letters that stand exactly once in every term of every side."""
    common: list[str] | None = None
    for node in nodes:
        for term in node.terms if isinstance(node, Sum) else (tree.Term("+", node),):
            counts: dict[str, int] = {}
            for ref in references(term.node, world):
                for s in ref.subs:
                    if letter := letter_of(s):
                        counts[letter] = counts.get(letter, 0) + 1
            once = [x for x, n in counts.items() if n == 1]
            common = once if common is None else [x for x in common if x in once]
    return tuple(common or ())


def _has(world: World, base: str) -> bool:
    return base in world.families and not world.defined(base)


def _aliases(world: World) -> None:
    """In a worked example, a name that nobody defines and that differs only by case from one that has numbers is that one."""
    data = {b: s for b, sites in world.sites.items() for s in sites if literal_matrix(s.body) is not None}
    for base, family in list(world.families.items()):
        if world.defined(base) or family.declared_rank is not None or family.called:
            continue
        twins = [b for b in data if b != base and b.lower() == base.lower()]
        if len(twins) == 1 and family.sub_counts <= {0}:
            world.aliases[base] = twins[0]


def is_numeric(node: Node) -> bool:
    """A printed number or a matrix of printed numbers."""
    return literal_number(node) is not None or (isinstance(node, Matrix) and literal_matrix(node) is not None)


def sentences_of(sheet: Sheet, scope: Scope) -> list[Sentence]:
    """The sentences a scope sees."""
    return [s for s in sheet.sentences if scope.sees(s.scope)]
