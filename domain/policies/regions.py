"""Regions: named groups of countries (ISO 3166 codes), so that a rule can say DACH where it means three countries."""

from collections.abc import Mapping


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EU = _codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
_GULF = _codes("AE BH KW OM QA SA")
_EAST_ASIA = _codes("CN HK JP KR MN MO TW")
_SOUTH_ASIA = _codes("BD BT IN LK MV NP PK")
_SOUTH_EAST_ASIA = _codes("BN ID KH LA MM MY PH SG TH TL VN")
_ANZ = _codes("AU NZ")

REGIONS: Mapping[str, frozenset[str]] = {
    "EU": _EU,
    "EEA": _EU | _codes("IS LI NO"),
    "DACH": _codes("DE AT CH"),
    "Benelux": _codes("BE NL LU"),
    "Nordics": _codes("DK FI IS NO SE"),
    "Baltics": _codes("EE LT LV"),
    "UK and Ireland": _codes("GB IE"),
    "Iberia": _codes("ES PT"),
    "CEE": _codes("AL BA BG CZ EE HR HU LT LV MD ME MK PL RO RS SI SK UA XK"),
    "North America": _codes("CA US"),
    "LATAM": _codes("AR BO BR BZ CL CO CR CU DO EC GT GY HN HT MX NI PA PE PR PY SR SV UY VE"),
    "GCC": _GULF,
    "MENA": _GULF | _codes("DZ EG IL IQ JO LB LY MA PS SY TN TR YE"),
    "ANZ": _ANZ,
    "South-East Asia": _SOUTH_EAST_ASIA,
    "APAC": _EAST_ASIA | _SOUTH_ASIA | _SOUTH_EAST_ASIA | _ANZ | _codes("FJ PG"),
}
"""What a region's name stands for. Regions may overlap; the order of the segments decides."""


def countries(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the countries of the regions, each once, in the order of their codes."""
    return tuple(sorted(frozenset().union(*(REGIONS[name] for name in names))))
