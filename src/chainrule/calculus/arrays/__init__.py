"""Matrix notation: expressions over whole arrays, as textbooks and NumPy write them."""
