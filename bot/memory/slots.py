"""What may be known of a person: the slots of facts, and of which only one holds at a time. Pure."""

NAME, CALLED, HOME, ORIGIN, JOB, STUDY = "name", "called", "home", "origin", "job", "study"
BIRTHDAY, FAMILY, PET, TASTE, FAVOURITE = "birthday", "family", "pet", "taste", "favourite"
HOBBY, PLAN, PROMISE, NOTE = "hobby", "plan", "promise", "note"

SLOTS = (
    NAME, CALLED, HOME, ORIGIN, JOB, STUDY, BIRTHDAY, FAMILY, PET, TASTE, FAVOURITE, HOBBY, PLAN,
    PROMISE, NOTE,
)  # fmt: skip
ALONE = frozenset([NAME, CALLED, HOME, ORIGIN, JOB, STUDY, BIRTHDAY, TASTE, FAVOURITE])
"""Of each subject: there is one taste in olives, and one favourite tea."""
LIKES, DISLIKES = "likes", "dislikes"

_RELATIONS = """
    mother mom mum mama father dad wife husband partner girlfriend boyfriend fiance fiancee
    mutter vater frau mann partnerin verlobte verlobter
    madre padre esposa esposo mujer marido novia novio pareja mae pai namorada namorado
    mere pere femme mari copine copain fiancee compagne compagnon
    母 父 妻 夫 彼女 彼氏
"""
ONE_OF_A_KIND = frozenset(_RELATIONS.split())
"""Relations of which people mean one at a time; a new name closes the one before."""


def is_alone(slot: str, subject: str) -> bool:
    return slot in ALONE or (slot == FAMILY and subject in ONE_OF_A_KIND)
