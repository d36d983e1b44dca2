"""Which name a printed number belongs to: told in words, given entry by entry, as a start or as a slope."""
