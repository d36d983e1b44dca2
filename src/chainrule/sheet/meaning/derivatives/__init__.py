"""Derivatives as values: by names and by expressions, along directions, of whole functions, and at a point."""
