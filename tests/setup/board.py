"""What the demo shows of a pool, read from the exporter's metrics only."""

import os
import re
import time

NO_FACT = "-"


def _number(value):
    return NO_FACT if value is None else f"{value:g}"


class Status:
    """One pool at one scrape."""

    def __init__(self, samples, pool):
        self.pool = pool
        self.samples = samples
        self.hosts = samples.hosts(pool)
        self.up = _number(samples.value("xenha_pool_up", pool=pool))
        self.masters = _number(samples.value("xenha_pool_masters", pool=pool))
        self.master = ",".join(samples.master(pool)) or NO_FACT
        ha = samples.value("xenha_pool_ha_enabled", pool=pool)
        self.ha = NO_FACT if ha is None else "on" if ha else "off"
        for operation, word in (("ha_enable", "enabling"), ("ha_disable", "disabling")):
            if samples.value("xenha_pool_ha_operation", pool=pool, operation=operation) == 1:
                self.ha = word

    def settled(self):
        return self.up == "1" and self.masters == "1" and len(self.hosts) > 1

    def _fact(self, name, host):
        return self.samples.value(name, pool=self.pool, host=host)

    def state(self, host):
        return self.samples.state(self.pool, host) or NO_FACT

    def wrong(self, host):
        """What is wrong beside the state."""
        words = []
        for labels, _ in self.samples.all("xenha_host_emergency_reason", pool=self.pool, host=host):
            words.append(labels["reason"])
        for name, word in (("xenha_host_live", "dead"), ("xenha_host_enabled", "disabled")):
            if self._fact(name, host) == 0:
                words.append(word)
        if self.ha == "on" and self._fact("xenha_host_ha_armed", host) == 0:
            words.append("disarmed")
        if any(value == 0 for _, value in self.samples.all("xenha_heartbeat_sr_attached", pool=self.pool, host=host)):
            words.append("SR unplugged")
        return words

    def host(self, host):
        """State and what is wrong: "slave, disarmed"."""
        return ", ".join([self.state(host), *self.wrong(host)])

    def _count(self, name):
        values = [value for _, value in self.samples.all(name, pool=self.pool)]
        return f"{sum(values):g}/{len(self.hosts)}" if values else NO_FACT

    def facts(self):
        """By the names that the demo's scripts use."""
        out = {"up": self.up, "masters": self.masters, "master": self.master, "ha": self.ha}
        for word in ("reachable", "live"):
            out[word] = self._count(f"xenha_host_{word}")
        out["armed"] = self._count("xenha_host_ha_armed")
        return out | {host: self.host(host) for host in self.hosts}

    def line(self):
        facts = self.facts()
        words = [f"{self.pool}: {'up' if self.up == '1' else 'DOWN' if self.up == '0' else 'unknown'}",
                 f"master {self.master}", f"HA {self.ha}", f"hosts reachable {facts['reachable']}, live {facts['live']}, "
                 f"armed {facts['armed']}"]
        margins = [value for _, value in self.samples.all("xenha_heartbeat_margin_ratio", pool=self.pool)]
        if margins:
            words.append(f"least heartbeat margin {min(margins):.2f}")
        return "  ".join(words)

    def short_names(self):
        """Names without what all of them begin with: "xs1" of cluster1-xs1."""
        common = os.path.commonprefix(self.hosts)
        cut = re.match(r"(.*[^A-Za-z0-9])?", common)[0] if len(self.hosts) > 1 else ""
        return {host: host[len(cut):] for host in self.hosts}

    def notes(self):
        """What is wrong beside the states, and where: "disabled xs2 xs3; dead xs1"."""
        names, where = self.short_names(), {}
        for host in self.hosts:
            for word in self.wrong(host):
                where.setdefault(word, []).append(names[host])
        return "; ".join(f"{word} {'all' if len(on) == len(self.hosts) else ' '.join(on)}" for word, on in where.items())

    def row(self):
        names = self.short_names()
        master = ",".join(names.get(host, host) for host in self.samples.master(self.pool)) or NO_FACT
        return [self.up, self.masters, master, self.ha] + [self.state(host) for host in self.hosts] + [self.notes()]


class Board:
    def __init__(self, exporter, sim):
        self.exporter, self.sim = exporter, sim
        self.marks = {}

    def pools(self):
        return [entry["targets"][0] for entry in self.exporter.get("/sd").json()]

    def status(self, pool):
        return Status(self.exporter.metrics(), pool)

    def mark(self, pool):
        """Remembers what the pool looked like before a fault, and when."""
        self.marks[pool] = (self.status(pool), time.monotonic(), self.sim.state()["time"])

    def follow(self, pool, seconds):
        """Prints the pool's row now, and again whenever it changes, for some seconds."""
        if pool not in self.marks:
            self.mark(pool)
        before, began, sim_began = self.marks.pop(pool)
        hosts = list(before.short_names().values())
        widths = [7, 6, 2, 7, max(6, *map(len, hosts)), 9] + [max(11, len(host)) for host in hosts] + [0]
        self._print(["after", "sim", "up", "masters", "master", "HA", *hosts, "and"], widths)
        self._print(["before", "", *before.row()], widths)
        last = before.row()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            row = self.status(pool).row()
            if row != last:
                simulated = self.sim.state()["time"] - sim_began
                self._print([f"{time.monotonic() - began:.1f} s", f"{int(simulated) // 60}:{int(simulated) % 60:02}", *row], widths)
                last = row
            time.sleep(0.1)

    @staticmethod
    def _print(cells, widths):
        print("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths)).rstrip())
