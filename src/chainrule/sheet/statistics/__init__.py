"""Data and where they come from: models with noise, distributions, sample means, densities by their arguments."""
