"""SAFETY A3: a reason that somebody writes down for an age may hold no date of birth.

It looks for what dates look like and knows no calendar: too much is refused rather than too little.
"""

from bot.policy.matching import pattern, plain

_DATE = pattern(
    r"\b(?:19|20)\d\d\b",
    r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b",
    r"\b\d{1,2}(?:st|nd|rd|th)?\.? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}\b",
    r"\bborn\b",
)


def names_a_date(text: str) -> bool:
    return _DATE.search(plain(text)) is not None
