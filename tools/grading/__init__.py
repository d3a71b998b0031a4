"""Grading: a judge keeps the checks, and calls students' functions in a process that holds none of them.

`inside` runs in the isolation and imports nothing of the others but `values`; `judge` and the rest run outside.
"""
