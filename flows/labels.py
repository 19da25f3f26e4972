"""Rows that a page draws as a label and a value: "Order ID: 8211…" or "Paid on Jul 15, 2026"."""

from collections.abc import Iterable, Mapping, Sequence


def after_label(rows: Iterable[str], labels: Sequence[str]) -> str | None:
    """The value of the first row that starts with one of the labels; None where no row does."""
    for row in rows:
        for label in sorted(labels, key=len, reverse=True):
            if row.casefold().startswith(label.casefold()):
                return row[len(label) :].lstrip(" :：").strip()
    return None


def strip_copy(row: str, labels: Mapping[str, Sequence[str]]) -> str:
    """A row without the "Copy" button that stands glued to its end."""
    for word in labels["copy"]:
        row = row.removesuffix(word).strip()
    return row
