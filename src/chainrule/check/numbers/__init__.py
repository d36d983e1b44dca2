"""Printed numbers: values to the digits printed, rounding on the way, and inputs recovered from what is printed."""
