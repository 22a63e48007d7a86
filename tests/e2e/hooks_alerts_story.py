#!/usr/bin/python3 -B
"""The exporter dies while HA is off and the hooks wait: Alertmanager says "resolved", and nothing is. And what the rules say
of the hooks themselves meanwhile: each fires when it should, with labels that name what it is about, and not before."""

import story
from story import wait_until
import alerting
from hooks_daemon import Daemon, enables

FACTOR = 15  # alerts wait so much shorter, and the pools' time passes so much faster
WORLD = {"scheme": "https", "speed": FACTOR, "pools": [{"name": "cluster1", "hosts": 3, "vms": 6, "latency_recorded": True},
                                                       {"name": "cluster2", "hosts": 3, "vms": 6, "latency_recorded": True}]}
ABOUT_HOOKS = 'alertname=~"XenHA(Hooks.*|WebhookFailing|ConfigReloadFailed)"'
OF_THE_POOL = {"pool": "cluster1"}


class HooksAlerts(story.Story):
    def start(self, receiver):
        self.sim = self.stage.simulator(world=WORLD, speed=FACTOR)
        self.config = self.stage.config(self.sim)
        self.exporter = self.stage.exporter(self.config)
        self.acting = Daemon(self.stage, self.sim, "acting", factor=FACTOR)
        self.trial = Daemon(self.stage, self.sim, "trial", "dry-run", factor=FACTOR)
        chain = alerting.Alerting(self.stage, self.exporter, receiver, factor=FACTOR, bridges=True,
                                  hooks=(self.acting, self.trial), change=alerting.quick)
        self.prometheus, self.alertmanager = chain.prometheus, chain.alertmanager
        for daemon in (self.acting, self.trial):
            wait_until(f"{daemon.name} knows the pool", lambda daemon=daemon: daemon.knows("cluster1"))
        wait_until("Prometheus has pools and daemons", lambda: len(self.prometheus.query(
            "pool:xenha_pool_ha_required:last == 1")) == 2 and len(self.prometheus.query('up{job="xenha-hooks"} == 1')) == 2)

    def firing(self):
        """Of the alerts about hooks: pairs of severity with name, and further labels."""
        out = []
        for labels, _ in self.prometheus.query(f'ALERTS{{alertstate="firing", {ABOUT_HOOKS}}}'):
            named = {key: value for key, value in labels.items() if key not in ("__name__", "alertstate", "alertname", "severity")}
            out.append((labels["severity"], labels["alertname"], named))
        return sorted(out, key=str)

    def fires(self, *wanted, seconds=180):
        """These do, and no other."""
        wanted = sorted(wanted, key=str)
        try:
            wait_until("rules about hooks fire", lambda: self.firing() == wanted, seconds)
        except AssertionError:
            self.assertEqual(self.firing(), wanted)

    def accepted(self):
        return self.acting.journal.receipts("cluster1", result="accepted")

    def test_resolved_is_no_proof(self):
        with alerting.Receiver() as receiver:
            self.start(receiver)
            self.assertEqual(self.firing(), [])
            self.acting.order("pause", "cluster1", reason="the disks are being looked at", **{"for": "1h"})
            self.sim.command("silent-disarm", pool="cluster1")
            wait_until("the pause holds it", lambda: self.acting.newest("cluster1") == ("wait", "paused"), 180)
            trial = ("info", "XenHAHooksDryRunWouldAct", OF_THE_POOL)
            self.fires(trial, ("warning", "XenHAHooksRefusing", OF_THE_POOL))

            self.exporter.stop()
            resolved = wait_until("the alert resolves, for nobody looks any more", lambda: self.acting.journal.receipts(
                "cluster1", status="resolved"), 240)
            self.assertEqual(resolved[0]["reason"], "was_open")
            self.assertEqual(self.acting.journal.closings("cluster1"), ["resolved"])
            self.acting.order("resume", "cluster1")
            wait_until("it has nothing to do", lambda: self.acting.idle("cluster1"))
            self.assertEqual(self.sim.writes(), [])
            self.assertFalse(self.sim.pool("cluster1")["ha_enabled"])
            self.assertEqual(self.acting.metrics().all("xenha_hooks_last_success_timestamp_seconds"), [])

            # Somebody looks again, and sees that nothing was over.
            self.exporter = self.stage.exporter(self.config, address=self.exporter.address)
            wait_until("the alert comes anew", lambda: len(self.accepted()) == 2, 240)
            self.assertGreater(self.accepted()[1]["starts_at"], self.accepted()[0]["starts_at"])
            wait_until("HA is back, verified", lambda: self.acting.metrics().value(
                "xenha_hooks_actions_total", pool="cluster1", outcome="success") == 1, 180)
            self.assertEqual(len(enables(self.sim)), 1)
            wait_until("that is over in truth", lambda: len(self.acting.journal.receipts("cluster1", status="resolved")) == 2, 240)
            self.fires(trial)

            # Off again so soon: the acting one gives up, and a person has to know.
            self.sim.command("silent-disarm", pool="cluster1")
            wait_until("it gives up", lambda: self.acting.newest("cluster1") in (("refuse", "flap"), ("refuse", "gave_up")), 240)
            gave_up = ("critical", "XenHAHooksGaveUp", OF_THE_POOL)
            self.fires(trial, gave_up)

            # One of the daemons is gone, and Alertmanager cannot tell it that HA is still off.
            self.trial.stop()
            self.fires(trial, gave_up, ("warning", "XenHAHooksRefusing", OF_THE_POOL),
                       ("warning", "XenHAHooksDown", {"job": "xenha-hooks", "instance": self.trial.address}),
                       ("warning", "XenHAWebhookFailing", {"job": "alertmanager", "instance": self.alertmanager.address,
                                                           "integration": "webhook"}))
            self.assertEqual(self.sim.writes(), enables(self.sim))
            self.assertEqual(len(enables(self.sim)), 1)


if __name__ == "__main__":
    story.main()
