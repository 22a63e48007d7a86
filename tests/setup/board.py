"""What the demo shows of a pool, read from the exporter's metrics; the table of a failover from its JSON."""

import os
import re
import time

NO_FACT = "-"
# Of a failover, in the order in which they usually come; short, as they stand in a row.
PHASES = {"detected": "detected", "master_elected": "new master", "host_declared_dead": "declared dead",
          "cloudstack_host_down": "down in cloud", "cloudstack_ha_started": "VM HA starts", "first_vm_running": "first VM runs",
          "all_vms_running": "all VMs run"}


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
        return self.up == "1" and self.masters == "1" and len(self.hosts) > 1 and self.vms() != NO_FACT and len(
            self.cloud_states()) == len(self.hosts)

    def cloud_states(self):
        """How CloudStack holds each host."""
        return {labels["host"]: labels["state"] for labels, value in
                self.samples.all("xenha_cloudstack_host_state", pool=self.pool) if value == 1}

    def _total(self, name, **labels):
        values = [value for _, value in self.samples.all(name, pool=self.pool, **labels)]
        return _number(sum(values)) if values else NO_FACT

    def vms(self):
        """That CloudStack holds for running."""
        return self._total("xenha_cloudstack_vms", state="Running")

    def waiting(self):
        return self._total("xenha_vm_restart_pending")

    def failover(self):
        """The last phase of the open failover, or "none"."""
        if not self.samples.all("xenha_failover_in_progress", pool=self.pool):
            return "none"
        reached = {labels["phase"] for labels, _ in self.samples.all("xenha_failover_last_phase_seconds", pool=self.pool)}
        return next((word for phase, word in reversed(PHASES.items()) if phase in reached), "open")

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
        cloud = self.cloud_states().get(host, "Up")
        if cloud != "Up":
            words.append(f"{cloud} in CloudStack")
        for labels, value in self.samples.all("xenha_cloudstack_host_resource_state", pool=self.pool, host=host):
            if value == 1 and labels["state"] != "Enabled":
                words.append(f"{labels['state']} in CloudStack")
        return words

    def wrong_in_pool(self):
        words = []
        if any(value == 0 for _, value in self.samples.all("xenha_cloudstack_up")):
            words.append("CloudStack is silent")
        for direction, word in (("cloudstack_only", "nowhere"), ("xenserver_only", "unknown to CloudStack")):
            count = self.samples.value("xenha_cloudstack_vm_mismatch", pool=self.pool, direction=direction)
            if count:
                words.append(f"{_number(count)} VM{'' if count == 1 else 's'} {word}")
        if any(value == 1 for _, value in self.samples.all("xenha_heartbeat_sr_is_primary_storage", pool=self.pool)):
            words.append("heartbeat SR is primary storage")
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
        out["cloudstack"] = _number(self.samples.value("xenha_cloudstack_up"))
        states = self.cloud_states()
        out["cloud_up"] = f"{list(states.values()).count('Up')}/{len(self.hosts)}" if states else NO_FACT
        out |= {"vms": self.vms(), "waiting": self.waiting(), "failover": self.failover().replace(" ", "_")}
        out["recovered"] = self._total("xenha_failovers_total", outcome="recovered")
        return out | {host: self.host(host) for host in self.hosts}

    def line(self):
        facts = self.facts()
        words = [f"{self.pool}: {'up' if self.up == '1' else 'DOWN' if self.up == '0' else 'unknown'}",
                 f"master {self.master}", f"HA {self.ha}", f"hosts reachable {facts['reachable']}, live {facts['live']}, "
                 f"armed {facts['armed']}"]
        margins = [value for _, value in self.samples.all("xenha_heartbeat_margin_ratio", pool=self.pool)]
        if margins:
            words.append(f"least heartbeat margin {min(margins):.2f}")
        if facts["cloudstack"] != NO_FACT:
            words.append(f"CloudStack {'answers' if facts['cloudstack'] == '1' else 'is SILENT'}, hosts Up {facts['cloud_up']}, "
                         f"VMs running {facts['vms']}, waiting {facts['waiting']}")
        if self.failover() != "none":
            words.append(f"FAILOVER: {self.failover()}")
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
        return "; ".join([f"{word}: {'all' if len(on) == len(self.hosts) else ' '.join(on)}" for word, on in where.items()]
                         + self.wrong_in_pool())

    def row(self):
        names = self.short_names()
        master = ",".join(names.get(host, host) for host in self.samples.master(self.pool)) or NO_FACT
        phase = self.failover()
        return [self.up, self.masters, master, self.ha] + [self.state(host) for host in self.hosts] + [
            self.vms(), NO_FACT if self.waiting() == "0" else self.waiting(), NO_FACT if phase == "none" else phase, self.notes()]


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

    def follow(self, pool, seconds, until=lambda status: False):
        """Prints the pool's row now, and again whenever it changes, for some seconds or until that is true."""
        if pool not in self.marks:
            self.mark(pool)
        before, began, sim_began = self.marks.pop(pool)
        hosts = list(before.short_names().values())
        widths = [7, 6, 2, 7, max(6, *map(len, hosts)), 9] + [max(11, len(host)) for host in hosts] + [3, 4, 13, 0]
        self._print(["after", "sim", "up", "masters", "master", "HA", *hosts, "VMs", "wait", "failover", "and"], widths)
        self._print(["before", "", *before.row()], widths)
        last = before.row()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.status(pool)
            row = status.row()
            if row != last:
                simulated = self.sim.state()["time"] - sim_began
                self._print([f"{time.monotonic() - began:.1f} s", f"{int(simulated) // 60}:{int(simulated) % 60:02}", *row], widths)
                last = row
            if until(status):
                return
            time.sleep(0.1)

    def failovers(self, pool):
        return self.exporter.failovers(pool=pool)

    def table(self, record, speed):
        """The failover as it was measured, in simulated time."""
        def minutes(seconds):
            return f"{round(seconds * speed) // 60}:{round(seconds * speed) % 60:02}"

        vms = record["vms"]
        print(f"\n  {record['pool']}: the {record['role']} {record['host']} was lost; {record['outcome']}, {vms['running']} of "
              f"{vms['running'] + vms['pending']} VMs run again. Minutes of the simulation, the loss known within "
              f"{minutes(record['loss']['uncertainty_seconds'])}:")
        print(f"    {'':<28} measured  published")
        for row in record["table"]:
            moment = record["phases"][row["phase"]]
            print(f"    {row['label']:<28} {minutes(moment['seconds']) if moment else NO_FACT:>8}  {row['published'] or '':>9}".rstrip())

    @staticmethod
    def _print(cells, widths):
        print("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths)).rstrip())
