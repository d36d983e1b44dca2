"""A sheet with data, update after update: the numbers of every quantity."""
