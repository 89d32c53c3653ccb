"""Answers: what a sender is told about its mail and about the end of its session."""

from inbound_mail.intake import Fate

STORED = "250 2.0.0 Stored"
NOT_STORED = "451 4.3.0 Not stored, try again later"
TOO_LARGE = "552 5.3.4 The mail is larger than this server takes"
NO_ROOM = "452 4.3.1 No room at the moment, try again later"
FALSE_END = "550 5.6.11 A dot stands alone on a line without CR LF on both sides; only CR LF ends a line"
NO_MAIL_FOR = "550 5.7.1 No mail is taken for this address"

SLOW = "421 4.4.2 Nothing came for too long, try again later"
STOPPING = "421 4.3.2 The server is stopping, try again later"
TOO_MANY = "421 4.3.2 Too many connections, try again later"
TOO_OFTEN = "421 4.7.0 Too many connections in a minute, try again in %d s"
TOO_MANY_COMMANDS = "421 4.7.0 Too many commands in one session"
TOO_MANY_MAILS = "450 4.7.1 Too many mails in a minute, try again in %d s"
NO_PROXY = "421 4.3.0 The proxy did not say who connects"
WRONG_DOOR = "554 5.5.1 This is a mail server"
NOT_DONE = "502 5.5.1 Not done here"
SMUGGLED = "554 5.5.1 Nothing may follow STARTTLS before encryption"

OF_FATE = {Fate.TOO_LARGE: TOO_LARGE, Fate.NO_ROOM: NO_ROOM, Fate.FALSE_END: FALSE_END}
"""To mails that are not stored."""
