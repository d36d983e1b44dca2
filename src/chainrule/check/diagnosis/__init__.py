"""What is wrong with a refuted line: the smallest edit of one of its sides that makes it true, or a missing term."""
