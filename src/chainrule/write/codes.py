"""Every reason code, as a named row: what it means, why it matters, and where helpful a wrong and a right line.

`chainrule explain CODE`, `docs/codes.md` and the rules of a SARIF log are printed from this one table. To add a code,
add a row and run `make codes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

GROUPS: dict[str, str] = {
    "refuted": "The line contradicts the definitions of the sheet; numbers show it.",
    "unsupported": "The line was not judged. This is never a statement about whether it is right.",
    "assumed": "The line can be decided only with something that the sheet never says, and is consistent with it.",
    "definition": "The line gives something its meaning; there is nothing to judge.",
    "verified": "The line follows from the definitions of the sheet.",
    "note": "True, and worth saying beside the verdict.",
    "problem": "Something about the document as a whole rather than about one line.",
}


@dataclass(frozen=True, slots=True)
class Code:
    """One reason code of a verdict, a note or a document problem."""

    group: str
    code: str
    meaning: str
    why: str
    wrong: str = ""
    right: str = ""


def _group(group: str, *rows: tuple[str, ...]) -> tuple[Code, ...]:
    return tuple(Code(group, *row) for row in rows)


_REFUTED = _group(
    "refuted",
    (
        "shape",
        "The two sides have different shapes.",
        "No numbers can make a row equal to a column, or a 3x4 matrix equal to a 4x3 one. A shape that does not fit is"
        " most often a product in the wrong order or a transpose too many or too few.",
        r"\partial L/\partial W = x \delta^T  with W of shape m x n and x of length n",
        r"\partial L/\partial W = \delta x^T",
    ),
    (
        "unequal",
        "The two sides have different values.",
        "At the numbers of the counterexample the two sides differ by far more than rounding, and no single small edit"
        " was found that repairs the line.",
        r"\sigma'(z) = \sigma(z)(1 + \sigma(z)^2)",
        r"\sigma'(z) = \sigma(z)(1 - \sigma(z))",
    ),
    (
        "sign",
        "A sign is wrong.",
        "The line holds when one plus and minus are exchanged.",
        r"\partial L/\partial z = y - p",
        r"\partial L/\partial z = p - y",
    ),
    (
        "factor",
        "A factor is missing or too many.",
        "The two sides differ by a constant factor or by one factor of a product, such as the 2 of a square, the 1/N of"
        " a mean, or the inner derivative of the chain rule.",
        r"\frac{d}{dx} \sin(2x) = \cos(2x)",
        r"\frac{d}{dx} \sin(2x) = 2\cos(2x)",
    ),
    (
        "transposed",
        "A transpose or the order of a product is wrong.",
        "The line holds when one matrix is transposed or two factors change places. This code is also used when the"
        " shapes happen to agree, as they do for square matrices.",
        r"\partial L/\partial x = W \delta",
        r"\partial L/\partial x = W^T \delta",
    ),
    (
        "index",
        "An index is wrong.",
        "The line holds when one subscript is exchanged for another, or a sum runs over another index or range.",
        r"\partial p_i/\partial z_j = p_i(\delta_{ij} - p_i)",
        r"\partial p_i/\partial z_j = p_i(\delta_{ij} - p_j)",
    ),
    (
        "missing-term",
        "A term is missing or too many.",
        "The line holds when one term is added or dropped, as when a parameter acts along two paths and only one of"
        " them was differentiated.",
        r"\frac{d}{dx}(x e^x) = e^x",
        r"\frac{d}{dx}(x e^x) = e^x + x e^x",
    ),
    (
        "wrong-digit",
        "A printed number is not what the formulas give.",
        "A printed number is right when the exact value rounds to its digits. This one does not, and the value that"
        " does is given.",
        r"h_1 = \sigma(0.3775) = 0.593369992",
        r"h_1 = \sigma(0.3775) = 0.593269992",
    ),
    (
        "wrong-function",
        "A function stands where another one is needed.",
        "The line holds when one function is exchanged for another, for example sin for cos, or log for log base 2.",
        r"\frac{d}{dx}\cosh x = -\sinh x",
        r"\frac{d}{dx}\cosh x = \sinh x",
    ),
)

_UNSUPPORTED = _group(
    "unsupported",
    (
        "unread",
        "This piece of mathematics could not be read.",
        "The smallest region that the grammar does not know is marked. Everything that does not depend on it is judged"
        " as usual.",
    ),
    (
        "unbalanced",
        "A brace, bracket or environment is not closed, or closed twice.",
        "Where a group ends decides what a line says; that is never guessed.",
        r"\frac{\partial L}{\partial w = x",
        r"\frac{\partial L}{\partial w} = x",
    ),
    (
        "unknown-macro",
        "A control word is neither standard nor defined in the document.",
        "Define it in the document with \\newcommand, or write it out.",
        r"\grad L = x",
        r"\newcommand{\grad}{\nabla}  \grad L = x",
    ),
    (
        "unknown-environment",
        "The environment is not one that holds mathematics known here.",
        "Diagrams and tables are not relations; matrices, cases and alignments are read.",
    ),
    (
        "too-deep",
        "Groups are nested more deeply than the limit.",
        "Depth is bounded so that any input gets an answer. Give inner parts a name.",
    ),
    (
        "too-large",
        "The expression, a power or an index range is larger than the limit.",
        "Sizes are bounded before anything is computed, so that any input gets an answer.",
        r"x^{10^{10^{10}}}",
    ),
    (
        "untyped",
        "No reading of the line fits the shapes and names of the sheet.",
        "Every way to read the line was tried, and each one adds or multiplies things that do not fit. Declare the"
        " shapes, for example in a sentence, or look for a missing transpose.",
        r"z = W x + b  where W, x and b have no shapes and are used as numbers elsewhere",
        r"Let $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$ and $b \in \mathbb{R}^m$.",
    ),
    (
        "ambiguous",
        "Two readings fit and their verdicts differ.",
        "Nothing in the sheet says which one is meant, and a reading is never chosen because it makes a line true. Both"
        " readings are shown; brackets or a declaration settle it.",
        r"\sin a b",
        r"\sin(a b)",
    ),
    (
        "uncorroborated",
        "The sides differ as they were read, and nothing bears that reading out.",
        "Authors slip by small edits. Where no small edit makes a line true, it may have been misread, and it is called"
        " wrong only if every name in it is told before it, if it is elementary algebra, or if its chain comes back to"
        " what it started from.",
        r"\frac{d}{dx} x^2 = \tanh(x)^7 - 12",
        r"\frac{d}{dx} x^2 = 2 x",
    ),
    (
        "no-valid-points",
        "No numbers were found at which both sides have a value.",
        "A comparison needs points in the domain of both sides; infinity and 0/0 are never evidence.",
        r"\log(-x^2) = \log(-x) + \log(x)",
    ),
    (
        "undecided",
        "The evidence does not settle the line.",
        "The sides agree too well to refute and not well enough to verify, for example because of cancellation.",
    ),
    (
        "deadline",
        "The time allowed for the document ran out.",
        "Lines that were not reached are left unjudged. Give more time with --deadline.",
    ),
    (
        "operator",
        "An operator is used that is not supported.",
        "The sign was read, its meaning here is not known, and it is not guessed.",
        r"a \bowtie b = c",
    ),
    (
        "relation",
        "The relation sign is not one that can be decided.",
        "Equations, definitions, inequalities, memberships and updates are judged; implications between sentences are"
        " not.",
    ),
    (
        "poisoned",
        "The line rests on something that could not be read.",
        "It uses a name whose definition is itself unsupported. Mend that definition and this line is judged too.",
    ),
    (
        "cyclic",
        "A definition depends on itself.",
        "Following the definitions leads back to where they began, so none of the names on the way has a meaning.",
        r"a = b + 1, \quad b = a - 2",
    ),
    (
        "index-scope",
        "An index is used outside the sum that binds it, or is bound twice.",
        "Its range is not known there.",
        r"\sum_i x_i + y_i",
        r"\sum_i (x_i + y_i)",
    ),
)

_ASSUMED = _group(
    "assumed",
    (
        "undefined-symbol",
        "A symbol is used that the sheet never defines.",
        "The line is consistent if the symbol means what the line says of it; later lines are judged with that.",
    ),
    (
        "implicit-definition",
        "The line is the first that can define its left side.",
        "It is taken as the definition and used from here on.",
        r"\frac{\partial L}{\partial z} = \delta  with no L before",
    ),
    (
        "read-off",
        "Numbers are put in for names that the sheet gives no other number, and nothing confirms them.",
        "A printed result that follows from the numbers, or a second line with the same ones, would confirm them.",
        r"z = w x + b  and then only  z = 0.5 \cdot 2 + 0.1",
        r"z = w x + b = 0.5 \cdot 2 + 0.1 = 1.1",
    ),
    (
        "condition",
        "The line holds under a condition that the sheet does not state.",
        "The condition is named; with it the line is right.",
        r"\sqrt{x^2} = x",
        r"\sqrt{x^2} = x \quad \text{for } x \ge 0",
    ),
    (
        "constant",
        "A line of differentials holds if some names are held fixed, which the sheet does not say.",
        "Say that they are constant, or write their differentials too.",
        r"d(X W) = X\, dW",
        r"d(X W) = dX\, W + X\, dW",
    ),
    (
        "convention",
        "The line is right under another convention than its definition.",
        "The words before it speak of a mean, a sum, a log-likelihood or a factor that is left out; without such words"
        " a missing sign or factor is a mistake.",
    ),
)

_DEFINITION = _group(
    "definition",
    ("definition", "Gives a name its meaning.", "Later lines are judged against it."),
    (
        "redefinition",
        "Gives a name a new meaning.",
        "The text opens a new scope or says so; lines after it are judged against the new meaning.",
    ),
    ("declaration", "Says what kind of thing a name is.", "Shapes and domains are read from it."),
    (
        "condition",
        "Imposes a condition: something is set to zero, or to a number.",
        "It is no claim. What follows is judged where it holds: a line that follows from it is verified, one that"
        " contradicts it is refuted.",
    ),
    ("range", "Says which values an index takes.", "Sums and free indices run over it."),
    ("update", "Says how a quantity changes from one step to the next.", "Primed names refer to the value after it."),
)

_VERIFIED = _group(
    "verified",
    ("proved", "Both sides have the same canonical form.", "Exact: the rewriting steps hold for all values and sizes."),
    (
        "sampled",
        "Both sides agree at all sampled points.",
        "Sizes are pairwise different so that a transpose shows, and every case of a condition is met. A wrong line"
        " passes only when it agrees at every one of the points.",
    ),
    ("digits", "The printed numbers are what the formulas give.", "Every number rounds to the digits printed."),
    ("restated", "The line repeats one that is already there.", "It adds nothing and is not counted as new evidence."),
)

_NOTES = _group(
    "note",
    (
        "past-unread",
        "Compared with an earlier side of its chain.",
        "The side right before it could not be read, so the line is held against the nearest one that could.",
    ),
    (
        "told-in-words",
        "Rests on a loss or a mean that only words tell.",
        "The sheet names it, as a cross-entropy, and gives no formula. The standard one is taken, as lines hold by it"
        " that do not hold without it; the note shows it.",
        "with the cross-entropy loss $L$ and $p = \\operatorname{softmax}(z)$: \\partial L/\\partial z = p - y",
    ),
    (
        "rounding",
        "A number is right when values rounded on the way are allowed for.",
        "The author went on with printed digits, or put rounded numbers into a formula, as one does on a calculator.",
    ),
    (
        "at-numbers",
        "The line is right at the numbers that the sheet gives, and not at all others.",
        "It may use what is special about them, a given 0 or an orthogonal matrix; as a general formula it is wrong.",
        r"x = 2, \quad x^2 = 2 x",
    ),
    (
        "truncated",
        "The digits of a number are cut off where they should be rounded.",
        "Every printed digit is one of the exact value; the last one would be larger by one if it were rounded.",
    ),
    (
        "order",
        "The matrices of a product over steps stand in the other order.",
        "The order is not written; state whether the first or the last step stands on the left.",
    ),
    (
        "layout",
        "A gradient is written in the transposed layout.",
        "Right in the other convention; mixing the two in one sheet leads to wrong products.",
    ),
    (
        "by-itself",
        "A rule of a list is read without the shapes that other lines give its letters.",
        "Every rule has letters of its own: a matrix that is m x n in one may have to be square in the next.",
        r"A \in R^{m \times n}, \quad \nabla_x x^T A x = (A + A^T) x",
    ),
    (
        "any-number",
        "The letter that a function is defined with is read as any number.",
        "Another letter for the argument of the function keeps it apart from a vector or a matrix of that name.",
        r"\sigma'(x) = \sigma(x) (1 - \sigma(x)), \quad x_i \in R^d",
    ),
    (
        "logarithm",
        "The logarithms of a line are to another base than those of the sheet.",
        "Right as the note says; write the base wherever it is not the same throughout.",
        r"H = -\sum_k p_k \log_2 p_k, \quad \frac{\partial H}{\partial p_k} = -\log p_k - 1",
    ),
    (
        "constant",
        "A line of differentials is read with some names held fixed.",
        "The sheet says that they are constant, or their letters are those of constants; no differential of them is"
        " written.",
        r"d(A X B) = A\, dX\, B",
    ),
    (
        "extreme",
        "Two different functions have their extremes in the same place.",
        "They rise and fall together: one is the other plus a constant, times a positive factor, or its logarithm.",
    ),
    (
        "entrywise",
        "A derivative of a vector by a vector is written entry by entry.",
        "Each entry depends on its own argument alone; the matrix of the derivative has these entries on its diagonal.",
    ),
    (
        "identity",
        "The derivative of a product by one factor is written as the other factor.",
        "The derivative has more axes than the factor; it is the factor times an identity, which people leave out.",
    ),
    (
        "one-entry",
        "The sheet declares vectors, and the line is about one entry of each.",
        "A definition or the words contradict the declaration; read for one entry, more lines of the sheet hold.",
    ),
    (
        "other-sizes",
        "The sheet declares a matrix with sizes that its lines do not fit.",
        "Read with the sizes that the lines need, more of them hold, and none is lost.",
    ),
    (
        "condition",
        "Holds where a condition of the sheet holds.",
        "The line is not true for all values; the note names the lines that impose the condition.",
    ),
    (
        "likelihood",
        "Gives a name its meaning, and is the likelihood or its logarithm, as the words before it say.",
        "The note names the line with the likelihood or the density that it follows from.",
        r"\text{The log-likelihood is } \ell(\lambda) = n \log\lambda - \lambda \sum_{i=1}^n x_i",
    ),
    (
        "named-alike",
        "Gives a name its meaning, and is the derivative that its like stands for.",
        "The note names the line that says of a name with other labels which derivative it is.",
        r"\delta_2 = \frac{\partial L}{\partial z_2} \text{, and } \delta_1 = W_2^\top \delta_2 \odot \sigma'(z_1)",
    ),
    (
        "held-fixed",
        "Holds with what the E-step computed taken as numbers.",
        "The formula of the responsibilities has the parameters in it; the M-step differentiates with them held fixed.",
        r"\frac{\partial Q}{\partial \pi_k} = \frac{1}{\pi_k} \sum_n r_{nk}",
    ),
    (
        "unbalanced",
        "A parenthesis is missing, and there is only one way to read the line.",
        "It is read as closed at the end of its side, where every other place would give the same value.",
    ),
)

_PROBLEMS = _group(
    "problem",
    ("missing-file", "There is no file of this name.", "Check the spelling and the folder the command runs in."),
    ("missing-folder", "There is no folder of this name.", "Check the spelling and the folder the command runs in."),
    ("unreadable-file", "The file could not be opened.", "The message says why; most often permissions are missing."),
    ("is-a-folder", "A folder stands where a file is needed.", "A folder may be checked, but not used as context."),
    ("binary-file", "The file is not text.", "Sheets are Markdown, LaTeX, notebooks or plain text."),
    ("not-utf8", "The file is not UTF-8 text.", "Save it as UTF-8; other encodings are not guessed."),
    ("too-large", "The file is larger than the limit.", "Split it into several sheets."),
    ("invalid-notebook", "The file is not a Jupyter notebook that can be read.", "Open and save it in Jupyter."),
    ("empty-document", "There is no mathematics in the document.", "Nothing was checked."),
    (
        "unclosed-math",
        "A formula is opened and never closed.",
        "The text after it is read as prose, so that later formulas are still found.",
        "$x = 1 and so on",
        "$x = 1$ and so on",
    ),
    (
        "lost-macro",
        "A control word that the document does not define is read as the command it abbreviates.",
        "The message says as which. Define it with \\newcommand if something else is meant.",
    ),
    ("input-refused", "The document was refused.", "The message says which limit it breaks."),
    ("invalid-front-matter", "The front matter of the document could not be read.", "It was skipped."),
    (
        "no-sheets",
        "The folder holds no sheets.",
        "Sheets end in .md, .tex, .ipynb, .txt or one of a few related suffixes.",
    ),
    ("missing-context", "A context document could not be read.", "The sheet was checked without it."),
    (
        "internal-error",
        "The checker itself failed on this document.",
        "This is a defect of chainrule; please report it.",
    ),
)

CODES: tuple[Code, ...] = (*_REFUTED, *_UNSUPPORTED, *_ASSUMED, *_DEFINITION, *_VERIFIED, *_NOTES, *_PROBLEMS)


def find(code: str, group: str | None = None) -> tuple[Code, ...]:
    """The rows of a code; one code may stand in two groups, such as `too-large`."""
    return tuple(row for row in CODES if row.code == code and group in (None, row.group))


def similar(code: str) -> list[str]:
    """The codes that a misspelt one may have meant."""
    return get_close_matches(code, sorted({row.code for row in CODES}), n=3)


def explain(row: Code) -> str:
    """One row in plain words, for the terminal."""
    lines = [f"{row.code} ({row.group})", f"  {row.meaning}", f"  {row.why}"]
    lines += [f"  wrong:  {row.wrong}"] if row.wrong else []
    lines += [f"  right:  {row.right}"] if row.right else []
    return "\n".join(lines)


def listing() -> str:
    """All codes, one to a line."""
    width = max(len(row.code) for row in CODES)
    return "".join(f"{row.group:<12} {row.code:<{width}}  {row.meaning}\n" for row in CODES)


def page() -> str:
    """`docs/codes.md`: all rows, by group."""
    head = "# Reason codes\n\nPrinted by `make codes`. The same on the command line: `chainrule explain CODE`.\n"
    return head + "".join(_section(group, sentence) for group, sentence in GROUPS.items())


def _section(group: str, sentence: str) -> str:
    return f"\n## {group}\n\n{sentence}\n" + "".join(_entry(row) for row in CODES if row.group == group)


def _entry(row: Code) -> str:
    examples = "".join(f"- {word}: `{line}`\n" for word, line in (("wrong", row.wrong), ("right", row.right)) if line)
    return f"\n### {row.code}\n\n{row.meaning} {row.why}\n" + (f"\n{examples}" if examples else "")


if __name__ == "__main__":
    print(page(), end="")
