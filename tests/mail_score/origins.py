"""Tell from a mail itself which mail system or provider it comes from: by marks that each leaves, not by file names.

A report has two parents: the system that wrote it, and the server that refused the mail. Where the writer is one of the
programs that half the world runs, and the refusing provider is known by its words, the mail counts as the provider's,
since its words are what a reader has to know; else it counts as the writer's. What carries no known mark is grouped by
the first words of its prose.
"""

import re

from domain.deliverability.reading.look import Look

_WRITERS: tuple[tuple[str, str], ...] = (
    ("feedback loop", r"feedback-type:|x-hmxmroriginalrecipient|complaint about message"),
    ("amazon ses", r"notificationtype|mailer-daemon@(?:\S*amazonses|email-bounces)|amazonses\.com\r?\n.{0,400}report"),
    ("exchange online", (r"^x-ms-exchange-(?:message-is-ndr|organization)|office 365|microsoft365|microsoft 365"
     r"|^reporting-mta:.*outlook\.com|x-microsoft-antispam")),
    ("exchange server", (r"microsoft exchange|^x-mimeole:.*exchange|did not reach the following recipient"
     r"|^x-mailer: internet mail service|mapi;|#[45]\.\d\.\d smtp")),
    ("google", (r"^x-failed-recipients[\s\S]*googlemail|mailer-daemon@google|googlegroups|x-google-smtp-source"
     r"|technical details of (?:permanent|temporary)")),
    ("yahoo", r"^from:.*@yahoo(?:-inc|groups)?\.|unable to deliver your message to the following address"),
    ("aol", r"^from:.*@aol\.com"),
    ("mimecast", r"mimecast"),
    ("messagelabs", r"messagelabs|symanteccloud|symantec\.cloud"),
    ("proofpoint", r"pphosted|proofpoint"),
    ("barracuda", r"barracuda"),
    ("mailmarshal", r"mailmarshal|trustwave"),
    ("trend micro", r"trend ?micro|interscan|imss"),
    ("surfcontrol", r"surfcontrol"),
    ("mcafee", r"mcafee|mxlogic|mx logic"),
    ("m-filter", r"m-filter|digital ?arts"),
    ("amavis", r"amavis|content-filter at"),
    ("mailscanner", r"mailscanner"),
    ("domino", r"lotus|domino|x-mimetrack"),
    ("groupwise", r"groupwise|gwia"),
    ("mdaemon", r"mdaemon"),
    ("imail", r"imail|ipswitch"),
    ("mailfoundry", r"mailfoundry"),
    ("kddi", r"ezweb\.ne\.jp|au\.com|dion\.ne\.jp"),
    ("docomo", r"docomo"),
    ("other japanese", r"biglobe|nifty|activehunter|so-net|plala|ocn\.ne\.jp"),
    ("yandex", r"yandex"),
    ("mail.ru", r"mail\.ru|заблокирован"),
    ("zoho", r"zoho"),
    ("gmx and 1&1", r"gmx\.|kundenserver|1and1|1und1|einsundeins|web\.de"),
    ("verizon", r"verizon|vtext|vzw"),
    ("sendgrid", r"sendgrid"),
    ("powermta", r"powermta|x-powermta"),
    ("messaging server", r"sun java|ims-ms|iplanet|this report relates to a message you sent"),
    ("courier", r"courier-mta|this is a delivery status notification from .{0,80}running the courier"),
    ("opensmtpd", r"opensmtpd"),
    ("apache james", r"james"),
    ("qmail", r"qmail-send|qmail"),
    ("exim", r"mail delivery software|^x-failed-recipients"),
    ("postfix", r"\(postfix\)|postfix program|^x-postfix-"),
    ("sendmail", r"transcript of session follows|had permanent fatal errors|sendmail"),
)  # fmt: skip
_EVERYWHERE = frozenset({"qmail", "exim", "postfix", "sendmail", "courier", "opensmtpd"})
"""Programs that half the world runs."""

_REFUSERS: tuple[tuple[str, str], ...] = (
    ("google", r"gsmtp|google\.com|gmail-smtp"),
    ("exchange online", r"protection\.outlook|outlook\.com|prod\.|hotmail|resolver\.adr"),
    ("yahoo", r"yahoo|yahoodns"),
    ("aol", r"\baol\.com|hvu:b"),
    ("apple", r"icloud\.com|me\.com|mac\.com|apple\.com"),
    ("mimecast", r"mimecast"),
    ("messagelabs", r"messagelabs"),
    ("proofpoint", r"pphosted|proofpoint"),
    ("docomo", r"docomo"),
    ("kddi", r"ezweb\.ne\.jp|au\.com"),
    ("tencent", r"qq\.com"),
    ("mail.ru", r"mail\.ru"),
    ("yandex", r"yandex"),
    ("comcast, cox, charter", r"comcast\.net|cox\.net|charter|rr\.com"),
    ("french providers", r"orange\.fr|wanadoo|free\.fr|laposte|sfr\.fr"),
    ("godaddy", r"secureserver"),
    ("gmx and 1&1", r"gmx\.|kundenserver|perfora|web\.de"),
)

_COMPILED = {name: re.compile(pattern, re.MULTILINE) for name, pattern in _WRITERS}
_COMPILED_REFUSERS = {name: re.compile(pattern) for name, pattern in _REFUSERS}


def origin(raw: bytes) -> str:
    """Return the provider or mail system that a mail is counted with."""
    look = Look(raw)
    head = "\n".join(f"{name}: {value}" for name, value in look.headers.fields if name != "to")
    told = f"{head}\n{look.text}\n{look.status_text or ''}".lower()
    writer = next((name for name, pattern in _COMPILED.items() if pattern.search(told)), None)
    if writer is not None and writer not in _EVERYWHERE:
        return writer
    refused = f"{look.text}\n{look.status_text or ''}".lower()
    refuser = next((name for name, pattern in _COMPILED_REFUSERS.items() if pattern.search(refused)), None)
    if refuser or writer:
        return refuser or writer or ""
    words = re.findall(r"[^\W\d_]{2,}", look.text.lower())[:4]
    return "others: " + " ".join(words)
