#!/usr/bin/python3 -B
"""SIGTERM: no session stays behind, the exit code is 0, and it takes less than 5 seconds whatever hangs."""

import story
from story import wait_until


class Stopping(story.Story):
    def start(self):
        sim, exporter = self.watched("--pools", 3, "--hosts", 4, "--scheme", "https", cloudstack="4.20.3.0")
        exporter.wait_for("every host has been asked locally", lambda now: len(now.all("xenha_host_emergency_mode")) == 12)
        self.assertGreaterEqual(len(sim.sessions()), 3)
        return sim, exporter

    def test_all_sessions_are_given_back(self):
        sim, exporter = self.start()
        code, seconds = exporter.stop()
        self.assertEqual(code, 0, exporter.log()[-2000:])
        self.assertLess(seconds, 5)
        self.assertEqual(sim.sessions(), [])
        self.assertIn("stopping", exporter.log())

    def test_interrupt_is_the_same(self):
        sim, exporter = self.start()
        exporter.process.send_signal(story.stage.signal.SIGINT)
        self.assertEqual(exporter.process.wait(5), 0)
        self.assertEqual(sim.sessions(), [])

    def test_hanging_hosts_do_not_hold_it(self):
        sim, exporter = self.start()
        for pool in ("pool1", "pool2", "pool3"):
            sim.command("network", pool=pool, mode="hang")
        sim.cs("network", mode="hang")
        exporter.wait_for("nobody answers", lambda now: now.value("xenha_cloudstack_up") == 0 and all(
            value == 0 for _, value in now.all("xenha_host_reachable")))
        code, seconds = exporter.stop()
        self.assertEqual(code, 0, exporter.log()[-2000:])
        self.assertLess(seconds, 5)

    def test_the_port_is_free_at_once(self):
        sim, exporter = self.start()
        exporter.stop()
        again = self.stage.exporter(self.stage.config(sim), "--web.listen-address", exporter.address)
        wait_until("the same address serves again", lambda: exporter.address in again.log())


if __name__ == "__main__":
    story.main()
