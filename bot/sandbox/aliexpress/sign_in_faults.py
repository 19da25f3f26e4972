"""What the stand-in AliExpress asks of whoever signs in, and when it signs them out.

| name             | value          | what then happens                                                            |
|------------------|----------------|------------------------------------------------------------------------------|
| signed_out_after | n              | every session ends once n answers were given; a new sign-in holds            |
| sign_in_form     | 2026, 2019,    | name first and then the password; both in one form; the same form in a frame |
|                  | frame          |                                                                              |
| sign_in_check    | true           | a slider lies over the sign-in form, and nothing gets past it                |
| email_code       | true           | a sign-in asks for the code mailed (it is 246810)                            |
| second_factor    | true           | a sign-in asks, on a page of its own, for the code sent to a phone (246810)  |
| terms            | true           | a sign-in asks to accept new terms of use                                    |
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt

SIGN_IN_CODE = "246810"
SignInForm = Literal["2026", "2019", "frame"]


class SignInFaults(BaseModel):
    """What a sign-in meets at present: see the table above."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signed_out_after: NonNegativeInt | None = None
    sign_in_form: SignInForm = "2026"
    sign_in_check: bool = False
    email_code: bool = False
    second_factor: bool = False
    terms: bool = False
