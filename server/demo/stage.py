"""Where the desk's stories play: the company's teams, people and items, and who acts."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from server.foundation.events import Reactions, drain
from server.foundation.permissions import Actor, system_actor


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known while stories are written. ``items`` maps "lt", "app", "acc" … to ids."""

    organisation_id: int
    teams: Mapping[str, int]
    members: Mapping[int, Sequence[int]]
    people: Sequence[int]
    items: Mapping[str, Sequence[int]]
    now: datetime
    chance: random.Random
    reactions: Reactions

    def settle(self, session: Session) -> None:
        """Let what was just done leave its line at once, so that lines stand in their order."""
        session.flush()
        drain(session, self.reactions)

    def member_of(self, group_id: int, number: int = 0) -> Actor:
        """Return a member of a team as an actor who may do what the desk asks of them."""
        members = self.members[group_id]
        return replace(
            system_actor("demo"),
            kind="person",
            person_id=members[number % len(members)],
            group_ids=frozenset({group_id}),
            organisation_id=self.organisation_id,
        )
