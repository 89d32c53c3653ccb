"""Which flow drives which line of the specification that operators meet in Slack, by the part's number.

Each test here sends requests as Slack does, signed and over HTTP, and looks at what Slack's stand-in shows, at the
ledger and at the mail boxes. The lines are in our own words; a line whose test is gone fails.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

LINES: Mapping[tuple[int, str], tuple[str, ...]] = {
    (3, "a shared file is asked about, previewed, applied once; its rejects come back as a file"): (
        "flows/test_files_in_slack.py::test_a_shared_ledger_is_asked_about_previewed_imported_and_its_faults_handed_back",
    ),
    (3, "the import form; a cancelled preview changes nothing; who may not import is told"): (
        "flows/test_files_in_slack.py::test_the_form_takes_a_bank_statement_for_whoever_may_import",
        "flows/test_files_in_slack.py::test_a_card_in_the_channel_stands_in_the_thread_of_its_file",
        "flows/test_files_in_slack.py::test_whoever_may_not_import_is_told_and_no_file_is_fetched",
    ),
    (4, "the board is pinned, kept current, and tells a check that changes"): (
        "flows/test_readiness.py::test_the_board_stands_in_the_channel_pinned_and_is_kept_current",
        "flows/test_operations_in_slack.py::test_crons_readiness_digest_and_reports_answer",
    ),
    (4, "a test dispute goes through the pages to the channel"): (
        "flows/test_readiness.py::test_a_test_dispute_goes_through_the_pages_to_the_channel_and_leaves_nothing_behind",
    ),
    (4, "customers without contact are listed; one check is overridden by two people"): (
        "flows/test_operations_in_slack.py::test_crons_readiness_digest_and_reports_answer",
        "bot/test_readiness.py::test_two_controllers_override_a_check_with_a_form_and_a_click",
    ),
    (5, "the next best case, why, what came of it, the next one; two people never work one"): (
        "flows/test_sessions.py::test_a_session_leads_from_a_call_to_the_next_case_and_a_promise",
        "flows/test_sessions.py::test_two_people_never_work_one_customer",
    ),
    (5, "broken promises and bounced contacts come first; contact trouble is a task"): (
        "flows/test_money_in_slack.py::test_money_of_the_bank_is_posted_proposed_split_and_given_up",
        "flows/test_mails_in_slack.py::test_what_comes_back_is_shown_decided_and_undone",
    ),
    (5, "a task is handed over and ended"): (
        "flows/test_sessions.py::test_a_case_is_handed_to_somebody_who_is_called_in_its_thread",
    ),
    (6, "preview, veto, hold, nudge; a policy is proposed by one and published by another; shadow mode waits"): (
        "flows/test_outreach_in_slack.py::test_what_will_leave_is_seen_struck_out_held_and_its_policy_changed_by_two",
    ),
    (6, "a draft of high value is approved, called back within the minute, and leaves"): (
        "flows/test_operators.py::test_a_draft_is_approved_called_back_and_approved_again_before_it_leaves",
        "flows/test_operators.py::test_a_viewer_sees_the_draft_and_cannot_let_it_leave",
    ),
    (6, "a stale draft is refused with what changed; nobody approves what that one edited"): (
        "bot/test_work_buttons.py::test_a_draft_that_changed_since_it_was_shown_is_not_approved_but_shown_anew",
        "bot/test_work_buttons.py::test_an_edited_draft_is_shown_with_its_words_and_approved_by_somebody_else",
    ),
    (7, "bounce, complaint, unsubscribe, somebody who left, a reply: shown, confirmed, answered, lifted"): (
        "flows/test_mails_in_slack.py::test_what_comes_back_is_shown_decided_and_undone",
    ),
    (7, "a bounce suppresses and nothing more is sent"): (
        "flows/test_main_job.py::test_a_bounce_of_the_reminder_suppresses_the_address_and_nothing_more_is_sent",
    ),
    (8, "a new link kills the old one at once; who may only look makes none"): (
        "flows/test_main_job.py::test_a_regenerated_link_kills_the_old_one_its_session_and_its_checkout_at_once",
        "flows/test_main_job.py::test_who_may_only_look_cannot_regenerate_a_link",
        "flows/test_sessions.py::test_an_invoice_is_looked_up_in_a_form_and_gets_a_new_link",
    ),
    (8, "a pasted pay link is neither opened nor shown"): (
        "flows/test_pasted_links.py::test_a_pasted_pay_link_is_warned_of_and_shown_to_one_person_only",
    ),
    (8, "objections with their files, questions, plans and promises of payers arrive and are answered"): (
        "flows/test_payers_acts.py::test_an_objection_with_a_file_arrives_in_slack_byte_for_byte",
        "flows/test_payers_acts.py::test_a_question_is_answered_from_slack_by_mail_and_on_the_page",
        "flows/test_payers_acts.py::test_a_plan_and_a_promise_arrive_in_slack_with_what_to_press",
    ),
    (9, "paid, declined, a bank debit on its way, refunded: each is told"): (
        "flows/test_main_job.py::test_an_invoice_is_reminded_paid_settled_and_receipted_and_operators_see_each_step",
        "flows/test_main_job.py::test_a_decline_is_told_and_the_payer_may_try_again",
        "flows/test_main_job.py::test_a_bank_debit_takes_days_and_reminders_wait_meanwhile",
        "flows/test_main_job.py::test_a_refund_opens_the_invoice_again",
    ),
    (9, "bank lines: posted, proposed with alternatives, a short payment promised, the rest kept and found"): (
        "flows/test_money_in_slack.py::test_money_of_the_bank_is_posted_proposed_split_and_given_up",
    ),
    (10, "a promise pauses its part; a broken one is told, on the radar and on top"): (
        "flows/test_operators.py::test_a_promise_pauses_reminders_and_stands_in_the_case",
        "flows/test_money_in_slack.py::test_money_of_the_bank_is_posted_proposed_split_and_given_up",
    ),
    (10, "a plan is asked for, approved by another, countered, accepted, given up"): (
        "flows/test_operators.py::test_a_plan_is_asked_for_by_one_and_approved_by_another_from_the_case",
        "flows/test_disputes_in_slack.py::test_a_plan_is_countered_accepted_by_the_payer_and_told_to_all",
    ),
    (10, "a dispute's owner is asked, asks the payer, decides; a second person approves the credit"): (
        "flows/test_disputes_in_slack.py::test_the_owner_is_asked_asks_back_and_decides_and_another_credits",
    ),
    (11, "a role is asked for, given for a time, used, written down, and ends by itself; the log is exported"): (
        "flows/test_people_in_slack.py::test_a_role_is_asked_for_given_used_written_down_and_ends",
    ),
    (11, "public channels are told less, reveals are logged, another company reads nothing"): (
        "flows/test_people_in_slack.py::test_a_public_channel_is_told_less_and_another_companys_nothing",
    ),
    (11, "money is given up by two people"): (
        "flows/test_money_in_slack.py::test_money_of_the_bank_is_posted_proposed_split_and_given_up",
    ),
    (12, "maintenance closes the pages, holds mail, says so everywhere and ends by itself"): (
        "flows/test_operations_in_slack.py::test_mail_and_pages_stop_and_go_on_and_everybody_sees_it",
    ),
    (12, "a cron is paused for a reason and resumed by another"): (
        "flows/test_operations_in_slack.py::test_crons_readiness_digest_and_reports_answer",
    ),
    (12, "an incident is one living message, managers are mailed, a person ends it"): (
        "flows/test_incidents.py::test_an_outage_of_stripe_is_told_when_slack_is_back_and_ends_by_a_person",
    ),
    (13, "the digest comes by mail or in Slack at one's own time; reports and charts come as files"): (
        "flows/test_digests.py::test_a_digest_is_mailed_and_one_that_bounces_comes_in_slack",
        "flows/test_operations_in_slack.py::test_crons_readiness_digest_and_reports_answer",
        "flows/test_files_in_slack.py::test_figures_come_as_files_with_their_words",
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[0]}: {line[1][:40]}")
def test_every_line_is_driven_by_tests_that_exist(line: tuple[int, str]) -> None:
    for named in LINES[line]:
        file, _, name = named.partition("::")
        found = re.findall(r"^(?:async )?def (test_\w+)", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)
        assert name in found, f"no {named}"


def test_no_part_that_operators_meet_is_left_out() -> None:
    assert {part for part, _ in LINES} == set(range(3, 14))
