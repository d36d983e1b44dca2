"""Questions answered: derivatives with the steps that lead to them."""
