"""The grammar of formulas: tokens laid out, cut into rows, read as trees."""
