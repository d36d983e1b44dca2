"""What a sheet takes for granted by a name, said in a sentence: the likelihood of a law, the steps of a method."""
