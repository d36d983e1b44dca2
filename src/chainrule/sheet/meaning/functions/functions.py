"""Functions on their arguments: of the table, defined by the document, or unknown; primes are derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainrule.calculus import derivative
from chainrule.expr import Component, Definitions, Expr, Index, Symbol, apply, component, indicator, substitute, value
from chainrule.expr import functions as table
from chainrule.expr.tensors import softmax
from chainrule.read.tree import Big, Node, Number
from chainrule.sheet.arrays import algebra
from chainrule.sheet.arrays.components import components, ref_value
from chainrule.sheet.definitions.parts import vector_of_entries
from chainrule.sheet.meaning.functions.densities import as_told, by_name
from chainrule.sheet.meaning.functions.each import all_components, at_every_place, by_general_entry
from chainrule.sheet.meaning.functions.held import with_arguments_held
from chainrule.sheet.meaning.functions.losses import cross_entropy
from chainrule.sheet.meaning.functions.powers_as_parameters import parameter_value
from chainrule.sheet.meaning.functions.structural import STRUCTURAL
from chainrule.sheet.meaning.functions.through import at_argument, rests_on
from chainrule.sheet.meaning.functions.undefined import plain_names, undefined
from chainrule.sheet.meaning.operations.arithmetic import known_square, raised
from chainrule.sheet.meaning.operations.conditions import is_index_letter
from chainrule.sheet.meaning.operations.lists import listed
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.universe import Cycle
from chainrule.sheet.records.world import NORMAL
from chainrule.sheet.statistics.overloads import chosen, in_order
from chainrule.sheet.syntax.arguments import Pattern, point
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.function_words import LOGARITHMS, OF_LABELS, OF_SQUARE
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, walk
from chainrule.sheet.syntax.normal_laws import LETTERS_OF_NORMAL, is_density
from chainrule.sheet.syntax.spelling import spelled_out


def builtin(frame: Frame, base: str, position: int) -> str | None:
    """The table name of a function word, through the roles a document gives its letters."""
    world = frame.world
    if world.function(base, position) is not None:
        return None
    role = world.roles.get(base)
    if role is not None:
        return role
    if base in STRUCTURAL or base in OF_LABELS:
        return base
    record = table.lookup(base)
    if record is not None and base not in world.sites and base not in world.readings:
        return record.name
    return None


def applied(frame: Frame, ref: Ref, args: tuple[Node, ...], call: Pattern | None = None) -> Val:
    """A function on its arguments, with primes, a subscript (component or base) and a power on its name."""
    power = next((p for p in ref.postfix if p.op == "pow"), None)
    if power is not None and not (isinstance(power.node, Number) and power.node.text.isdigit()):
        raise Untyped("an inverse function", "untyped")
    val = _applied(frame, ref, args, call)
    return val if power is None or power.node is None else raised(frame, val, power.node)


def _applied(frame: Frame, ref: Ref, args: tuple[Node, ...], call: Pattern | None) -> Val:
    word = builtin(frame, ref.base, frame.position)
    if word is not None:
        return _builtin(frame, word, ref, args)
    args = tuple(point(a) or a for a in args)
    if (held := with_arguments_held(frame, ref, args)) is not None:
        return _defined(*held, args)
    site = chosen(frame.world, ref, frame.position, call, args)
    if site is not None:
        return _defined(frame, site, ref, in_order(site, call, args))
    told = as_told(frame, call, args) if call is not None and is_density(ref.base, call) else None
    return told or _customary(frame, ref, args, call) or undefined(frame, ref, args, call)


def _builtin(frame: Frame, word: str, ref: Ref, args: tuple[Node, ...]) -> Val:
    if ref.base in LOGARITHMS:
        word = _logarithm(frame, word, ref)
        if word == "log" and ref.subs and dict(frame.world.customary).get("log") != "log":
            return _log_to_base(frame, ref, args)
        ref = replace(ref, subs=())
    if word in OF_LABELS and len(args) == 1:
        return components(frame, unit_vector(frame, args[0]), ref.subs)
    whole = by_general_entry(frame, args[0]) if word in ("diag", "Diag") and len(args) == 1 else None
    vals = [frame.value(a) for a in args] if whole is None else [whole]
    if word in OF_SQUARE and len(args) == 1:
        vals = [known_square(frame, args[0], vals[0])]
    if word in STRUCTURAL:
        if ref.primes:
            raise Untyped(f"a prime on {word}", "untyped")
        if word.lower() == "softmax" and vals[0].scalar:
            frame.dims.stretched += 1
            return _softmax_of_component(vals[0])
        return components(frame, STRUCTURAL[word](frame, vals), ref.subs)
    record = table.lookup(word)
    assert record is not None
    if len(vals) != record.arity:
        raise Untyped(f"{word} takes {record.arity} argument(s), found {len(vals)}", "untyped")
    result = algebra.elementwise(
        frame.dims, lambda *t: _primed(word, ref.primes, t), *vals, what=f"the arguments of {word}"
    )
    return components(frame, result, ref.subs)


def unit_vector(frame: Frame, node: Node) -> Val:
    """`onehot(k)`, `e_k`: 1 at the place k, else 0."""
    dim = frame.new_dim("onehot")
    place = frame.index_term(node, dim)
    return Val((dim, None), lambda i: indicator("==", i, place()))


def _logarithm(frame: Frame, word: str, ref: Ref) -> str:
    """Which logarithm a word is: by its own base, or else by the sheet or the custom that is tried."""
    custom = dict(frame.world.customary).get("log", "")
    if ref.subs or custom == "log":
        return "log"
    return custom if ref.base == "log" and custom else word


def _log_to_base(frame: Frame, ref: Ref, args: tuple[Node, ...]) -> Val:
    base = frame.scalar_term(ref.subs[0], "the base of a logarithm")
    inner = frame.value(args[0])
    return algebra.mapped(lambda x: apply("log", x) / apply("log", base()), inner)


def _primed(word: str, primes: int, args: tuple[Expr, ...]) -> Expr:
    """f, f', f'' of the table, as functions of the argument."""
    if primes == 0:
        return apply(word, *args)
    variable = component(Symbol("argument"))
    assert isinstance(variable, Component)
    term: Expr = apply(word, variable)
    for _ in range(primes):
        term = derivative(term, variable, Definitions())
    return substitute(term, {Symbol("argument"): lambda *_: args[0]})


def _softmax_of_component(val: Val) -> Val:
    """`\\sigma(z_i)` for the softmax: the component i of softmax(z), as books write it."""

    def at() -> Expr:
        term = val.at()
        if not isinstance(term, Component) or not term.indices:
            raise Untyped("softmax of a number", "shape")
        *lead, last = term.indices
        k = Index("·softmax", term.symbol.axes[-1])
        return substitute(softmax(component(term.symbol, *lead, value(k)), k), {k: last})

    return scalar(at, val.derived)


def _defined(frame: Frame, site: Site, ref: Ref, args: tuple[Node, ...]) -> Val:
    """A function of the document: its body with the arguments in the place of its parameters."""
    params = site.params or ()
    if site.position in frame.active:
        raise Cycle((site.position, *frame.active))
    vector = vector_of_entries(frame.world, params)
    if vector is not None and not ref.primes and [node_key(a) for a in args] != [node_key(p) for p in params]:
        value = frame.value(args[0]) if len(args) == 1 else listed(frame, args)
        return _inside(frame, site, frame.owner_in(ref.base), {**frame.args, vector: value}).value(site.body)
    if len(params) != len(args) and not ref.primes and plain_names(frame, args):
        return _inside(frame, site, frame.owner, {}).value(site.body)
    if len(params) != len(args):
        raise Untyped(f"{spelled_out(ref.base)} is defined with {len(params)} arguments, found {len(args)}", "untyped")
    owner = frame.owner_in(f"{ref.base}{len(frame.counter)}.{frame.counter[0]}")
    inner = _inside(frame, site, owner, dict(frame.args))
    if len(args) == 1 and not ref.primes and (each := _on_each_component(frame, inner, site, args[0])) is not None:
        return components(frame, each, ref.subs)
    through: list[tuple[Ref, Val]] = []
    for param, arg in zip(params, args, strict=True):
        if not ref.primes and (other := _reaching(frame, site, param, arg)) is not None:
            through.append(other)
        else:
            inner = _bound(frame, inner, site, param, arg)
    if ref.primes:
        return _derivative_of_defined(frame, inner, site, ref, args)
    family = frame.world.family(site.base)
    for n, (pattern, sub) in enumerate(zip(site.ref.subs, ref.subs, strict=False)):
        letter = letter_of(pattern)
        if letter is not None and family.slot(n) == "label":
            inner = _bound_label(frame, inner, letter, sub)
        elif letter is not None:
            inner = _bound_letter(frame, inner, letter, sub)
    val = all_components(frame, inner, site, ref) or inner.value(site.body)
    for p, argument in through:
        val = at_argument(frame, val, p, argument)
    more = ref.subs[len(site.ref.subs) :]
    if more and val.scalar:
        raise Untyped(f"{spelled_out(ref.base)} with a subscript is another function than the one defined", "untyped")
    return components(frame, val, more)


def _reaching(frame: Frame, site: Site, param: Node, arg: Node) -> tuple[Ref, Val] | None:
    """A parameter that other names in the body are defined by, with an argument that is not the parameter itself."""
    p, a = (reference(node, frame.world.glossary) for node in (param, arg))
    if p is None or not p.bare or (a is not None and a.key == p.key) or p.base in frame.args:
        return None
    if not rests_on(frame.world, site, p):
        return None
    return p, frame.value(arg)


def _inside(frame: Frame, site: Site, owner: str, args: dict[str, Val]) -> Frame:
    """The frame for the body of a function: everything around the call but Einstein's convention."""
    active = (*frame.active, site.position)
    depth, nested = frame.depth + 1, frame.nested + 1
    return frame.child(
        owner=owner, args=args, depth=depth, nested=nested, active=active, einstein=None, statement=(site.body,)
    )


def _bound(frame: Frame, inner: Frame, site: Site, param: Node, arg: Node) -> Frame:
    """One parameter bound to its argument; an argument that is the parameter itself binds nothing."""
    p = reference(param, frame.world.glossary)
    a = reference(arg, frame.world.glossary)
    if p is None:
        return inner
    if a is not None and a.key == p.key and p.base not in frame.args:
        return inner
    letter = letter_of(arg)
    if p.bare and letter is not None and len(p.base) == 1 and is_index_letter(frame, letter):
        dim, term = frame.letter(letter) or frame.free_letter(letter)
        return inner.child(letters={**inner.letters, p.base: (dim, term)})
    if (p.subs or p.labels) and all(letter_of(x) is None for x in (*p.subs, *p.labels)):
        return _bound_number(frame, inner, site, p, arg)
    if p.subs or p.labels:
        return _bound_component(frame, inner, site, p, arg)
    if p.bare and len(p.base) == 1 and _as_index(frame, site.body, p.base):
        return _bound_letter(frame, inner, p.base, arg)
    val = parameter_value(frame, p, arg) if p.postfix else frame.value(arg)
    return inner.child(args={**inner.args, p.base: val})


def _as_index(frame: Frame, body: Node, letter: str) -> bool:
    """Whether a parameter is an index in the body: the k of `P(k | x) = \\exp(w_k^T x) / Z`."""
    world = frame.world
    places = ((r.base, n, s) for r in references(body, world) for n, s in enumerate(r.subs))
    return any(letter_of(s) == letter and world.family(base).slot(n) == "axis" for base, n, s in places)


def _bound_number(frame: Frame, inner: Frame, site: Site, p: Ref, arg: Node) -> Frame:
    """A parameter that is one of several, `g(z_1) = ...` or `g(z^{(1)}) = ...`: any other argument takes its place."""
    if looks_around(frame, site, p):
        raise Untyped(f"{spelled_out(site.base)} is defined for one {spelled_out(p.base)} beside others", "untyped")
    val = frame.value(arg)
    if p.subs and val.scalar:
        val = _everywhere(frame, frame.scalar_term(arg, "the argument"), len(p.subs))
    elif p.subs:
        val = _every_sample(frame, val, len(p.subs))
    return inner.child(args={**inner.args, p.base: val})


def _bound_component(frame: Frame, inner: Frame, site: Site, p: Ref, arg: Node) -> Frame:
    """A parameter that is one component, `s(z_i) = ...`: its letters take the places of the argument's, and any other
    argument is put in where the body speaks of that component alone."""
    a = reference(arg, frame.world.glossary)
    if a is not None and a.base == p.base and len(a.subs) == len(p.subs) and len(a.labels) == len(p.labels):
        return _at_places(frame, inner, site, p, a)
    if looks_around(frame, site, p):
        if a is not None and len(a.subs) == len(p.subs) and not (a.labels or p.labels):
            whole = ref_value(frame, Ref(a.base, (), (), a.primes))
            if len(whole.dims) == len(p.subs):
                return _at_places(frame, inner.child(args={**inner.args, p.base: whole}), site, p, a)
        raise Untyped(f"{spelled_out(site.base)} is defined for the components of {spelled_out(p.base)}", "untyped")
    if not _is_entry(frame, p):
        return inner.child(args={**inner.args, p.base: _every_sample(frame, frame.value(arg), len(p.subs))})
    term = frame.scalar_term(arg, "the argument")
    return inner.child(args={**inner.args, p.base: _everywhere(frame, term, len(p.subs) + len(p.labels))})


def _is_entry(frame: Frame, p: Ref) -> bool:
    r"""Whether a parameter with an index is a number, an entry of a vector, and no vector itself: the sample of
    `m(x_i) = a^T x_i`, of which `m(x)` speaks too."""
    letters = [letter_of(s) for s in p.subs]
    if len(p.subs) != 1 or letters[0] is None or p.labels:
        return True
    kept = frame.universe.mark()
    try:
        outside = frame.child(args={name: val for name, val in frame.args.items() if name != p.base})
        return ref_value(outside.bind(letters[0], frame.new_dim(letters[0])), p).scalar
    except Untyped:
        return True
    finally:
        frame.universe.back(kept)


def _every_sample(frame: Frame, val: Val, axes: int) -> Val:
    """Samples that are all the same vector."""
    if len(val.dims) != 1 and val.kind not in ("column", "row"):
        raise Untyped("the argument must be a vector", "shape")
    return Val((*(frame.new_dim("argument") for _ in range(axes)), val.dims[0]), lambda *at: val.at(at[-1]))


def _at_places(frame: Frame, inner: Frame, site: Site, p: Ref, a: Ref) -> Frame:
    """The letters of a parameter z_i at the places of an argument z_j."""
    hung = [[(x.op, x.node and node_key(x.node)) for x in r.postfix] for r in (a, p)]
    if (a.postfix and hung[0] != hung[1]) or a.primes != p.primes:
        raise Untyped(f"{spelled_out(site.base)} of this argument", "untyped")
    for pattern, sub in zip(p.subs, a.subs, strict=True):
        letter = letter_of(pattern)
        if letter is not None:
            inner = _bound_letter(frame, inner, letter, sub)
    for pattern, label in zip(p.labels, a.labels, strict=True):
        letter = letter_of(pattern)
        inner = inner if letter is None else _bound_label(frame, inner, letter, label)
    return inner


def looks_around(frame: Frame, site: Site, p: Ref) -> bool:
    """Whether the body of `s(z_i)` uses other components of z too, by other letters or by summing over this one."""
    letters = {x for s in p.subs if (x := letter_of(s)) is not None}
    sums = (n.sub for n in walk(site.body) if isinstance(n, Big) and n.sub is not None)
    if any(letters & set(bound_letters(sub)) for sub in sums):
        return True
    own = replace(p, postfix=()).key  # `z_i^2` and `z_i^T` are of the same component
    return any(r.base == p.base and replace(r, postfix=()).key != own for r in references(site.body, frame.world))


def _on_each_component(frame: Frame, inner: Frame, site: Site, arg: Node) -> Val | None:
    """`s(z)` after `s(z_i) = ...`: the vector of its values at every place; None for any other use."""
    p = reference((site.params or (arg,))[0], frame.world.glossary)
    letter = letter_of(p.subs[0]) if p is not None and len(p.subs) == 1 and not p.labels else None
    if p is None or letter is None or reference(arg, frame.world.glossary) == p:
        return None
    val = frame.value(arg)
    if len(val.dims) != 1 or not _is_entry(frame, p):
        return None
    dim = val.dims[0]
    if val.kind == "row":
        val = val.transposed()
    inner = inner.bind(letter, dim)
    return at_every_place(inner.child(args={**inner.args, p.base: val}).value(site.body), inner.letters[letter])


def _everywhere(frame: Frame, term: Callable[[], Expr], axes: int) -> Val:
    """A value that is the same at every place of some axes."""
    dims = [frame.new_dim("argument") for _ in range(axes)]
    return Val((dims[0], None) if axes == 1 else tuple(dims), lambda *_: term())


def _bound_letter(frame: Frame, inner: Frame, letter: str, sub: Node) -> Frame:
    dim = frame.new_dim(letter)
    term = frame.index_term(sub, dim)
    return inner.child(letters={**inner.letters, letter: (dim, term)})


def _bound_label(frame: Frame, inner: Frame, letter: str, label: Node) -> Frame:
    """The letter of a label at the number of another: the k of `m_k(p) = f(x_k) + ...` in `m_2(q)`."""
    place = frame.label(label)
    return inner.child(labels={**inner.labels, letter: place}) if isinstance(place, int) else inner


def bare_derivative(frame: Frame, ref: Ref) -> Val | None:
    """f' without an argument, for a function of one variable: its derivative at that variable."""
    site = frame.world.function(ref.base, frame.position) if ref.primes else None
    if site is None or not site.params or len(site.params) != 1:
        return None
    return _derivative_of_defined(frame, frame, site, ref, site.params)


def _derivative_of_defined(frame: Frame, inner: Frame, site: Site, ref: Ref, args: tuple[Node, ...]) -> Val:
    """f'(u) for a function of one variable the document defines: the derivative of its body, then u in its place."""
    params = site.params or ()
    p = reference(params[0], frame.world.glossary)
    if len(params) != 1 or p is None:
        raise Untyped("a prime on a function of several variables", "untyped")
    variable = component(Symbol(f"argument of {ref.base}"))
    assert isinstance(variable, Component)
    places = len(p.subs)  # a label in parentheses, `f(z^{(1)})`, is no place
    if (places or p.labels) and looks_around(frame, site, p):
        raise Untyped("a prime on a function of several components", "untyped")
    bound = _everywhere(frame, lambda: variable, places) if places else scalar(variable)
    body = inner.child(args={**frame.args, p.base: bound}).value(site.body)
    if not body.scalar:
        raise Untyped("a prime on a function of a vector", "untyped")
    definitions = frame.universe.definitions

    def at(term: Expr) -> Expr:
        result = body.at()
        for _ in range(ref.primes):
            result = derivative(result, variable, definitions)
        return substitute(result, {variable.symbol: lambda *_: term})

    return algebra.mapped(at, frame.value(args[0]))


def _customary(frame: Frame, ref: Ref, args: tuple[Node, ...], call: Pattern | None) -> Val | None:
    """What custom takes a letter for that nobody defines: sigma for the logistic function."""
    world = frame.world
    role = dict(world.customary).get(ref.base)
    if (ref.base in world.sites and ref.base not in LETTERS_OF_NORMAL) or ref.subs or ref.labels:
        return None
    density = by_name(frame, role or ref.base, args, call)
    if role is None or density is not None:
        frame.universe.roles_taken |= {ref.base} if role is not None else set()
        return density
    if role == "cross-entropy" and len(args) == 2 and not ref.primes:
        frame.universe.roles_taken.add(ref.base)
        return cross_entropy(frame, args)
    if role not in ("cross-entropy", NORMAL) and len(args) == 1:
        frame.universe.roles_taken.add(ref.base)
        return _builtin(frame, role, ref, args)
    return None
