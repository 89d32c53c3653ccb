"""Chat job kinds: the jobs that the operators' chat brings; without it they do nothing."""

from domain.kernel.jobs import JobKind

JOBS = (
    JobKind(
        "tell_operators",
        "Draws the case message in Slack anew and adds a line to its thread.",
        attempts=4,  # one line that cannot be told must not keep the others back; a busy Slack does not count
        lock="chat",
        queue="chat",
    ),
    JobKind(
        "tell_person",
        "Writes to the persons whom something concerns: requests to decide, answers, roles that end.",
        lock="tell_person",  # of two at once one would show what was before
        queue="chat",
    ),
    JobKind(
        "ask_dispute_owner",
        "Asks whoever has a dispute whether the customer is right, and keeps that message current.",
        lock="ask_dispute_owner",  # of two at once one would show what was before
        queue="chat",
    ),
    JobKind(
        "learn_people",
        "Asks Slack for the names, languages and time zones of people.",
        lock="learn_people",
        queueing_lock="learn_people",
        queue="homes",
    ),
    JobKind(
        "publish_home",
        "Draws the App Home that somebody looks at.",
        attempts=6,
        lock="home {slack_id}",  # whoever opens one does not wait for hundreds of others
        queueing_lock="publish_home {slack_id}",
        queue="chat",
    ),
    JobKind(
        "redraw_home",
        "Draws the App Home of somebody who may see less from now on, however long ago it was opened.",
        queue="chat",
    ),
    JobKind(
        "publish_homes",
        "Draws App Homes anew that have changed.",
        attempts=6,
        lock="home",
        queueing_lock="publish_homes",
        queue="homes",  # of hundreds at Slack's pace, which must keep no news waiting
    ),
    JobKind("share_audit", "Sends a part of the audit log to its asker.", queue="chat", given_up="tell_audit_given_up"),
    JobKind("tell_audit_given_up", "Tells whoever asked for a part of the audit log that it cannot be brought."),
    JobKind(
        "redraw_lines",
        "Draws lines in Slack anew whose words about a person were erased.",
        lock="redraw_lines",
        queue="homes",  # hundreds at Slack's pace, which must keep no news waiting
    ),
    JobKind(
        "redraw_case",
        "Draws an invoice's message in Slack anew, without a word.",
        attempts=4,
        lock="chat",
        queue="chat",
    ),
    JobKind(
        "redraw_chat",
        "Draws messages anew whose buttons are for something that is decided by now.",
        attempts=4,
        lock="chat",
        queueing_lock="redraw_chat",
        queue="chat",
    ),
    JobKind(
        "watch_chat",
        "Learns who reads along in the channels of Slack, and makes up for what could not be told.",
        attempts=4,
        lock="chat",
        queueing_lock="watch_chat",
        queue="chat",
    ),
    JobKind("share_document", "Puts a payer's file into the thread of its case in Slack.", attempts=40, queue="chat"),
    JobKind("look_at_file", "Finds out whether a file that was shared in Slack is for an import.", attempts=20),
    JobKind("fetch_dispute_file", "Fetches a file from Slack that came with an objection.", attempts=20),
    JobKind(
        "fetch_import",
        "Fetches a file from Slack that somebody handed in.",
        attempts=20,
        given_up="give_up_import",
    ),
    JobKind("show_import", "Draws the card of a file that was handed in.", attempts=20, queue="chat"),
    JobKind("give_up_import", "Ends an import of which every try has failed, and tells whoever waits for it."),
    JobKind(
        "send_export",
        "Makes a file or a chart that somebody asked for, and sends it.",
        queue="exports",
        given_up="tell_export_given_up",
    ),
    JobKind("tell_export_given_up", "Tells whoever asked for a file that it cannot be made."),
    JobKind("tell_digest", "Writes a digest to its reader in Slack.", attempts=20, queue="exports"),
    JobKind(
        "show_readiness",
        "Draws the board of readiness in Slack anew, and pins it.",
        attempts=4,
        lock="chat",
        queueing_lock="show_readiness",
        queue="chat",
    ),
    JobKind(
        "show_incidents",
        "Draws the messages of incidents in Slack anew, and adds what happened to their threads.",
        attempts=4,
        lock="chat",
        queueing_lock="show_incidents",
        queue="chat",
    ),
    JobKind(
        "show_maintenance",
        "Draws the message about maintenance in Slack anew.",
        attempts=4,
        lock="chat",
        queueing_lock="show_maintenance",
        queue="chat",
    ),
)
"""Part of the jobs table."""

NAMES = tuple(each.name for each in JOBS)
"""Jobs that the operators' chat brings; without it they do nothing."""
