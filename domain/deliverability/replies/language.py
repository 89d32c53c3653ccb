"""Guess in which of four languages a text is written, from its small words."""

import re
from collections import Counter

MAX_WORDS = 400
LEAST = 2
"""Small words that a language must show, and more than any other."""

_WORD = re.compile(r"[^\W\d_]{1,20}")

_SMALL = {
    "en": "the and is are was we you your our i my have has had will would to of for it this that with not be been by "
          "please can could thanks thank hi hello dear yes do does did an if as but they already",
    "de": "der die das und ist sind war wir sie ihr ihre ihren unser unsere ich mein habe haben hat werden wird würde "
          "zu von für es dies diese dass mit nicht sein bitte kann können danke hallo sehr geehrte ja ein eine einen "
          "wenn als aber bereits am im den dem bis schon auf noch",
    "fr": "le la les et est sont était nous vous votre vos notre nos je mon avons avez ai a sera serait de du des pour "
          "il ce cette que avec pas ne être par veuillez peut pouvez merci bonjour oui un une si mais déjà au aux sur "
          "en dans cordialement",
    "es": "el la los las y es son era nosotros usted ustedes su sus nuestro nuestra yo mi hemos ha he será sería de "
          "del para lo este esta que con no ser por favor puede pueden gracias hola sí un una si pero ya al en se le "
          "buenos buenas días estimado estimados",
}  # fmt: skip
_OF = {language: frozenset(words.split()) for language, words in _SMALL.items()}
_SIGNS = {"de": "äöüß", "fr": "çèêàùœ", "es": "ñ¿¡áíóú"}
"""Letters that are at home in one of them."""


def guess(text: str) -> str:
    """Return ``en``, ``de``, ``fr`` or ``es``, or an empty text when nothing or too little speaks for one."""
    words = Counter(found[0] for found, _ in zip(_WORD.finditer(text[:8000].lower()), range(MAX_WORDS), strict=False))
    scores = {language: sum(count for word, count in words.items() if word in small) for language, small in _OF.items()}
    head = text[:2000].lower()
    for language, letters in _SIGNS.items():
        scores[language] += min(2, sum(head.count(letter) for letter in letters))
    (best, most), (_, second) = sorted(scores.items(), key=lambda each: -each[1])[:2]
    return best if most >= LEAST and most > second else ""
