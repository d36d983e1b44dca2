"""The places where derivatives are zero: solved, tried with numbers, written."""
