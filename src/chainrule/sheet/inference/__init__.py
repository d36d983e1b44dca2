"""What undeclared names are: the readings, what they cost, and the cheapest under which the lines fit."""
