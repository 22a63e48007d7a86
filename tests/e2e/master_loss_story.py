#!/usr/bin/python3 -B
"""The master loses power: what Prometheus sees, with HA on and with HA off."""

import story
from story import wait_until

FAST = 40  # simulated seconds a second


class MasterLoss(story.Story):
    def start(self, *flags):
        sim, exporter = self.watched("--hosts", 4, *flags, speed=FAST)
        samples = exporter.wait_for("all is well", lambda now: now.value("xenha_pool_up", pool="pool1") == 1
                                    and len(now.master("pool1")) == 1 and len(now.hosts("pool1")) == 4
                                    and now.value("xenha_pool_ha_enabled", pool="pool1") is not None)
        return sim, exporter, samples.master("pool1")[0]

    def test_with_ha_on_another_host_takes_over_and_the_old_master_returns_as_slave(self):
        sim, exporter, old = self.start()
        prometheus = self.stage.prometheus(exporter)
        wait_until("Prometheus has the pool", lambda: prometheus.query('xenha_pool_up{job="xenha"} == 1'))
        before = exporter.metrics()
        self.assertEqual(before.value("xenha_pool_ha_enabled", pool="pool1"), 1)

        sim.command("power-off", host="master")
        exporter.wait_for("the loss is seen", lambda now: now.value("xenha_pool_up", pool="pool1") == 0
                          and now.value("xenha_host_reachable", pool="pool1", host=old) == 0
                          and now.value("xenha_pool_masters", pool="pool1") == 0)
        wait_until("Prometheus sees it", lambda: prometheus.query(
            f'min_over_time(xenha_host_reachable{{job="xenha",host="{old}"}}[1m]) == 0'))

        # The probe finds the new master before its database is read.
        changes = before.value("xenha_pool_master_changes_total", pool="pool1")
        after = exporter.wait_for("another host leads the pool", lambda now: now.value("xenha_pool_up", pool="pool1") == 1
                                  and len(now.master("pool1")) == 1 and now.master("pool1") != [old]
                                  and now.value("xenha_pool_master_changes_total", pool="pool1") != changes)
        new = after.master("pool1")[0]
        self.assertEqual(after.value("xenha_pool_master_changes_total", pool="pool1"), changes + 1)
        self.assertGreater(after.value("xenha_pool_master_since_timestamp_seconds", pool="pool1"),
                           before.value("xenha_pool_master_since_timestamp_seconds", pool="pool1"))
        self.assertEqual(after.state("pool1", old), "unreachable")
        exporter.wait_for("HA is still on", lambda now: now.value("xenha_pool_ha_enabled", pool="pool1") == 1)
        exporter.wait_for("the others name the new master", lambda now: sorted(
            labels["master"] for labels, _ in now.all("xenha_host_believed_master", pool="pool1")) == [new] * 3)
        exporter.wait_for("the new master holds the old one for dead",
                          lambda now: now.value("xenha_host_live", pool="pool1", host=old) == 0)

        sim.command("power-on", host=old)
        back = exporter.wait_for("the old master is a slave and live", lambda now: now.state("pool1", old) == "slave"
                                 and now.value("xenha_host_live", pool="pool1", host=old) == 1
                                 and now.value("xenha_host_rejoin_seconds", pool="pool1", host=old) is not None)
        self.assertEqual(back.master("pool1"), [new])
        self.assertEqual(sim.writes(), [])

    def test_with_ha_off_nobody_takes_over_and_the_metrics_say_so(self):
        sim, exporter, old = self.start("--no-ha")
        self.assertEqual(exporter.metrics().value("xenha_pool_ha_enabled", pool="pool1"), 0)
        sim.command("power-off", host="master")
        exporter.wait_for("the loss is seen", lambda now: now.value("xenha_pool_up", pool="pool1") == 0
                          and now.value("xenha_host_reachable", pool="pool1", host=old) == 0)
        lost_at = sim.state()["time"]
        # Five times as long as the change of master takes where HA is on (about three minutes).
        wait_until("a quarter of an hour passes in the simulation", lambda: sim.state()["time"] > lost_at + 900, seconds=120)
        later = exporter.metrics()
        self.assertEqual(later.value("xenha_pool_up", pool="pool1"), 0)
        self.assertEqual(later.value("xenha_pool_masters", pool="pool1"), 0)
        self.assertEqual(later.master("pool1"), [])
        self.assertEqual(later.value("xenha_pool_master_changes_total", pool="pool1"), 0)
        # The slaves still answer and still name the dead one: that is what the operator has to know.
        believed = [labels["master"] for labels, _ in later.all("xenha_host_believed_master", pool="pool1")]
        self.assertEqual(believed, [old] * 3)


if __name__ == "__main__":
    story.main()
