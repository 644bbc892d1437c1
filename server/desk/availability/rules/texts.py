"""What is used up, in the words of each language: part of what people are told."""

from collections.abc import Mapping

from server.desk.availability.rules.measuring import AVAILABILITY, LONGEST

ALLOWANCES: Mapping[str, Mapping[str, str]] = {
    AVAILABILITY: {"en": "downtime", "es": "tiempo de caída", "ru": "время простоя"},
    LONGEST: {
        "en": "longest outage",
        "es": "caída más larga",
        "ru": "самый долгий простой",
    },
}
