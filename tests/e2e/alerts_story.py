#!/usr/bin/python3 -B
"""From the fault to the webhook, in real time: simulated pools, the exporter, Debian's Prometheus with the rules as
rules/install puts them, Debian's Alertmanager with the shipped example. HA is switched off in a pool: the hooks and the
people are told, in time and with what they need; HA is on again: they are told that, too. Other pools have other troubles
at the same time, and a healthy one has none."""

import datetime
import time

import story
from story import wait_until
import alerting
import faults

HOOKS_PATH = "/api/v1/alerts"
RUNBOOKS, GRAFANA = "https://wiki.example/xenha", "https://grafana.example"
POOLS = ("ha-off", "healthy", "host-dead", "two-masters", "emergency", "no-master", "settings", "disarmed")
WORLD = {
    "scheme": "https",
    "pools": [{"name": name, "hosts": 3, "vms": 6, "latency_recorded": True} for name in POOLS],
    "clouds": [{"name": "cloud1", "version": "4.20.3.0", "settings": {"alert.wait": "60"}}],
}
INTERVAL = "5s"
# What each trouble must bring within six minutes; more may come of it.
EXPECTED = {
    ("critical", "XenHAPoolHADisabled", "ha-off"),
    ("critical", "XenHAHostDown", "host-dead"),
    ("critical", "XenHAPoolSplitBrain", "two-masters"),
    ("critical", "XenHAHostEmergencyMode", "emergency"),
    ("critical", "XenHAPoolNoMaster", "no-master"),
    ("warning", "XenHAHATimeoutTooLow", "settings"),
    ("warning", "XenHAVMProtectedByPool", "settings"),
    ("critical", "XenHAHostDisarmed", "disarmed"),
}
# What fires in Prometheus as well, and what the example's inhibition keeps from people: the alerts above say it already.
HELD_BACK = {("XenHACloudStackHostDown", "host-dead"), ("XenHAHostDown", "no-master"), ("XenHASnapshotStale", "no-master")}


def seconds_of(timestamp):
    """Of Alertmanager's times, which have nanoseconds."""
    text = timestamp.replace("Z", "+00:00")
    whole, _, rest = text.partition(".")
    if rest:
        fraction, zone = rest[:-6], rest[-6:]
        text = f"{whole}.{fraction[:6].ljust(6, '0')}{zone}"
    return datetime.datetime.fromisoformat(text).timestamp()


class Alerts(story.Story):
    def start(self, receiver):
        self.sim = self.stage.simulator(world=WORLD)
        self.exporter = self.stage.exporter(self.stage.config(self.sim))
        alerts = alerting.Alerting(self.stage, self.exporter, receiver, INTERVAL,
                                   install=["--runbooks", RUNBOOKS, "--grafana", GRAFANA])
        self.alertmanager, self.prometheus = alerts.alertmanager, alerts.prometheus
        self.exporter.wait_until_ready()
        wait_until("Prometheus has every pool, by both ways", lambda: len(self.prometheus.query("xenha_pool_ha_enabled == 1")) ==
                   2 * len(POOLS) and len(self.prometheus.query("pool:xenha_pool_ha_required:last == 1")) == len(POOLS))
        faults.settle(self.exporter)
        self.assertEqual(self.prometheus.query('ALERTS{severity=~"critical|warning"}'), [])

    def trouble(self):
        """Everything at once, on each pool something else."""
        faults.as_operator(self.sim, "ha-off", "disable")
        self.fault = time.time()
        self.sim.command("power-off", pool="host-dead", host=3)
        self.sim.command("split-brain", pool="two-masters", host=3)
        self.sim.command("emergency", pool="emergency", host=2, code="HA_HOST_CANNOT_ACCESS_STATEFILE", thinks_master=False)
        faults.as_operator(self.sim, "no-master", "disable")
        self.sim.command("ha-timeout", pool="settings", seconds=60)
        self.protect_a_vm("settings")
        self.sim.command("disarm-host", pool="disarmed", host=2)
        self.exporter.wait_for("HA is off there", lambda now: now.value("xenha_pool_ha_enabled", pool="no-master") == 0)
        self.sim.command("power-off", pool="no-master", host=1)

    def protect_a_vm(self, pool):
        there = {host["address"] for host in self.sim.pool(pool)["hosts"]}
        vm = next(vm["name"] for vm in self.sim.cloud()["vms"] if vm["host"] in there)
        self.sim.command("protect-vm", pool=pool, vm=vm, on=True)

    def tell(self, what, at):
        print(f"  {what:<58} {at - self.fault:6.1f} s after the fault")

    def test_from_the_fault_to_the_webhook_and_back(self):
        with alerting.Receiver() as receiver:
            self.start(receiver)
            self.trouble()
            print()
            message, alert = wait_until("the hooks are told that HA is off", lambda: receiver.first(
                HOOKS_PATH, "XenHAPoolHADisabled", pool="ha-off"), seconds=420, every=0.5)
            self.tell("XenHAPoolHADisabled fires in Prometheus", seconds_of(alert["startsAt"]))
            self.tell("its webhook is at the hooks", message.received)
            self.judge_payload(message, alert)
            told_people = wait_until("people are told as well", lambda: receiver.first(
                "/people-critical", "XenHAPoolHADisabled", pool="ha-off"), seconds=60)
            self.tell("people are told", told_people[0].received)
            self.assertEqual(told_people[1]["fingerprint"], alert["fingerprint"])

            def told():
                return receiver.told("/people-critical") | receiver.told("/people-warning")

            try:
                wait_until("all troubles are told", lambda: EXPECTED <= told(), seconds=120)
            except AssertionError:
                self.fail(f"not told: {sorted(EXPECTED - told())}\ntold: {sorted(map(str, told()))}\nPrometheus has: " + str(
                    sorted({(alert["state"], alert["labels"]["alertname"], alert["labels"].get("pool", ""))
                            for alert in self.prometheus.alerts()})))
            told = told()
            held_back = {(alert["labels"]["alertname"], alert["labels"].get("pool")) for alert in self.alertmanager.alerts()
                         if alert["status"]["state"] == "suppressed"}
            self.assertLessEqual(HELD_BACK, held_back)
            self.assertEqual({entry for entry in told if entry[1:] in HELD_BACK}, set())
            for alertname in sorted({name for _, name, _ in told}):
                print(f"  told: {alertname:<34} {', '.join(sorted(str(pool) for _, name, pool in told if name == alertname))}")
            self.assertEqual({entry for entry in told if entry[2] == "healthy"}, set())
            self.assertEqual({entry for entry in told if entry[2] == "ha-off"},
                             {("critical", "XenHAPoolHADisabled", "ha-off")})
            self.assertEqual({name for _, name, _ in receiver.told(HOOKS_PATH)}, {"XenHAPoolHADisabled"})

            faults.as_operator(self.sim, "ha-off", "enable")
            self.exporter.wait_for("HA is on", lambda now: now.value("xenha_pool_ha_enabled", pool="ha-off") == 1, seconds=300)
            back = time.time()
            self.tell("HA is on again", back)
            resolved, _ = wait_until("the hooks are told that it is over", lambda: receiver.first(
                HOOKS_PATH, "XenHAPoolHADisabled", "resolved", pool="ha-off"), seconds=420, every=0.5)
            self.tell("the hooks are told that it is over", resolved.received)
            self.assertEqual(resolved.alerts("XenHAPoolHADisabled", pool="ha-off")[0]["fingerprint"], alert["fingerprint"])
            self.assertEqual(self.sim.pool("healthy")["master"], self.sim.pool("healthy")["hosts"][0]["address"])

    def judge_payload(self, message, alert):
        """What conventions and the hooks need of it."""
        self.assertEqual(message.headers["Authorization"], "Bearer token-of-the-hooks")
        body = message.body
        self.assertEqual((body["version"], body["status"], body["truncatedAlerts"]), ("4", "firing", 0))
        self.assertEqual(body["groupLabels"], {"alertname": "XenHAPoolHADisabled", "pool": "ha-off"})
        self.assertEqual(alert["labels"], {"alertname": "XenHAPoolHADisabled", "pool": "ha-off", "severity": "critical"})
        self.assertEqual(alert["endsAt"], "0001-01-01T00:00:00Z")
        self.assertRegex(alert["fingerprint"], r"^[0-9a-f]{16}$")
        self.assertEqual(set(alert["annotations"]), {"summary", "description", "runbook_url", "dashboard_url"})
        self.assertEqual(alert["annotations"]["runbook_url"], f"{RUNBOOKS}/RUNBOOK.md#xenhapoolhadisabled")
        self.assertEqual(alert["annotations"]["dashboard_url"], f"{GRAFANA}/d/xenha-pool?var-pool=ha-off")
        self.assertIn("ha-off", alert["annotations"]["summary"])
        # Since when: the day of the fault, in the text itself.
        self.assertIn(time.strftime("%Y-%m-%d", time.gmtime(self.fault)), alert["annotations"]["description"])
        waited = seconds_of(alert["startsAt"]) - self.fault
        self.assertTrue(295 <= waited <= 345, f"fired {waited:.0f} s after the fault, `for` is 5m")
        self.assertLess(message.received - seconds_of(alert["startsAt"]), 45)


if __name__ == "__main__":
    story.main()
