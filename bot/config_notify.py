"""What a merchant can set about being told: how much, when, and whether pictures may go along."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.config_base import Settings
from bot.language import mark

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$")]
# Each level tells what the ones after it tell, and more.
Level = Literal["all", "needs-you", "digest", "off"]


class Notify(Settings):
    """What is told to the addresses in the secret `notify-urls`; without that secret nothing is."""

    level: Level = Field(
        default="all",
        description=mark(
            '"all"; "needs-you": what waits for you, and the digest; "digest": once a day what was done; "off"'
        ),
    )
    digest_at: TimeOfDay = Field(default="01:00", description=mark("when the daily digest is sent, UTC"))
    pictures: bool = Field(
        default=False, description=mark("true: pictures of pages go along, with buyers' data in them")
    )
