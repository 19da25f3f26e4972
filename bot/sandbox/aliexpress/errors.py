"""What cannot happen on the stand-in AliExpress."""


class WorldError(ValueError):
    """Something that cannot happen to an order, a product or an account; the message names it and where it stands."""


class SiteSaysNoError(Exception):
    """The site answers a data call with a refusal of its own: the code of its `ret` and the text that a page shows."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}::{text}")
        self.code = code
        self.text = text
