#!/usr/bin/python3 -B
"""A master that takes connections and never answers costs the other pools nothing."""

import statistics
import time

import story
from story import wait_until


class Hanging(story.Story):
    def scrape_seconds(self, exporter):
        times = []
        for _ in range(30):
            began = time.monotonic()
            exporter.metrics()
            times.append(time.monotonic() - began)
        return statistics.median(times)

    def fresh(self, exporter, pool):
        """Waits until the pool's last success moves three times; the longest step in seconds."""
        name = "xenha_pool_last_success_timestamp_seconds"
        seen = [exporter.metrics().value(name, pool=pool)]
        while len(seen) < 4:
            seen.append(exporter.wait_for(f"{pool} stays fresh",
                                          lambda now: now.value(name, pool=pool) > seen[-1]).value(name, pool=pool))
        return max(after - before for before, after in zip(seen, seen[1:]))

    def test_the_other_pool_stays_fresh_and_scrapes_stay_quick(self):
        sim, exporter = self.watched("--pools", 2, "--hosts", 4)
        exporter.wait_for("both are up", lambda now: sum(value for _, value in now.all("xenha_pool_up")) == 2)
        before, step_before = self.scrape_seconds(exporter), self.fresh(exporter, "pool2")

        sim.command("network", pool="pool1", host="master", mode="hang")
        lost = exporter.wait_for("pool1 is down", lambda now: now.value("xenha_pool_up", pool="pool1") == 0)
        stuck = lost.value("xenha_pool_last_success_timestamp_seconds", pool="pool1")

        during, step_during = self.scrape_seconds(exporter), self.fresh(exporter, "pool2")
        print(f"scrape, median: {before * 1000:.1f} ms before, {during * 1000:.1f} ms while the master hangs; "
              f"longest step of pool2's last success: {step_before:.2f} s, {step_during:.2f} s")
        # Generous bounds for a busy machine; a scrape that waited for the hung host would take seconds.
        self.assertLess(during, 10 * before + 0.05)
        self.assertLess(step_during, 3 * step_before + 1)
        now = exporter.metrics()
        self.assertEqual(now.value("xenha_pool_up", pool="pool2"), 1)
        self.assertEqual(now.value("xenha_pool_last_success_timestamp_seconds", pool="pool1"), stuck)
        self.assertEqual(now.value("xenha_host_reachable", pool="pool1", host=now.hosts("pool1")[1]), 1)

        sim.command("network", pool="pool1", host="master", mode="up")
        wait_until("pool1 is up again", lambda: exporter.metrics().value("xenha_pool_up", pool="pool1") == 1)


if __name__ == "__main__":
    story.main()
