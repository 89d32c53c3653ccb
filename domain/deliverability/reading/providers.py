"""What single large providers mean by words that others use differently, or by codes of their own.

Each line: a mark in the refusing host's name or in its words (empty: any), a mark in its words, and the reason.
Looked up before the general phrases; the first line that fits counts. Sources: the providers' public pages for senders.
"""

from domain.deliverability.reading.readings import Reason

PROVIDERS: tuple[tuple[str, str, Reason], ...] = (
    # Microsoft: Outlook.com, Exchange Online Protection
    ("", "all recipient addresses rejected : access denied", Reason.FILTERED),
    ("outlook.com", "recipient address rejected: access denied", Reason.USER_UNKNOWN),
    ("outlook.com", "5.4.1 recipient address rejected", Reason.USER_UNKNOWN),
    ("", "as(201806281)", Reason.USER_UNKNOWN),
    ("", "5.7.606", Reason.REPUTATION),
    ("", "5.7.511", Reason.REPUTATION),
    ("", "5.7.509", Reason.AUTHENTICATION),
    ("", "5.7.515", Reason.AUTHENTICATION),
    ("", "banned sending ip", Reason.REPUTATION),
    ("", "weren't sent", Reason.REPUTATION),
    ("", "5.7.708", Reason.REPUTATION),
    ("", "5.7.750", Reason.REPUTATION),
    ("", "due to ip reputation", Reason.REPUTATION),
    ("", "mapiexceptionshutoffquotaexceeded", Reason.MAILBOX_FULL),
    ("", "mapiexceptionquotaexceeded", Reason.MAILBOX_FULL),
    ("", "storedrv.deliver; mailbox full", Reason.MAILBOX_FULL),
    ("", "resolver.rst.sendsizelimit", Reason.SIZE),
    ("", "resolver.rst.recipsizelimit", Reason.SIZE),
    ("", "resolver.rst.recipientsizelimit", Reason.SIZE),
    ("", "resolver.rst.", Reason.RECIPIENT_POLICY),
    ("", "resolver.adr.badprimary", Reason.SYSTEM),
    # Google
    ("", "overquotaperm", Reason.DISABLED),
    ("", "the email account that you tried to reach is disabled", Reason.DISABLED),
    ("", "the email account that you tried to reach is over quota", Reason.MAILBOX_FULL),
    ("", "receiving mail at a rate that prevents", Reason.RATE),
    ("", "receiving mail too quickly", Reason.RATE),
    ("", "very low reputation", Reason.REPUTATION),
    ("", "our system has detected an unusual rate", Reason.RATE),
    ("", "5.7.26", Reason.AUTHENTICATION),
    ("", "5.7.25", Reason.REPUTATION),
    ("", "multiple addresses in from", Reason.POLICY),
    # Yahoo, AOL, Verizon Media
    ("", "has been disabled or discontinued", Reason.DISABLED),
    ("", "delivery error: dd this user doesn't have a", Reason.USER_UNKNOWN),
    ("", "message not accepted for policy reasons", Reason.POLICY),
    ("", "not accepted for policy reasons", Reason.POLICY),
    ("", "[tss0", Reason.REPUTATION),
    ("", "[tss1", Reason.REPUTATION),
    ("", "dm email not accepted", Reason.POLICY),
    # Apple
    ("", "recipient no longer on server", Reason.MOVED),
    ("", "local policy violation", Reason.POLICY),
    ("", "user is over quota", Reason.MAILBOX_FULL),
    # Tencent
    ("qq.com", "mailbox not found", Reason.USER_UNKNOWN),
    ("qq.com", "mailbox unavailable or access denied", Reason.USER_UNKNOWN),
    ("qq.com", "frequency limited", Reason.RATE),
    ("qq.com", "domain frequency limit", Reason.RATE),
    ("qq.com", "mail content denied", Reason.SPAM),
    ("qq.com", "mail is rejected by recipients", Reason.FILTERED),
    ("qq.com", "connection denied", Reason.REPUTATION),
    ("qq.com", "suspected bounce attacks", Reason.SENDER),
    # NetEase: 163.com, 126.com
    ("163", "dt:spm", Reason.SPAM),
    ("163", "mi:", Reason.RATE),
    ("163", "rp:", Reason.RATE),
    ("126", "dt:spm", Reason.SPAM),
    # Japanese carriers refuse by the recipient's own filter with the words of an unknown user
    ("docomo.ne.jp", "unknown user", Reason.FILTERED),
    ("", "550 : user unknown", Reason.FILTERED),
    ("", "550: : user unknown", Reason.FILTERED),
    # Cox, Charter, Comcast, GoDaddy
    ("", "cxsndr", Reason.SENDER),
    ("", "cxmxrt", Reason.RATE),
    ("", "cxcnct", Reason.RATE),
    ("", "aup#in-", Reason.RATE),
    ("", "aup#", Reason.REPUTATION),
    ("", "requires that all mail servers must have a ptr", Reason.REPUTATION),
    ("", "ib607", Reason.RATE),
    ("", "ib60", Reason.RATE),
    ("", "ib10", Reason.REPUTATION),
    ("", "ib21", Reason.REPUTATION),
    ("", "ib50", Reason.SENDER),
    # French providers
    ("", "ofr006", Reason.REPUTATION),
    ("", "ofr_506", Reason.SPAM),
    ("", "ofr004", Reason.RATE),
    ("", "ofr_416", Reason.USER_UNKNOWN),
    ("", "ofr_417", Reason.MAILBOX_FULL),
    ("", "lpn007", Reason.USER_UNKNOWN),
    # Mail.Ru, Yandex, Zoho
    ("", "account is disabled", Reason.DISABLED),
    ("", "mail rejected by destination domain", Reason.POLICY),
    ("", "unusual sending activity", Reason.RATE),
    # Delivery programs, which speak of files and of their own users
    ("", "procmail: couldn", Reason.SYSTEM),
    ("", "procmail: lock", Reason.SYSTEM),
    ("", 'unknown user: "', Reason.USER_UNKNOWN),
    # Security gateways
    ("mimecast", "host network not allowed", Reason.POLICY),
    ("mimecast", "email rejected due to security policies", Reason.POLICY),
    ("", "rejected due to security policies - mcspam", Reason.SPAM),
    ("", "recipient address rejected: delivery not authorized", Reason.SECURITY),
    ("", "please turn on smtp authentication", Reason.SECURITY),
)


def reason(words: str, host: str) -> Reason | None:
    """Return what the provider means, or None; both texts are lower case."""
    return next((why for mark, said, why in PROVIDERS if said in words and (not mark or mark in host or mark in words)),
                None)  # fmt: skip
