"""Cron dangers: what stands still while a cron is paused, for those where it matters, and which never pause."""

from collections.abc import Mapping

from domain.kernel.speech import phrase

NEVER: Mapping[str, str] = {
    "watch-operations": phrase("It ends the pauses and the maintenance themselves; nothing would end by itself."),
    "end-roles": phrase("Rights that were lent for a time would not end, and nobody would notice."),
    "watch-incidents": phrase("Nobody would be told that something is wrong, and mail held for it would stay held."),
    "watch-chat": phrase("What could not be told in Slack is made up for within a day; after that it would be lost."),
}
"""Crons that cannot be paused, since something would be lost or wrong for good, and why."""

WARNINGS: Mapping[str, str] = {
    "release-waiting": phrase("No mail whose wait is over leaves, approved ones and receipts included."),
    "plan-reminders": phrase("No reminder is planned; those that fall due are caught up later."),
    "judge-health": phrase("Breakers do not trip: a provider that blocks us gets our mail all the same."),
    "judge-commitments": phrase("Broken promises are not noticed, and what they pause stays paused."),
    "watch-disputes": phrase("Nobody is told of disputes whose answer is due or late."),
    "end-suppressions": phrase("Addresses stay suppressed beyond their time."),
    "check-checkouts": phrase("Payments whose webhook got lost are not booked."),
    "compare-movements": phrase("Money that moved at Stripe without us knowing is not found."),
    "apply-cash": phrase("Payments on bank lines are not posted, and those who paid may be reminded."),
    "audit-balances": phrase("A balance that is wrong is not noticed that night."),
    "refresh-queue": phrase("The queue shows what was so before."),
    "judge-readiness": phrase("Autopilot is neither held nor let go: the board shows what was so before."),
}
"""What else is said to whoever pauses it."""
