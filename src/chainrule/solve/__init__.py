"""A sheet with questions, answered in place: derivations, numbers, and what cannot be answered."""
