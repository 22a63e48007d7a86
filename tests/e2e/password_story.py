#!/usr/bin/python3 -B
"""A wrong password is tried once in a pool and then left alone, until its file changes."""

import re

import story
from story import wait_until


class Password(story.Story):
    def test_once_and_again_when_the_file_changes(self):
        sim = self.stage.simulator("--pools", 2, "--hosts", 4, speed=10)
        wrong = self.stage.directory / "wrong.pw"
        wrong.write_text("not-the-password\n", encoding="utf-8")
        wrong.chmod(0o600)

        def change(text):  # pool1 only
            first, mark, rest = text.partition("  - name: pool2\n")
            return re.sub(r"password_file: \S+/monitor\.pw", f"password_file: {wrong}", first) + mark + rest

        exporter = self.stage.exporter(self.stage.config(sim, change=change))
        exporter.wait_for("the refusal is told", lambda now: "auth_error" in {
            now.state("pool1", host) for host in now.hosts("pool1")})
        started = sim.last_call()
        exporter.wait_for("pool2 is watched meanwhile", lambda now: now.value("xenha_pool_up", pool="pool2") == 1
                          and len(now.hosts("pool2")) == 4)

        def rounds():
            return len([call for call in sim.calls(started) if call["pool"] == "pool2" and call["method"] == "pool.get_all"])

        wait_until("ten further rounds", lambda: rounds() >= 10)

        def refused():
            return [call for call in sim.calls() if call["pool"] == "pool1" and call["user"] != "root"
                    and call["outcome"] == "SESSION_AUTHENTICATION_FAILED"]

        self.assertEqual(len(refused()), 1, refused())
        self.assertEqual(exporter.metrics().value("xenha_pool_up", pool="pool1"), 0)

        wrong.write_text("monitor-password\n", encoding="utf-8")
        exporter.wait_for("the new password is taken from the file", lambda now: now.value("xenha_pool_up", pool="pool1") == 1)
        self.assertEqual(len(refused()), 1)


if __name__ == "__main__":
    story.main()
