"""Named points between two steps of a job, where a crash must lose and double nothing.

`reached` does nothing. The crash tests replace it, in the process under test, by one that kills the process.
"""


def reached(name: str) -> None:
    """Say that the step before `name` is done and the one after it not begun."""
