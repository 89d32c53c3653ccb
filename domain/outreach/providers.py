"""Providers: who runs the mailbox behind an address, as one literal table; a breaker stops mail to one of them.

Only what the address itself tells. A company whose own domain is hosted by one of them counts as its own provider:
looking its mail servers up would make the decision before each mail depend on a name server.
"""

from collections.abc import Mapping

PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "google": ("gmail.com", "googlemail.com", "google.com"),
    "microsoft": (
        "outlook.com", "outlook.de", "outlook.fr", "outlook.es", "outlook.it", "outlook.jp", "outlook.com.br",
        "outlook.com.au", "outlook.co.uk", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "hotmail.it",
        "hotmail.es", "hotmail.nl", "hotmail.be", "hotmail.com.br", "hotmail.co.jp", "live.com", "live.co.uk",
        "live.de", "live.fr", "live.nl", "live.it", "live.be", "live.se", "live.dk", "live.no", "live.ca",
        "live.com.au", "live.com.mx", "msn.com", "passport.com", "windowslive.com", "onmicrosoft.com",
    ),
    "yahoo": (
        "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.es", "yahoo.it", "yahoo.ca", "yahoo.com.au",
        "yahoo.com.br", "yahoo.com.mx", "yahoo.com.ar", "yahoo.co.in", "yahoo.in", "yahoo.ie", "yahoo.gr", "yahoo.pl",
        "yahoo.ro", "yahoo.se", "yahoo.no", "yahoo.dk", "yahoo.com.sg", "yahoo.com.ph", "yahoo.com.tr", "yahoo.com.vn",
        "yahoo.com.hk", "yahoo.com.tw", "ymail.com", "rocketmail.com", "myyahoo.com", "aol.com", "aol.de", "aol.fr",
        "aol.co.uk", "aim.com", "verizon.net", "netscape.net", "frontier.com",
    ),
    "yahoo japan": ("yahoo.co.jp", "ybb.ne.jp"),
    "icloud": ("icloud.com", "me.com", "mac.com"),
    "gmx and web.de": (
        "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "gmx.eu", "gmx.co.uk", "gmx.fr", "gmx.us", "web.de",
        "mail.com", "email.com", "1und1.de", "online.de",
    ),
    "telekom": ("t-online.de", "magenta.de"),
    "freenet": ("freenet.de", "freenetmail.de"),
    "orange": ("orange.fr", "wanadoo.fr", "voila.fr"),
    "free": ("free.fr", "libertysurf.fr", "aliceadsl.fr"),
    "sfr": ("sfr.fr", "neuf.fr", "cegetel.net", "club-internet.fr", "9online.fr"),
    "la poste": ("laposte.net",),
    "libero": ("libero.it", "virgilio.it", "inwind.it", "iol.it", "blu.it", "giallo.it"),
    "tim": ("tim.it", "tin.it", "alice.it"),
    "telefonica": ("telefonica.net", "movistar.es"),
    "kpn": ("kpnmail.nl", "planet.nl", "hetnet.nl", "xs4all.nl", "kpnplanet.nl"),
    "ziggo": ("ziggo.nl", "upcmail.nl", "casema.nl", "home.nl", "chello.nl"),
    "telenet": ("telenet.be",),
    "proximus": ("skynet.be", "proximus.be"),
    "bluewin": ("bluewin.ch",),
    "bt": ("btinternet.com", "btopenworld.com", "talk21.com"),
    "sky": ("sky.com",),
    "virgin media": ("virginmedia.com", "ntlworld.com", "blueyonder.co.uk", "virgin.net"),
    "comcast": ("comcast.net", "xfinity.com"),
    "charter": ("charter.net", "spectrum.net", "rr.com", "roadrunner.com", "twc.com", "brighthouse.com"),
    "att": ("att.net", "bellsouth.net", "sbcglobal.net", "pacbell.net", "ameritech.net", "swbell.net"),
    "cox": ("cox.net",),
    "mail.ru": ("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "xmail.ru"),
    "yandex": ("yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz", "yandex.ua", "narod.ru"),
    "rambler": ("rambler.ru", "lenta.ru", "autorambler.ru", "myrambler.ru", "ro.ru"),
    "tencent": ("qq.com", "vip.qq.com", "foxmail.com", "exmail.qq.com"),
    "netease": ("163.com", "126.com", "yeah.net", "188.com", "vip.163.com", "vip.126.com"),
    "sina": ("sina.com", "sina.cn", "vip.sina.com"),
    "sohu": ("sohu.com", "vip.sohu.com"),
    "aliyun": ("aliyun.com", "alibaba-inc.com"),
    "naver": ("naver.com",),
    "kakao": ("hanmail.net", "daum.net", "kakao.com"),
    "docomo": ("docomo.ne.jp",),
    "kddi": ("ezweb.ne.jp", "au.com"),
    "softbank": ("softbank.ne.jp", "i.softbank.jp", "vodafone.ne.jp"),
    "uol": ("uol.com.br", "bol.com.br"),
    "terra": ("terra.com.br", "terra.com"),
    "seznam": ("seznam.cz", "email.cz", "post.cz", "spoluzaci.cz"),
    "wp": ("wp.pl", "o2.pl", "tlen.pl"),
    "onet": ("onet.pl", "op.pl", "poczta.onet.pl", "vp.pl"),
    "interia": ("interia.pl", "interia.eu", "poczta.fm"),
    "ukr.net": ("ukr.net",),
    "rediff": ("rediffmail.com",),
    "zoho": ("zoho.com", "zohomail.com", "zohomail.eu", "zoho.eu"),
    "proton": ("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
    "fastmail": ("fastmail.com", "fastmail.fm"),
    "tuta": ("tuta.com", "tutanota.com", "tutanota.de", "tuta.io", "keemail.me"),
    "posteo": ("posteo.de", "posteo.net"),
    "mailbox.org": ("mailbox.org",),
}  # fmt: skip
"""Every provider that runs mailboxes under domains of its own, with those domains."""

_BY_DOMAIN = {domain: name for name, domains in PROVIDERS.items() for domain in domains}


def provider(address: str) -> str:
    """Return who runs the mailbox: a name of the table, or the domain itself.

    Subdomains of a listed domain count with it, so that ``pool.gmail.com`` or a tenant's ``acme.onmicrosoft.com`` has
    the same breaker.
    """
    domain = address.strip().rpartition("@")[2].strip(".").lower()
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        if name := _BY_DOMAIN.get(".".join(labels[start:])):
            return name
    return domain
