"""The assignments' checks: what failed, where first, and which mistake it looks like.

Each assignment is a module with a function ``check(answer, question, seed)``,
which its notebook calls. Nothing here needs more than the package itself.
"""
