"""SAFETY P4: addresses and numbers that lead to a person or to money, out of what is remembered. Pure.

The transcript keeps what was said; what is made from it does not carry these further.
"""

import re

_MASKED = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "(an e-mail address)"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "(an account)"),
    # Nine digits however they are parted, which no date has, or seven in a row.
    (re.compile(r"\+?\(?\d(?:[ ()./-]{0,2}\d){8,}|\d{7,}"), "(a number)"),
)


def mask(text: str) -> str:
    for found, instead in _MASKED:
        text = found.sub(instead, text)
    return text
