r"""The spellings of TeX mathematics: which control word, character or word is what kind of sign.

Only tables live here; `read.grammar` says what is done with them. `COMMANDS` maps a control word (no backslash) to
its kind and value:

>>> COMMANDS["leq"], COMMANDS["alpha"], COMMANDS["frac"]
(('rel', '≤'), ('name', 'alpha'), ('frac', ''))
"""

from __future__ import annotations

from typing import Final

from chainrule.read.grammar.connectives import CONNECTIVES, OTHERWISE

Entry = tuple[str, str]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _values(table: dict[str, str]) -> dict[str, str]:
    """From value -> words to word -> value."""
    return {word: value for value, words in table.items() for word in words.split()}


def _kind(kind: str, table: dict[str, str]) -> dict[str, Entry]:
    """From value -> words to word -> (kind, value)."""
    return {word: (kind, value) for word, value in _values(table).items()}


def _same(kind: str, words: str) -> dict[str, Entry]:
    """Words that are their own value."""
    return {word: (kind, word) for word in words.split()}


# -- names and functions ----------------------------------------------------------------------------------------------

_GREEK = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi omicron pi
    varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega digamma Gamma Delta Theta Lambda Xi Pi Sigma
    Upsilon Phi Psi Omega varGamma varDelta varTheta varLambda varXi varPi varSigma varUpsilon varPhi varPsi varOmega"""
_SYMBOLS = """
    ell hbar hslash imath jmath nabla partial infty Re Im aleph emptyset varnothing top bot intercal dagger ddagger dag
    natural sharp flat wp square Box triangle diamond eth mho surd angle blacksquare clubsuit checkmark"""
_FUNCTIONS = """
    log ln exp sin cos tan cot sec csc sinh cosh tanh coth sech csch arcsin arccos arctan arcsinh arctanh erf logit
    expit det tr Tr trace rank diag Diag sign sgn softmax logsoftmax sigmoid softplus relu ReLU LeakyReLU gelu GELU SiLU
    ELU SELU max min arg argmax argmin lim limsup liminf maximize minimize Var Cov cov Pr KL CE MSE BCE NLL RSS SSE
    ELBO BN"""
_FUNCTIONS_WITH_BACKSLASH = "lg sup inf deg dim ker hom gcd var"
GREEK: Final = _set(_GREEK)
WORDS: Final = _set(_FUNCTIONS + " vec")
"""Words that a run of plain letters may spell."""
FUNCTIONS: Final = WORDS | _set(_FUNCTIONS_WITH_BACKSLASH)
_QUANTITIES = """
    net out output outputs input inputs target targets pred predicted actual expected error loss cost label bias weight
    logits score margin hidden total"""
QUANTITY_WORDS: Final = _set(_QUANTITIES) | {word.capitalize() for word in _set(_QUANTITIES)}
"""Words that people write for quantities without `\\text`: `net_{h1} = w_1 i_1 + b`, `(target - output)^2`."""
SUBSCRIPT_WORDS: Final = QUANTITY_WORDS | _set("new old prev next true in min max reg train test init")
"""Words that people write behind `_` without braces: `w_new`, `E_total`."""
SUFFIX_WORDS: Final = ("softmax", "sigmoid", "sign", "tanh", "log", "exp", "max", "min", "sin", "cos", "ln")
"""Words that are also found at the end of a run of letters before a parenthesis: `ylog(p)` is y times log(p)."""
PLAIN_TEXT: Final = _set("otherwise elsewhere where")
"""Words that are words even without `\\text`."""
LIMITS: Final = {
    **{word: word for word in _set("max min sup inf argmax argmin lim limsup liminf")},
    "minimize": "min",
    "maximize": "max",
}
"""Words that turn into a big operator when something stands under them."""
NEGATED: Final = {"=": "≠", "∈": "∉"}

# -- control words ----------------------------------------------------------------------------------------------------

_RELATIONS = {
    "=": "eq",
    ":=": "triangleq coloneqq coloneq colonequals defeq doteq",
    "=:": "eqqcolon eqcolon",
    "≡": "equiv",
    "≈": "approx simeq cong approxeq asymp",
    "≠": "ne neq",
    "<": "lt",
    ">": "gt",
    "≤": "le leq leqslant leqq lesssim",
    "≥": "ge geq geqslant geqq gtrsim",
    "≪": "ll",
    "≫": "gg",
    "∈": "in",
    "∋": "ni",
    "∉": "notin",
    "⊂": "subset subseteq subseteqq",
    "⊃": "supset supseteq",
    "∼": "sim thicksim",
    "∝": "propto varpropto",
    "→": "to rightarrow longrightarrow mapsto longmapsto hookrightarrow",
    "←": "leftarrow gets longleftarrow",
    "⊥": "perp",
    "≻": "succ",
    "≺": "prec",
    "⪰": "succeq succcurlyeq",
    "⪯": "preceq preccurlyeq",
}
_IMPLIES = {
    "⇒": "Rightarrow Longrightarrow implies therefore leadsto Leftarrow Longleftarrow impliedby",
    "∵": "because",
    "⇔": "Leftrightarrow Longleftrightarrow iff leftrightarrow",
}
_PRODUCT_SIGNS = "cdot times odot circ otimes oplus ominus oslash bullet ast star cup cap setminus wedge vee boxtimes"
_ACCENTS = {
    "hat": "hat widehat",
    "tilde": "tilde widetilde",
    "bar": "bar overline",
    "vec": "vec overrightarrow",
    "dot": "dot",
    "ddot": "ddot",
    "check": "check widecheck",
    "breve": "breve",
    "acute": "acute",
    "grave": "grave",
    "ring": "mathring",
    "underline": "underline uline underbar",
}
SIGNS_AS_ACCENTS: Final = {"∼": "tilde", "wedge": "hat", "vee": "check", "-": "bar", "→": "vec", "cdot": "dot"}
"""Signs that stand for an accent where they are set over a letter."""
_STYLES = {
    "bold": "mathbf boldsymbol bm pmb mathbfit symbf bold mathbold boldmath",
    "cal": "mathcal mathscr",
    "bb": "mathbb mathds mathbbm Bbb",
    "frak": "mathfrak",
}
_SWITCHES = {"bold": "bf bfseries", "cal": "cal", "rm": "rm", "sans": "sf", "tt": "tt", "": "it", "frak": "frak"}
_TEXTUAL = {
    "": "text mbox textrm textit textnormal hbox textup textsl emph textmd textsc mathmbox",
    "bold": "textbf",
    "sans": "textsf",
    "tt": "texttt",
}
_IDENTIFIERS = {"": "mathrm operatorname operatorname* mathit symrm mathup", "sans": "mathsf", "tt": "mathtt"}
_DROPPED = {
    "0": """displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits displaylimits nonumber notag hline
        mathstrut strut centering xspace allowbreak nobreak noindent relax null protect ensuremath footnotesize small
        large Large normalsize scriptsize tiny toprule midrule bottomrule thinspace medspace thickspace negthinspace
        negmedspace negthickspace enspace space mathbin mathrel mathord mathop mathopen mathclose mathpunct mathinner
        boxed fbox cancel bcancel xcancel sout mathnormal hfil vfill big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr
        biggr Biggr bigm Bigm biggm Biggm leavevmode par smallskip medskip bigskip mathclap mathllap mathrlap""",
    "0+": "bbox smash framebox",
    "1": """label tag tag* eqref ref cref Cref cite citep citet hspace hspace* vspace vspace* phantom hphantom vphantom
        intertext shortintertext footnote cline mspace class cssId style""",
    "1+": "color textcolor colorbox raisebox",
}
"""What is only for the eye: the number of arguments that go with it, a "+" if one in brackets may come first."""

COMMANDS: Final[dict[str, Entry]] = {
    **_same("name", _GREEK + _SYMBOLS + _FUNCTIONS + " " + _FUNCTIONS_WITH_BACKSLASH),
    **_same("big", "sum prod int coprod bigcup bigcap bigoplus bigotimes"),
    **_kind("big", {"int": "iint oint intop"}),
    **_kind("rel", _RELATIONS),
    **_kind("implies", _IMPLIES),
    **_kind("sum", {"±": "pm", "∓": "mp"}),
    **_same("prod", _PRODUCT_SIGNS),
    **_kind("prod", {"/": "div slash"}),
    **_kind("infix", {":": "colon"}),
    **_kind("accent", _ACCENTS),
    **_kind("style", _STYLES),
    **_kind("switch", _SWITCHES),
    **_kind("drop", _DROPPED),
    **_kind("textual", _TEXTUAL),
    **_kind("ident", _IDENTIFIERS),
    **_kind("dots", {"": "dots ldots cdots vdots ddots dotsc dotsb dotsm dotsi dotso iddots hdots"}),
    **_kind("quad", {"": "quad qquad hfill"}),
    **_kind("frac", {"": "frac tfrac dfrac cfrac sfrac nicefrac flatfrac"}),
    **_kind("binom", {"": "binom tbinom dbinom"}),
    **_kind("atop", {"0": "atop"}),
    **_kind("unsupported", {"0": "brace brack above overwithdelims"}),
    **_kind("bar", {"|": "mid vert shortmid", "‖": "Vert parallel"}),
    **_kind(
        "open",
        {
            "|": "lvert",
            "‖": "lVert",
            "⟨": "langle",
            "⌊": "lfloor",
            "⌈": "lceil",
            "{": "lbrace",
            "[": "lbrack llbracket lBrack",
        },
    ),
    **_kind(
        "close",
        {
            "|": "rvert",
            "‖": "rVert",
            "⟩": "rangle",
            "⌋": "rfloor",
            "⌉": "rceil",
            "}": "rbrace",
            "]": "rbrack rrbracket rBrack",
        },
    ),
    **_kind("stack", {"_": "underset", "^": "overset stackrel"}),
    **_kind("brace", {"_": "underbrace", "^": "overbrace"}),
    **_kind("arrow", {"=": "xlongequal", "→": "xrightarrow", "←": "xleftarrow", "⇒": "xRightarrow"}),
    **_kind("text", {"and": "land", "or": "lor"}),
    **_kind("row", {"": "cr newline"}),
    **_same("tex-table", "matrix pmatrix cases"),
    **{word: (word, "") for word in _set("over sqrt substack begin end left right middle not")},
    **dict.fromkeys(_set("triangledown bigtriangledown"), ("name", "nabla")),
    "choose": ("over", "choose"),
    "prime": ("prime", "'"),
    "forall": ("text", "for all"),
    "exists": ("text", "there is"),
}

# -- characters -------------------------------------------------------------------------------------------------------

CONTROL_SYMBOLS: Final[dict[str, Entry]] = {
    **dict.fromkeys(",;:! \n\t>/-\\@'()[]^.\"$`~+<", ("space", "")),
    "=": ("rel", "="),
    "{": ("open", "{"),
    "}": ("close", "}"),
    "|": ("bar", "‖"),
    "&": ("text", "and"),
    "%": ("name", "%"),
    "#": ("name", "#"),
    "_": ("_", "_"),
    "*": ("prod", "*"),
    "": ("space", ""),
}
"""What stands after a backslash that is not a letter."""

CHARACTERS: Final[dict[str, Entry]] = {
    **{c: (c, c) for c in "{}^_&$#"},
    **{c: ("rel", c) for c in "=<>"},
    **{c: ("sum", c) for c in "+-"},
    **{c: ("prod", c) for c in "*/"},
    **{c: ("open", c) for c in "(["},
    **{c: ("close", c) for c in ")]"},
    **{c: ("name", c) for c in "!?"},
    "@": ("prod", "cdot"),
    ",": ("comma", ","),
    ";": ("infix", ";"),
    ":": ("infix", ":"),
    ".": ("dot", "."),
    "|": ("bar", "|"),
    "||": ("bar", "‖"),
    "'": ("prime", "'"),
    ":=": ("rel", ":="),
    "=:": ("rel", "=:"),
    "==": ("rel", "="),
    "===": ("rel", "≡"),
    "!=": ("rel", "≠"),
    "<=": ("rel", "≤"),
    ">=": ("rel", "≥"),
    "->": ("rel", "→"),
    "=>": ("implies", "⇒"),
    "<=>": ("implies", "⇔"),
}

_UNICODE = {
    **_values({"'": "′", "''": "″", "'''": "‴", "-": "− –", "/": "÷", "*": "∗", "|": "∣", ":=": "≔"}),
    **_values({r"\cdot": "· ⋅", r"\times": "×", r"\circ": "∘", r"\odot": "⊙", r"\pm": "±", r"\sqrt": "√"}),
    **_values({r"\to": "→", r"\gets": "←", r"\Rightarrow": "⇒", r"\iff": "⇔", r"\mapsto": "↦", r"\dots": "… ⋯"}),
    **_values({r"\neq": "≠", r"\leq": "≤", r"\geq": "≥", r"\approx": "≈", r"\propto": "∝", r"\sim": "∼"}),
    **_values({r"\mu": "μ µ", r"\Delta": "∆", r"\phi": "ϕ", r"\varphi": "φ", r"\varepsilon": "ε", r"\epsilon": "ϵ"}),
    **_values({r"\Vert": "∥ ‖", r"\langle": "⟨", r"\rangle": "⟩", r"\top": "⊤", r"\ell": "ℓ", r"\infty": "∞"}),
    **_values({r"\land": "∧", r"\lor": "∨", r"\frac{1}{2}": "½", r"\frac{1}{3}": "⅓", r"\frac{1}{4}": "¼"}),
    **_values({",": "， 、", ".": "。", "(": "（", ")": "）", "=": "＝", ":": "：", ";": "；", "": "“ ” ‘"}),
}
UNICODE: Final[dict[str, str]] = {
    **_UNICODE,
    **dict.fromkeys("\u200b\ufeff\u2061\u2062\u2009\u202f\xa0", ""),
    **{chr(0x2460 + n): f"({n + 1})" for n in range(20)},  # the numbers of equations in circles
    "\u2003": r"\quad",
    "’": "'",
}
"""Signs that are not ASCII, as TeX; the rest is found by their names and in the table of `pylatexenc`."""
SUPERSCRIPTS: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵗᵏʲˡᵐʰᵈᵇᶜ", "0123456789+-=()niTtkjlmhdbc", strict=True))
SUBSCRIPTS: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", "0123456789+-=()aeoxhklmnpstijruv", strict=True))
COMBINING: Final = {
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0306": "breve",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u030c": "check",
    "\u0332": "underline",
    "\u20d7": "vec",
}
CLOSER: Final = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉", "|": "|", "‖": "‖"}

# -- environments and arguments -------------------------------------------------------------------------------------

ROW_ENVIRONMENTS: Final = _set(
    """aligned align gathered gather split equation multline multlined eqnarray displaymath math alignat alignedat
    flalign dmath empheq subequations IEEEeqnarray dgroup"""
)
MATRIX_ENVIRONMENTS: Final = _set(
    "pmatrix bmatrix Bmatrix vmatrix Vmatrix matrix smallmatrix array psmallmatrix bsmallmatrix"
)
CASE_ENVIRONMENTS: Final = _set("cases dcases rcases drcases numcases")
ENVIRONMENT_ARGUMENTS: Final = dict.fromkeys(_set("array alignat alignedat subarray empheq numcases IEEEeqnarray"), 1)
ARITY: Final = {"frac": 2, "accent": 1, "style": 1, "sqrt": 1, "brace": 1, "stack": 2, "substack": 1}
"""How many braced arguments a token takes that the expression parser handles itself."""

# -- words ------------------------------------------------------------------------------------------------------------

CONDITIONS: Final = _set("if for where s.t. or")
COMPARING: Final = _set("= ≠ < > ≤ ≥")
"""Relations that can restrict an index."""
CONDITION_WORDS: Final = frozenset(w for w, tag in CONNECTIVES.items() if tag in CONDITIONS - {"or"})
TEXT_WORDS: Final = (
    OTHERWISE | CONNECTIVES.keys() | _set("is are in of the to from by at on not we note but only there")
)
"""Single words that stay words inside `\\text`; any other single word there is an identifier."""
