"""Lines under conditions: what a document imposes, where it holds, and what follows from it at points that solve it."""
