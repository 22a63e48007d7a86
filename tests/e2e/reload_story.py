#!/usr/bin/python3 -B
"""Changing the configuration of a running exporter: by signal and by request, good files and bad ones."""

import re
import signal

import story
from story import wait_until


class Reload(story.Story):
    def start(self):
        self.sim = self.stage.simulator("--pools", 2, "--hosts", 2)
        self.both = self.stage.config(self.sim).read_text(encoding="utf-8")
        # One pool only at first: everything between the first entry and the second is kept.
        first, _, rest = self.both.partition("  - name: pool2\n")
        self.one = first + rest[rest.index("exporter:\n"):]
        self.path = self.stage.config(self.sim, change=lambda _: self.one)
        exporter = self.stage.exporter(self.path)
        exporter.wait_for("the first pool is read", lambda now: now.value("xenha_pool_ha_enabled", pool="pool1") == 1)
        self.assertEqual(self.pools(exporter), ["pool1"])
        return exporter

    def write(self, text):
        self.path.write_text(text, encoding="utf-8")

    @staticmethod
    def pools(exporter):
        return [entry["targets"][0] for entry in exporter.get("/sd").json()]

    def reload(self, exporter):
        return story.http(exporter.url + "/-/reload", data=b"", method="POST")

    def good(self, exporter):
        return exporter.metrics().value("xenha_config_last_reload_successful")

    def test_a_signal_adds_a_pool_and_leaves_the_other_alone(self):
        exporter = self.start()
        sessions = {(s["host"], s["ref"]) for s in self.sim.sessions() if s["kind"] == "pool" and s["pool"] == "pool1"}
        self.write(self.both)
        exporter.signal(signal.SIGHUP)
        exporter.wait_for("the second pool is read", lambda now: now.value("xenha_pool_up", pool="pool2") == 1)
        self.assertEqual(self.pools(exporter), ["pool1", "pool2"])
        still = {(s["host"], s["ref"]) for s in self.sim.sessions() if s["kind"] == "pool" and s["pool"] == "pool1"}
        self.assertEqual(still, sessions)
        self.assertEqual(self.good(exporter), 1)

    def test_a_request_removes_a_pool_and_its_session(self):
        exporter = self.start()
        self.write(self.both)
        self.assertEqual(self.reload(exporter).status, 200)
        exporter.wait_for("the second pool is read", lambda now: now.value("xenha_pool_up", pool="pool2") == 1)
        self.write(self.one)
        self.assertEqual(self.reload(exporter).status, 200)
        self.assertEqual(exporter.metrics().all("xenha_pool_up", pool="pool2"), [])
        wait_until("its sessions are given back",
                   lambda: not [s for s in self.sim.sessions() if s["pool"] == "pool2"])

    def test_a_bad_file_changes_nothing_and_is_told(self):
        exporter = self.start()
        self.write(self.one.replace("    username:", "    user_name:"))
        reply = self.reload(exporter)
        self.assertEqual(reply.status, 500)
        self.assertRegex(reply.text, r"user_name \(line \d+\)")
        self.assertEqual(self.good(exporter), 0)
        exporter.signal(signal.SIGHUP)
        wait_until("the log says so, for the request and for the signal",
                   lambda: len(re.findall("user_name", exporter.log())) >= 2)
        self.assertEqual(self.good(exporter), 0)
        before = exporter.metrics().value("xenha_pool_last_success_timestamp_seconds", pool="pool1")
        exporter.wait_for("the pool is still watched", lambda now: now.value(
            "xenha_pool_last_success_timestamp_seconds", pool="pool1") > before)
        self.write(self.one)
        self.assertEqual(self.reload(exporter).status, 200)
        self.assertEqual(self.good(exporter), 1)

    def test_only_post_reloads(self):
        exporter = self.start()
        self.assertEqual(exporter.get("/-/reload").status, 405)


if __name__ == "__main__":
    story.main()
