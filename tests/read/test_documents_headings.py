"""Titles, their numbers and parts; and prose that only looks like a title."""

from __future__ import annotations

import pytest

from chainrule.read.document import Heading, Words
from chainrule.read.headings import Label, label
from chainrule.read.load import from_text


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("1.1", Label("1.1")),
        ("Exercise 2", Label("2")),
        ("Exercise 1.1. Log-Likelihood", Label("1.1")),
        ("2.c", Label("2", "c")),
        ("2c) Softmax", Label("2", "c")),
        ("1.1 a)", Label("1.1", "a")),
        ("Problem 3 (a)", Label("3", "a")),
        ("Aufgabe 3", Label("3")),
        ("Solution to Question 4", Label("4")),
        ("Q2", Label("2")),
        ("(2) The affine layer", Label("2")),
        ("(ii)", Label("", "ii")),
        ("1 - Backprop", Label("1", section=True)),
        ("2. Training the network", Label("2", section=True)),
        ("Assignment 1", Label()),
        ("2D convolution", Label()),
        ("Derivatives", Label()),
        ("", Label()),
    ],
)
def test_label_of_a_title(title: str, expected: Label) -> None:
    assert label(title) == expected


def headings(text: str) -> list[tuple[str, str]]:
    return [(one.number, one.part) for one in from_text(text, kind="markdown").pieces if isinstance(one, Heading)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Exercise 1", ("1", "")),
        ("Exercise 1.1. Log-Likelihood", ("1.1", "")),
        ("Exercise 2: Backpropagation", ("2", "")),
        ("Problem 3 (a)", ("3", "a")),
        ("Question 2.", ("2", "")),
        ("Task 4:", ("4", "")),
        ("Aufgabe 3", ("3", "")),
        ("1.2 (a).", ("1.2", "a")),
        ("1.1 Log-Likelihood", ("1.1", "")),
        ("(ii)", ("", "ii")),
        ("(c)", ("", "c")),
        ("c)", ("", "c")),
        ("**(b)**", ("", "b")),
        ("**a)**", ("", "a")),
        ("**Exercise 2**", ("2", "")),
        ("# 2.c", ("2", "c")),
        ("Exercise 5\n==========", ("5", "")),
        ("1.3\n---", ("1.3", "")),
        ("* (a)", ("", "a")),
    ],
)
def test_line_is_a_heading(line: str, expected: tuple[str, str]) -> None:
    assert headings(f"{line}\n\nText $x$.") == [expected]
    assert headings(f"Before.\n\n{line}\n\nText $x$.") == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "1. Compute the mean: $m$",
        "1.**Forget**: drops",
        "(1) the next unit",
        "2.5 times the loss",
        "0.25",
        "12.5% of them",
        "Exercise 3 asks for the gradient of the loss.",
        "Part of the loss",
        "(see below) it holds",
        "(a) and (b) follow",
        "(a) = 3",
        "a gradient",
        "Problem with this: it is slow",
        "Let $x = 1$",
    ],
)
def test_prose_is_no_heading(line: str) -> None:
    assert headings(f"{line}\n\nText $x$.") == []


@pytest.mark.parametrize(
    ("line", "number", "part", "rest"),
    [
        ("(a) The pass is given", "", "a", "The pass is given"),
        ("**(b)** we know this", "", "b", "we know this"),
        ("1.2 (c) With the weights", "1.2", "c", "With the weights"),
        ("Exercise 2. Compute the gradient.", "2", "", "Compute the gradient."),
        ("**Problem 4.** Show that", "4", "", "Show that"),
    ],
)
def test_marker_and_then_words(line: str, number: str, part: str, rest: str) -> None:
    pieces = from_text(line, kind="markdown").pieces
    assert isinstance(pieces[0], Heading)
    assert (pieces[0].number, pieces[0].part) == (number, part)
    assert [piece.text for piece in pieces if isinstance(piece, Words)] == [rest]


def test_bold_part_within_a_paragraph_is_a_heading_but_a_bare_one_is_not() -> None:
    assert headings("$$\na\n$$\n**(e)**\n$$\nb\n$$") == [("", "e")]
    assert headings("some text goes\n(a) on\nhere") == []


def test_levels_nest() -> None:
    text = "# Sheet\n\nExercise 1\n\nExercise 1.1. Name\n\n1.1 (a).\n\n* (b) text"
    levels = [piece.level for piece in from_text(text).pieces if isinstance(piece, Heading)]
    assert levels == sorted(levels)
    assert len(set(levels)) == 5
