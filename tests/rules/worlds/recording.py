"""What record_world wrote: series in the notation of promtool's tests."""

import json
import re

TOKEN = re.compile(r"""(?P<first>[+-]?(?:Inf|NaN|[0-9.]+(?:e[+-]?[0-9]+)?))
                       (?P<step>[+-](?:[0-9.]+(?:e[+-]?[0-9]+)?))?(?:x(?P<more>[0-9]+))?$""", re.VERBOSE)
GONE = re.compile(r"_(?:x(?P<count>[0-9]+))?$")
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def name_of(series):
    return NAME.match(series).group()


def expand(text):
    """One value for each scrape, None where the series is not there."""
    out = []
    for word in text.split():
        if word == "stale":
            out.append(None)
        elif gone := GONE.match(word):
            out.extend([None] * int(gone["count"] or 1))
        else:
            token = TOKEN.match(word)
            value, step = float(token["first"]), float(token["step"] or 0)
            for _ in range(int(token["more"] or 0) + 1):
                out.append(value)
                value += step
    return out


def number(value):
    text = repr(value)
    if text in ("nan", "inf", "-inf"):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[text]
    return text[:-2] if text.endswith(".0") else text


def encode(values):
    """The inverse: runs of equal values, and stale in the first scrape that lacks what was there before."""
    words, at = [], 0
    while at < len(values):
        end = at + 1
        while end < len(values) and (values[end] == values[at] or (values[end] != values[end] and values[at] != values[at])):
            end += 1
        count = end - at
        if values[at] is None:
            if at > 0:
                words.append("stale")
                count -= 1
            if count:
                words.append(f"_x{count}")
        else:
            words.append(number(values[at]) + (f"x{count - 1}" if count > 1 else ""))
        at = end
    return " ".join(words)


class Recording:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        self.story = content["story"]
        self.start = content["start"]
        self.interval = content["interval"]
        self.scrapes = content["scrapes"]
        self.families = content["families"]
        self.expectations = content["expectations"]
        self.series = content["series"]

    def values(self, series, shift):
        """Of one series, for each scrape; moments in time are moved by `shift` seconds as the samples are."""
        values = expand(self.series[series])
        if name_of(series).endswith("_timestamp_seconds"):
            values = [None if value is None else value + shift for value in values]
        return values
