"""Which turns stand on a branch: the parts of the queries that all who read the talk share.

A branch's parts come in the order of the talk, since a younger branch has the higher number and
leaves the older one before its own first turn.
"""

NEVER = 2**62
"""The end of a branch's own part: whatever is said on it is still to come."""

STANDS = """branch_parts AS part CROSS JOIN turns ON turns.session = part.session
    AND turns.branch = part.part AND turns.place <= part.upto"""
"""To be narrowed to one session and one branch. CROSS says to SQLite in which order to look: from the
few parts to their turns, which come sorted then."""

CURRENT = "part.session = ?1 AND part.branch = (SELECT branch FROM sessions WHERE id = ?1)"
"""The branch that a session is on; its id is the first value."""

IN_ORDER = "ORDER BY part.part, turns.place"
BACKWARDS = "ORDER BY part.part DESC, turns.place DESC"

HERE = """EXISTS (SELECT 1 FROM sessions JOIN branch_parts AS one
    ON one.session = sessions.id AND one.branch = sessions.branch
    WHERE sessions.id = turns.session AND one.part = turns.branch AND turns.place <= one.upto)"""
"""Of a row of turns: whether it stands on the branch that its session is on."""
