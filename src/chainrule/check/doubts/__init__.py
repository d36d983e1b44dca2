"""Why a certified difference may be no mistake: customs, mixed conventions, names with two meanings, what is unsaid.

A doubt holds a refutation back; it never verifies a line by itself, unless custom allows the reading.
"""
