"""What happens to people, their roles and what they set for themselves."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel import dates
from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import say, say_as


class RoleGranted(Event):
    """A person was given a role."""

    kind: ClassVar[str] = "role.granted"

    person_id: UUID
    person_name: str
    role: str
    reason: str
    until: AwareDatetime | None
    until_before: AwareDatetime | None = None
    """When it would have ended; the role was held before and lasts longer now."""
    access_id: UUID | None = None
    """The request for which it was given."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"person": self.person_name, "role": self.role, "reason": self.reason}
        if self.until and self.until_before:
            return say(
                "{person} is now {role} until {moment} (longer than before): {reason}",
                **known,
                moment=dates.told(self.until),
            )
        if self.until:
            return say("{person} is now {role} until {moment}: {reason}", **known, moment=dates.told(self.until))
        if self.until_before:
            return say("{person} is now {role} (longer than before): {reason}", **known)
        return say("{person} is now {role}: {reason}", **known)


class RoleRevoked(Event):
    """A role was taken from a person, or given up."""

    kind: ClassVar[str] = "role.revoked"

    person_id: UUID
    person_name: str
    role: str
    reason: str
    given_up: bool = False

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"person": self.person_name, "role": self.role, "reason": self.reason}
        if self.given_up:
            return say("{person} gave up the role {role}: {reason}", **known)
        return say("{person} is no longer {role}: {reason}", **known)


class RoleEndsSoon(Event):
    """A role that was given for a time is about to end."""

    kind: ClassVar[str] = "role.ends_soon"

    person_id: UUID
    person_name: str
    role: str
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{person} is {role} until {moment}, and no longer unless it is granted anew",
            person=self.person_name,
            role=self.role,
            moment=dates.told(self.until),
        )


class RoleEnded(Event):
    """The time for which a role was given is over."""

    kind: ClassVar[str] = "role.ended"

    person_id: UUID
    person_name: str
    role: str
    reason: str
    """For which it had been granted."""
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{person} is no longer {role}: the time was over at {moment}",
            person=self.person_name,
            role=self.role,
            moment=dates.told(self.until),
        )


class AccountsJoined(Event):
    """Several accounts are one human's from now on, who is the second person to none of them."""

    kind: ClassVar[str] = "accounts.joined"

    person_id: UUID
    person_name: str
    others: tuple[str, ...]
    """Names of the other accounts."""
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{person} and {others} are one person from now on: {reason}",
            person=self.person_name,
            others=", ".join(self.others),
            reason=self.reason,
        )


class AccountsParted(Event):
    """An account is nobody else's from now on."""

    kind: ClassVar[str] = "accounts.parted"

    person_id: UUID
    person_name: str
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{person} is a person apart from now on: {reason}", person=self.person_name, reason=self.reason)


class SettingChanged(Event):
    """A person, or whoever manages people, changed a setting of that person."""

    kind: ClassVar[str] = "setting.changed"

    person_id: UUID
    person_name: str
    setting: str
    before: str
    """An address is masked; empty: as usual."""
    after: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        usual = say_as("value of a setting", "as usual")
        return say(
            "{setting} of {person}: {before} → {after}",
            setting=say(self.setting),
            person=self.person_name,
            before=self.before or usual,
            after=self.after or usual,
        )


class AddressCodeAsked(Event):
    """A code is to be mailed to the address that a person, or whoever manages people, gave for the digest."""

    kind: ClassVar[str] = "address.code_asked"

    person_id: UUID
    person_name: str
    code_id: UUID
    address: str
    """Masked."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "A code is mailed to {address}, the digest address of {person}; nothing else is mailed there until it is"
            " typed in",
            address=self.address,
            person=self.person_name,
        )


class AddressConfirmed(Event):
    """The code that was mailed to an address was typed in."""

    kind: ClassVar[str] = "address.confirmed"

    person_id: UUID
    person_name: str
    address: str
    """Masked."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The digest address of {person} is confirmed: {address}", person=self.person_name, address=self.address
        )


NOTICES: Notices = {
    RoleGranted: (job("tell_person"),),  # the channel was told of the request, if there was one
    RoleRevoked: (job("tell_person"), job("redraw_home")),
    RoleEndsSoon: (operators(), job("tell_person")),
    RoleEnded: (operators(), job("tell_person"), job("redraw_home")),
    AccountsJoined: SILENT,  # the audit log has it
    AccountsParted: SILENT,
    SettingChanged: SILENT,
    AddressCodeAsked: (job("mail_address_code"), job("tell_person")),
    AddressConfirmed: SILENT,
}
