"""What a line rests on that its document does not say: functions, dependences, models of data, what is held still.

A line that rests on something is at best assumed, and names it.
"""
