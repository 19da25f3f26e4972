"""Text from pages and stores in a form that every database can hold."""


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL refuses; halves of cut-off emoji are replaced."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
