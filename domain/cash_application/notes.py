"""Notes: what is kept with a remittance advice about how it could be read (``sentences.py``)."""

from domain.kernel.speech import phrase

UNREAD = phrase("It could not be read: {why}.")

PAGES_LEFT = phrase("only the first {read} of its {pages} pages were read")

NO_TOTAL = phrase("it names no total")

ADDED_UP = phrase("the lines are added up")

NOT_PARTED = phrase("it does not say how much is for each invoice")

OFF = phrase("its {count} lines come to {sum}, its total is {total}: {difference} off")

ROWS_UNREAD = phrase("{count} of its rows could not be read")

SEVERAL_CURRENCIES = phrase("it is in several currencies; one advice is for one payment")

NO_ROW = phrase("no row of it names an invoice")

NO_LINE = phrase("no line of it names an invoice")

TOO_LARGE = phrase("it is larger than {size} MB")

PICTURES = phrase("it holds pictures and no text, as scanned papers do")

TOO_SLOW = phrase("reading it took more than {seconds} s")

BROKE_OFF = phrase("reading it broke off; it asks for more time or memory than any advice does")

TOO_LONG = phrase("it holds more text than any advice does")

TOO_BIG = phrase("it needs more memory than any advice does")

NO_PDF = phrase("it is no PDF that can be read ({kind})")

LOCKED = phrase("it is locked with a password")
