"""How networks are written: layers told by letters, quantities named after others, steps and sums left out."""
