"""What is put together from parts: numbers, sums, powers, brackets, lists, matrices, big operators, conditions."""
