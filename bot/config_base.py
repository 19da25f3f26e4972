"""The base of all tables of config.toml."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Base of all tables: closed, immutable, and strict, so that `live_push = "no"` is an error and not a yes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
