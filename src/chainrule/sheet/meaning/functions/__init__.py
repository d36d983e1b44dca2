"""Functions on their arguments: of the table, of whole vectors, by the name of a density or loss, or undefined."""
