"""Which equations define which names: the sites of a world."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Big, Comma, Dots, Fenced, Name, Node, Number, Product, Sum
from chainrule.sheet.conditions.restrictions import SETTING_CUE
from chainrule.sheet.definitions.by_integrals import by_a_convolution, by_a_probability, by_an_integral
from chainrule.sheet.definitions.by_places import places
from chainrule.sheet.definitions.copies import is_alias
from chainrule.sheet.definitions.maps import is_hessian, is_jacobian
from chainrule.sheet.definitions.names_of_functions import at_any_argument
from chainrule.sheet.definitions.recurrence import is_printed_value
from chainrule.sheet.definitions.redefine import of_one_layer, redefines
from chainrule.sheet.definitions.templates import in_particular
from chainrule.sheet.definitions.values_with_indices import values_of_a_function
from chainrule.sheet.letters.eulers_number import speaks_of_eulers_number
from chainrule.sheet.records.definable import call_form, definable, is_square, mentions, site_key
from chainrule.sheet.records.families import Family
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, World
from chainrule.sheet.statistics.distributions import is_named_density
from chainrule.sheet.statistics.noise import models_with_noise
from chainrule.sheet.statistics.overloads import apart, holding, listed, numbered, of_others
from chainrule.sheet.statistics.random_names import is_expectation, whole
from chainrule.sheet.sums.mean_counts import is_cardinality
from chainrule.sheet.syntax.arguments import Pattern, pattern
from chainrule.sheet.syntax.bound_letters import running_letters
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import has_quantities, is_numeric
from chainrule.sheet.syntax.long_columns import vectorised
from chainrule.sheet.syntax.names import KRONECKER, Ref, letter_of, node_key, reference, walk
from chainrule.sheet.syntax.normal_laws import is_density
from chainrule.sheet.syntax.one_by_one import each_by_itself, one_by_one
from chainrule.sheet.syntax.script_words import INDEX_LETTERS
from chainrule.sheet.syntax.spelling import spelled_out


def add_sites(world: World, e: Equation) -> None:
    """What an equation defines, if it can define anything."""
    if e.op not in DEFINING or e.source == "condition":
        return
    lhs, rhs = (e.rhs, e.lhs) if e.op == "=:" and e.source != "brace" else (e.lhs, e.rhs)
    if is_jacobian(world, lhs) or ((spread := whole(lhs)) is not None and is_expectation(world, spread)):
        return
    column = vectorised(lhs)
    if column is not None and not e.link and (r := reference(column[0], world.glossary)) and not world.defined(r.base):
        world.declaring[e.position] = f"says what {e.text(lhs)} is"
        return
    if _of_some_entries(world, e, lhs, rhs):
        if not _names_a_derivative(world, e, lhs):
            world.partial.add(e.position)
        return
    if _is_range_of_letter(world, lhs, rhs):
        return
    if letter_of(lhs) in world.size_names and is_cardinality(rhs):
        world.declaring[e.position] = "says how many there are"
        return
    if _relates_indices(world, lhs, rhs):
        world.between_indices.add(e.position)
        return
    if values_of_a_function(world, e, lhs, rhs) or models_with_noise(world, e, lhs, rhs):
        return
    if not e.link and by_an_integral(world, lhs, rhs):
        world.declaring[e.position] = f"says what {e.text(lhs)} is by an integral, which is not computed"
        return
    if not e.link and by_a_convolution(world, lhs, rhs):
        world.convolved |= world.convolving
        world.declaring[e.position] = f"says what {e.text(lhs)} is by an operation, of which the entries are given"
        return
    if not e.link and by_a_probability(world, lhs, rhs):
        world.declaring[e.position] = f"says what {e.text(lhs)} is the probability of"
        return
    if (sides := at_any_argument(world, e, lhs, rhs)) is not None and _add_function(world, e, *sides):
        world.declaring[e.position] = f"says which function {e.text(lhs)} is"
        return
    if is_alias(world, lhs, rhs):
        world.partial.add(e.position)
        world.copies |= {ref.base for ref in references(rhs, world)}
        return
    if pairs := each_by_itself(lhs, rhs):
        for a, b in pairs:
            _add_site(world, replace(e, link=0), a, b)
        return
    if len(names := one_by_one(lhs)) > 1 and (values := places(world, rhs, len(names))):
        for a, b in zip(names, values, strict=True):
            _add_coordinate(world, e, a, b)
        return
    if e.position in world.named_last:
        _add_site(world, replace(e, link=0), rhs, lhs)
        return
    _add_site(world, e, lhs, rhs)
    if e.link and not any(_is_place(n) for n in walk(lhs)) and not _of_density(world, rhs):
        _add_function(world, e, rhs, lhs)


def _add_coordinate(world: World, e: Equation, name: Node, body: Node) -> None:
    """The formula of one coordinate of a point that a line gives as a whole."""
    ref = reference(name, world.glossary)
    if ref is not None and definable(world, ref) and not ref.postfix and not mentions(world, body, ref):
        section = e.section
        site = Site(ref.base, ref, body, e.position, section=section, own=e.own, written=e.rhs)
        world.sites.setdefault(ref.base, []).append(site)


def _of_density(world: World, node: Node) -> bool:
    """A density at the end of a chain is what the chain comes to, not what it gives a meaning to."""
    form = call_form(node, world)
    return form is not None and is_density(form[0].base)


def look_through(world: World, e: Equation) -> None:
    """`y_i := BN(a_1, \\dots) := \\gamma a_i + \\beta`: a call of a function nobody defines only names what y is."""
    call = e.lhs.factors if isinstance(e.lhs, Product) else ()
    if not e.link or e.op not in DEFINING or len(call) != 2 or not isinstance(call[1].node, Fenced):
        return
    ref = reference(call[0].node, world.glossary)
    if ref is None or is_numeric(e.rhs) or mentions(world, e.rhs, ref):
        return
    if world.defined(ref.base) or is_function_word(ref.base) or ref.base in world.roles or ref.base in DEFAULT_ROLES:
        return
    for sites in world.sites.values():
        for n, site in enumerate(sites):
            if site.body is e.lhs and site.position < e.position and not mentions(world, e.rhs, site.ref):
                sites[n] = replace(site, body=e.rhs)


def _is_place(node: Node) -> bool:
    """`\\arg\\min`: what stands after it is not the value of the whole."""
    word = node.op if isinstance(node, Big) else node.text if isinstance(node, Name) else ""
    return word in ("argmin", "argmax")


def _of_some_entries(world: World, e: Equation, lhs: Node, rhs: Node) -> bool:
    """`y_k = 1, k = c` and, in a sentence, `y_c = 1`: a value of some entries, which defines no whole; 0 and 1 are
    those of a one-hot vector."""
    ref = reference(lhs, world.glossary)
    letters = set() if ref is None else {x for s in ref.subs if (x := letter_of(s)) is not None}
    if ref is None or not letters or e.link or ref.labels or ref.postfix or ref.base in (KRONECKER, "delta"):
        return False
    two_valued = isinstance(rhs, Number) and rhs.text in ("0", "1")
    restricted = {x for c in e.conditions for side in (c.first, c.links[0].node) if (x := letter_of(side)) is not None}
    told = two_valued and not e.display and len(letters) == len(ref.subs) and not SETTING_CUE.search(e.cue)
    if not letters & restricted and not told:
        return False
    family = world.family(ref.base)
    if two_valued and family.domain_kind is None:
        family.domain_kind = "one-hot"
    return True


def _names_a_derivative(world: World, e: Equation, lhs: Node) -> bool:
    r"""Whether a line before says which derivative all entries of a name are, `J_{ij} = \partial p_i / \partial z_j`:
    what some of them are is a claim then."""
    ref = reference(lhs, world.glossary)
    sites = world.sites.get(ref.base, ()) if ref is not None and e.conditions else ()
    before = (s for s in sites if s.own == e.own and s.section[0] == e.scope.part and derivative_of(s.body) is not None)
    return any(ref is not None and len(s.ref.subs) == len(ref.subs) and all(map(letter_of, s.ref.subs)) for s in before)


def defining_anew(world: World, e: Equation) -> World:
    """The world in which an equation is a new definition, as if the text said "let now" before it."""
    sites, functions = ({base: list(found) for base, found in t.items()} for t in (world.sites, world.functions))
    other = replace(world, sites=sites, functions=functions, epochs=list(world.epochs), derived={}, bodies={})
    add_sites(other, replace(e, cue="let now"))
    return other


def _is_range_of_letter(world: World, lhs: Node, rhs: Node) -> bool:
    """`i = 1, \\dots, N` and `i = 3, 4` say what a letter runs over."""
    letter = letter_of(lhs)
    if letter is None or not isinstance(rhs, Comma):
        return False
    numbers = [i.text for i in rhs.items if isinstance(i, Number)]
    if len(numbers) == len(rhs.items) and all(n.isdigit() for n in numbers):
        world.ranges[letter] = tuple(int(n) for n in numbers)
        return True
    if any(isinstance(i, Dots) for i in rhs.items):
        last = letter_of(rhs.items[-1])
        if last is not None:
            world.size_names.add(last)
        return True
    return False


def _relates_indices(world: World, lhs: Node, rhs: Node) -> bool:
    """`p = i + m`: letters that are nothing but indices; the one is no function of the others."""
    letters = [n.text for side in (lhs, rhs) for n in walk(side) if isinstance(n, Name)]
    plain = (
        letter_of(lhs) is not None
        and isinstance(rhs, Sum)
        and all(isinstance(t.node, (Name, Number)) for t in rhs.terms)
    )
    return (
        plain and len(letters) > 2 and not any(x in world.families for x in letters) and set(letters) <= INDEX_LETTERS
    )


def _add_site(world: World, e: Equation, lhs: Node, rhs: Node) -> None:
    if _add_function(world, e, lhs, rhs):
        return
    if e.link and e.op != ":=":
        return
    ref = reference(lhs, world.glossary)
    if ref is None or not (definable(world, ref) or _is_error(ref, rhs)):
        return
    if mentions(world, rhs, ref) or _lists_its_components(world, ref, rhs):
        return
    base = ref.base
    if ref.postfix:
        if base == "e" and is_numeric(rhs) and not world.defined(base) and speaks_of_eulers_number(world.equations):
            return  # `e^2 = 7.389` is a claim
        plain = Ref(base, ref.subs, ref.labels)
        if is_numeric(rhs) and any(s.ref.key == plain.key and is_numeric(s.body) for s in world.sites.get(base, ())):
            return  # `a^2 = 4` after `a = 2` is a claim
        base, ref = f"{base}^2", Ref(f"{base}^2", ref.subs, ref.labels)
    if ref.primes and is_numeric(rhs) and base in world.sites:
        return  # a printed value of the next update, to be compared with the computed one
    if is_printed_value(world, e, ref, rhs):
        return  # what the formula for all steps gives at one of them
    sites = world.sites.setdefault(base, [])
    same = [s for s in sites if site_key(world, s.ref) == site_key(world, ref)]
    if same and _schematic(same[-1].body) and not _schematic(rhs) and any(references(rhs, world)):
        sites.remove(same.pop())
    if same and (node_key(same[-1].body) == node_key(rhs) or not redefines(world, same[-1], e)):
        return
    if not same and _names_the_last(world, sites, ref, rhs):
        _add_site(world, e, rhs, lhs)
        return
    if not same and of_one_layer(world, sites, e):
        return
    if any(derivative_of(s.body) is not None and _covers(world, s.ref, ref) for s in sites):
        return  # `\delta^L = ...` after `\delta^l = \partial C / \partial z^l` speaks of the same error term
    if same or e.source == "given":
        world.epochs.append(e.position)
    section = e.section
    sites.append(Site(base, ref, rhs, e.position, section=section, own=e.own, onward=e.source == "given"))


def _lists_its_components(world: World, ref: Ref, rhs: Node) -> bool:
    """`X = (x_1, x_2)`, where the small letter is known for that of the components: these are what X says they are."""
    letter, _ = world.vectors.get(ref.base, (ref.base, 0))
    return letter == ref.base.lower() != ref.base and letter in world.sites and mentions(world, rhs, Ref(letter))


def _covers(world: World, general: Ref, special: Ref) -> bool:
    """Whether a name with a letter as its label stands for one with another label there too: `z^l` for `z^L`."""
    (primes, labels), (others, values) = site_key(world, general), site_key(world, special)
    assert isinstance(labels, tuple) and isinstance(values, tuple)
    letters = [letter_of(x) for x in (*general.labels,)]
    plain = len(letters) == len(labels) == len(values) > 0 and all(x is not None and x.islower() for x in letters)
    return plain and primes == others and labels != values


def _names_the_last(world: World, sites: list[Site], ref: Ref, rhs: Node) -> bool:
    r"""Whether `a^{(L)} = \hat y` beside a rule for every layer only gives its output a name, that no line defines."""
    label = ref.labels[-1] if len(ref.labels) == 1 and not ref.subs else None
    last = letter_of(label) if label is not None else None
    if last is None or not last.isupper() or not any(_covers(world, s.ref, ref) for s in sites):
        return False
    other = reference(rhs, world.glossary)
    if other is None or not other.bare or other.base == ref.base or world.defined(other.base):
        return False
    firsts = (reference(x.lhs, world.glossary) for x in world.equations if x.op in DEFINING and not x.link)
    return not any(x is not None and x.base == other.base for x in firsts)


def _schematic(body: Node) -> bool:
    r"""`E = \sum \frac12 (target - output)^2`: a sum that does not say over what, until a line says it in full."""
    return any(isinstance(n, Big) and n.op == "sum" and n.sub is None and n.sup is None for n in walk(body))


def _is_error(ref: Ref, rhs: Node) -> bool:
    """`e = t - y`: the error, and not the base of the exponential function."""
    return ref.bare and ref.base == "e" and has_quantities(rhs)


def _add_function(world: World, e: Equation, lhs: Node, rhs: Node, written: Node | None = None) -> bool:
    """`f(x) = ...` defines a function; when f also stands alone (`\\partial J`), the name is its value."""
    form = call_form(lhs, world)
    if form is None:
        return False
    ref, params = form
    if is_function_word(ref.base) or is_hessian(world, ref.base):
        return False
    if holding(ref) and any(not holding(s.ref) for s in world.functions.get(ref.base, ())):
        return True
    family = world.family(ref.base)
    if e.link and (is_numeric(rhs) or (family.called > family.calls_with_names and not ref.subs and family.operand)):
        return False
    if not is_numeric(rhs) and not has_quantities(rhs) and (e.link or _given_numbers(world, params)):
        return False  # `\\sigma(z) = 1 / (1 + e^{-0.05})`: the value at a z that has a number
    if _value_of_a_sigmoid(world, ref, params, rhs):
        return False
    now = pattern(lhs.factors[1].node, world.glossary) if isinstance(lhs, Product) else Pattern(())
    if is_named_density(ref.base, now):
        return True
    if (mentions(world, rhs, ref) or _calls(world, rhs, ref.base)) and not of_others(world, ref.base, now, rhs):
        return True
    if listed(world, ref.base, params, rhs):
        section = e.section
        world.functions[ref.base].append(
            Site(ref.base, ref, rhs, e.position, params, section=section, own=e.own, pattern=now)
        )
        return True
    if not (_general(world, params, rhs) or (ref.base not in world.functions and _by_entries(world, params, rhs))):
        return False
    sites = world.functions.setdefault(ref.base, [])
    same = [s for s in sites if numbered(s.ref) == numbered(ref) and not apart(world, s, now, rhs)]
    other = bool(same) and (_other_parameters(world, same[-1], params) or in_particular(world, same[-1], rhs))
    if same and not (other or redefines(world, same[-1], e)):
        return True
    if same:
        world.epochs.append(e.position)
    section = e.section
    sites.append(Site(ref.base, ref, rhs, e.position, params, section=section, own=e.own, pattern=now, written=written))
    sites.sort(key=lambda s: s.position)
    values = world.sites.get(ref.base, [])
    if family.operand and not _of_samples(family, ref) and (not values or len(sites) > 1):
        world.sites[ref.base] = [*values, Site(ref.base, ref, rhs, e.position, section=section, own=e.own)]
    return True


def _value_of_a_sigmoid(world: World, ref: Ref, params: tuple[Node, ...], rhs: Node) -> bool:
    r"""`\sigma(z) = a`: what is said without its argument of the function that custom knows is its value there."""
    names = {r.base for p in params if (r := reference(p, world.glossary)) is not None}
    customary = ref.bare and dict(world.customary).get(ref.base) == "sigmoid"
    return customary and not names & {r.base for r in references(rhs, world)}


def _of_samples(family: Family, ref: Ref) -> bool:
    """Whether a function of formulas, `\\sigma(x_i^T w)`, stands without an argument with an index alone: \\sigma_i is
    short for one of those values, and not its value at the letter that it is defined with."""
    numbered = max(family.sub_counts, default=0) > 0 and not (ref.subs or ref.labels)
    return numbered and not family.bare and family.calls_with_names < family.called


def _general(world: World, params: tuple[Node, ...], rhs: Node) -> bool:
    """Whether parameters are general ones: `f(x_1) = 3` is a value, while `\\gamma(z_{nk})` only says which one it is
    and `Q(w, w^{old})` has another version of a parameter; `\\sigma^2` is as general as \\sigma."""
    refs = [r for p in params if (r := reference(p, world.glossary)) is not None]
    refs = [replace(r, postfix=()) if is_square(r) else r for r in refs]
    used, running = {r.base for r in references(rhs, world)}, running_letters(rhs)
    bare = {r.base for r in refs if r.bare}
    if len(refs) == sum(r.bare for r in refs) or any(r.base in used for r in refs):
        return True
    letters = [(r, [letter_of(s) for s in r.subs]) for r in refs if not r.bare]
    return all(r.base in bare or (places and set(places) <= running) for r, places in letters)


def _by_entries(world: World, params: tuple[Node, ...], rhs: Node) -> bool:
    r"""Whether `J(b, w_1, w_2)` lists entries of one array, of which the formula is made by way of other names,
    `\sum_i (h(x_i) - y_i)^2` with `h(x) = \theta_0 + \theta_1 x`: one entry alone may be a point."""
    refs = [r for p in params if (r := reference(p, world.glossary)) is not None]
    entries = [r for r in refs if not r.bare]
    keys = {tuple(node_key(s) for s in r.subs) for r in entries}
    if len({r.base for r in entries}) != 1 or len(keys) != len(entries) or len(entries) < 2 or not all(keys):
        return False
    return {r.base for r in refs} <= _made_of(world, rhs)


def _made_of(world: World, body: Node) -> set[str]:
    """The names of which a formula is made, those of what the document says of them included."""
    said: dict[str, list[Node]] = {}
    for e in world.equations:
        form = call_form(e.lhs, world)
        ref = form[0] if form is not None else reference(e.lhs, world.glossary)
        if ref is not None and e.op in DEFINING:
            said.setdefault(ref.base, []).append(e.rhs)
    found: set[str] = set()
    todo = [body]
    while todo:
        new = {r.base for r in references(todo.pop(), world)} - found
        found |= new
        todo += [b for base in new for b in said.get(base, ())]
    return found


def add_written(world: World, e: Equation, lhs: Node, body: Node) -> None:
    """A name that nothing else defines means what a function of it is said to be: `\\log p(x) = ...`."""
    form = call_form(lhs, world)
    ref = form[0] if form is not None else reference(lhs, world.glossary)
    if ref is None or ref.base in world.sites or is_function_word(ref.base) or not definable(world, ref):
        return
    if form is not None and isinstance(lhs, Product):
        now = pattern(lhs.factors[1].node, world.glossary)
        if all(apart(world, s, now, body) for s in world.functions.get(ref.base, ()) if s.written is None):
            _add_function(world, e, lhs, body, written=e.rhs)
    elif ref.base not in world.functions and not ref.postfix and not mentions(world, body, ref):
        section = e.section
        site = Site(
            ref.base, ref, body, e.position, section=section, own=e.own, written=e.rhs if lhs is not e.rhs else None
        )
        world.sites[ref.base] = [site]


def _given_numbers(world: World, params: tuple[Node, ...]) -> bool:
    """Whether an argument is a quantity with a meaning of its own."""
    return any((r := reference(p, world.glossary)) is not None and r.base in world.sites for p in params)


def _other_parameters(world: World, earlier: Site, params: tuple[Node, ...]) -> bool:
    """`L(w, b, a)` after `L(x, l)`: as many parameters as before, or one of the same, make it one function."""
    before, now = (
        {r.base for p in found if (r := reference(p, world.glossary)) is not None}
        for found in (earlier.params or (), params)
    )
    return len(earlier.params or ()) != len(params) and not before & now and bool(before)


def _calls(world: World, node: Node, base: str) -> bool:
    for part in walk(node):
        if isinstance(part, Product):
            for n, f in enumerate(part.factors[:-1]):
                ref = reference(f.node, world.glossary)
                if ref is not None and ref.base == base and isinstance(part.factors[n + 1].node, Fenced):
                    return True
    return False


def implicit_site(world: World, e: Equation) -> None:
    """`∂u/∂x = ∂/∂x (expression)` where nobody defines u: the expression is taken as u, and said to be."""
    if e.op != "=":
        return
    left = derivative_of(e.lhs)
    right = derivative_of(e.rhs)
    if left is None or right is None or node_key(left[1]) != node_key(right[1]):
        return
    ref = reference(_callee(left[0]), world.glossary)
    if ref is None or world.defined(ref.base) or not definable(world, ref) or ref.postfix:
        return
    if mentions(world, right[0], ref) or reference(right[0], world.glossary) is not None:
        return
    base = ref.base
    section = e.section
    line = e.line
    assumed = f"{spelled_out(base)} is taken from line {line}: it is what stands under the derivative"
    site = Site(base, ref, right[0], e.position, assumed=assumed, section=section, own=e.own)
    form = call_form(left[0], world)
    # `\\sigma(x)` by x is a function of x, while `l(\\mu, t)` by \\mu names what stands there
    own = form is not None and [node_key(p) for p in form[1]] == [node_key(left[1])]
    if form is not None and own and world.family(base).called > 1:
        now = pattern(left[0].factors[1].node, world.glossary) if isinstance(left[0], Product) else None
        world.functions.setdefault(base, []).append(replace(site, params=form[1], pattern=now))
    if form is None or base not in world.functions or world.family(base).operand:
        world.sites.setdefault(base, []).append(site)


def _callee(node: Node) -> Node:
    """The name of `l(\\mu, t)`; anything else as it is."""
    if isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced):
        return node.factors[0].node
    return node
