"""What the demo tells of HA that was lost and comes back: fault, alert, webhook, decisions, act, each when it happened."""

import json
import time

ALERT = "XenHAPoolHADisabled"
_WORDS = {"receipt": "webhook", "decision": "decision", "attempt": "act", "outcome": "outcome", "latch": "hooks"}


def told(decision):
    """Verdict and reason, and what the guard that decided saw; of the API or of the journal."""
    guards = decision["guards"] if isinstance(decision["guards"], list) else json.loads(decision["guards"])
    fact = next((guard["fact"] for guard in guards if guard["name"] == decision["reason"]), "nobody objects")
    return f"{decision['verdict']}, {decision['reason']}: {fact}"


class Chain:
    """Follows one pool; to be made before the fault."""

    def __init__(self, pool, board, prometheus, receiver, hooks):
        self.pool, self.board, self.prometheus, self.receiver, self.hooks = pool, board, prometheus, receiver, hooks
        self.began, self.entry = time.time(), hooks.journal.newest()
        self.seen = {"exporter": self.exporter(), "Prometheus": self.alert()}
        self.people_told, self.armed_at, self.end = False, None, None

    def exporter(self):
        facts = self.board.status(self.pool).facts()
        armed = facts["armed"].split("/")
        self.armed = facts["ha"] == "on" and armed[0] == armed[-1]
        return f"HA is {facts['ha']}" + (f", armed {facts['armed']}" if facts["ha"] == "on" else "")

    def alert(self):
        states = [alert["state"] for alert in self.prometheus.alerts()
                  if alert["labels"]["alertname"] == ALERT and alert["labels"].get("pool") == self.pool]
        return f"{ALERT} {'fires' if 'firing' in states else 'is pending' if states else 'is over'}"

    def journal(self):
        """(time, source, what) of the entries that are new."""
        for line in self.hooks.journal.lines(self.pool, self.entry):
            self.entry, what = line["id"], line["text"]
            if line["kind"] == "decision":
                decision = self.hooks.journal.rows("SELECT * FROM decision WHERE id = ?", line["id"])[0]
                what = told(decision)
                if decision["verdict"] in ("refuse", "done"):
                    self.end = what
            if line["kind"] == "outcome":
                what = " ".join(what.split(": ", 1)[1].split())  # without which attempt it was
                self.end = what
            if line["kind"] in _WORDS:
                yield line["at"], _WORDS[line["kind"]], what

    def news(self):
        out, now = list(self.journal()), time.time()
        for source, look in (("exporter", self.exporter), ("Prometheus", self.alert)):
            what = look()
            if what != self.seen[source]:
                self.seen[source] = what
                out.append((now, source, what))
                if source == "exporter":
                    self.armed_at = now if self.armed else None
        message = self.receiver.first("/people-critical", ALERT, pool=self.pool, since=self.began)
        if message and not self.people_told:
            self.people_told = True
            out.append((message[0].received, "people", f"are told: {message[1]['annotations']['summary']}"))
        return sorted(out)

    def follow(self, seconds):
        """Prints until it has ended, one way or the other. Whether HA is back."""
        deadline = time.monotonic() + seconds
        while True:
            for at, source, what in self.news():
                print(f"  {max(0.0, at - self.began):6.1f} s  {source:<10}  {what}")
            if self.end and (self.armed_at or not self.end.startswith("success")) or time.monotonic() > deadline:
                return self.armed_at is not None
            time.sleep(0.2)
