"""Sender words: what is found of SPF, DKIM and DMARC, and what to do; kept in English and said to whoever reads it."""

from domain.kernel.speech import phrase

NO_ANSWER = phrase("no answer from the name servers ({why})")

LOOK_AT_NETWORK = phrase("Look at network and name servers.")

PUBLISH_SPF = phrase("Publish it, with the include that your relay's operator names in place of a:… if there is one.")

NO_SPF = phrase("{domain} has no SPF record")

SEVERAL_SPF = phrase("{domain} has {count} SPF records, which receivers take for an error")

MERGE = phrase("Merge them into one.")

PUT_RIGHT = phrase("Put the record right; receivers treat it as an error.")

COSTLY = phrase("the record costs {cost} look-ups, and receivers stop at {most}")

LEAVE_OUT = phrase("Leave out includes that are not needed.")

LETS_EVERYBODY = phrase("the record ends with +all: it lets everybody send")

END_IT = phrase("End it with ~all.")

OPEN_END = phrase("the record does not say what of other senders")

SPF_GOOD = phrase("{domain}: one record, {cost} of {most} look-ups")

NO_TERM = phrase("the SPF record holds {term}, which is no term")

LEADS_BACK = phrase("the SPF record leads back to {domain}")

INCLUDES_NONE = phrase("the SPF record includes {domain}, which has no SPF records")

INCLUDES_SEVERAL = phrase("the SPF record includes {domain}, which has {count} SPF records")

MAKE_KEY = phrase(
    "Make a key with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` and name its file in "
    "PLIXO_DKIM_KEY_FILE."
)

UNSIGNED = phrase("mail is not signed")

UNPUBLISHED = phrase("{name} is not published")

PUBLISH_KEY = phrase("Publish the key.")

SEVERAL_KEYS = phrase("{name} has {count} keys, of which receivers take any")

LEAVE_ONE = phrase("Leave one.")

REVOKED = phrase("the key at {name} is revoked")

OTHER_KEY = phrase("{name} holds another key than the one that mail is signed with")

PUBLISH_THIS = phrase("Publish this one.")

TEST_KEY = phrase("{name} says that the key is a test (t=y)")

TAKE_OUT = phrase("Take t=y out.")

DKIM_GOOD = phrase("{name} holds the key that mail is signed with")

NO_DMARC = phrase("{domain} has no DMARC record")

PUBLISH_DMARC = phrase("Publish one; p=none only watches.")

SEVERAL_DMARC = phrase("{name} has several DMARC records")

NO_POLICY = phrase("{name} states no policy")

SET_POLICY = phrase("Set p to none, quarantine or reject.")

NOT_ALIGNED = phrase("nothing aligns with {domain}: mail is not signed, and it returns to {other}")

ALIGN = phrase("Sign with DKIM, or let PLIXO_MAIL_DOMAIN be a part of {domain}.")

SPF_ONLY = phrase("aligned by SPF only, which forwarding breaks")

SIGN = phrase("Sign with DKIM.")

BY_DKIM = phrase("policy {policy} at {name}, aligned by DKIM")

BY_BOTH = phrase("policy {policy} at {name}, aligned by DKIM and SPF")
