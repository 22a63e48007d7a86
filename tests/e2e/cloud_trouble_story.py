#!/usr/bin/python3 -B
"""A CloudStack in trouble, or one that does not want us: its own series say so, the pools are watched as before, nothing waits
for it, and it is left in peace."""

import re

import front
import story
from story import wait_until

RELEASE = "4.20.3.0"
OF_CLOUD = re.compile(r"^cloudstack:\n(?:  .*\n)+", re.M)
UP = "xenha_cloudstack_up"
SUCCESS = "xenha_pool_last_success_timestamp_seconds"


class CloudTrouble(story.Story):
    def start(self, change=lambda text: text):
        self.sim = self.stage.simulator("--pools", 2, "--hosts", 2, cloudstack=RELEASE)
        self.config = self.stage.config(self.sim, change=change)
        return self.stage.exporter(self.config)

    def start_well(self, **options):
        exporter = self.start(**options)
        self.wait_until_well(exporter)
        return exporter

    def wait_until_well(self, exporter):
        exporter.wait_for("pools and CloudStack are read", lambda now: now.value(UP) == 1
                          and len(now.all("xenha_pool_ha_enabled")) == 2 and len(now.all("xenha_cloudstack_host_joined")) == 4)

    def start_behind_a_front(self):
        def change(text):
            self.front = front.Front(re.search(r"url: (http\S+)", text)[1])
            self.addCleanup(self.front.stop)
            return re.sub(r"url: http\S+", f"url: {self.front.url}", text)
        return self.start_well(change=change)

    def rounds(self, exporter, count):
        """Waits until both pools were asked so many times more, and were up all the while."""
        now = exporter.wait_for("both pools are read", lambda now: len(now.all(SUCCESS)) == 2)
        seen = {pool: [now.value(SUCCESS, pool=pool)] for pool in ("pool1", "pool2")}

        def enough(now):
            for pool, times in seen.items():
                self.assertEqual(now.value("xenha_pool_up", pool=pool), 1)
                if now.value(SUCCESS, pool=pool) > times[-1]:
                    times.append(now.value(SUCCESS, pool=pool))
            return all(len(times) > count for times in seen.values())

        exporter.wait_for(f"{count} more rounds", enough)
        # Rounds come every second; a machine that is busy may delay one, a pool that waited would miss several.
        self.assertLess(max(after - before for times in seen.values() for before, after in zip(times, times[1:])), 5)

    def in_trouble(self, exporter, begin, end):
        samples = exporter.metrics()
        before = samples.value("xenha_cloudstack_last_success_timestamp_seconds")
        begin()
        down = exporter.wait_for("it is down", lambda now: now.value(UP) == 0)
        self.assertGreaterEqual(down.value("xenha_cloudstack_last_success_timestamp_seconds"), before)
        self.rounds(exporter, 3)
        now = exporter.metrics()
        # What it said last is still served, and no failover is made of its silence.
        self.assertEqual(len(now.all("xenha_cloudstack_host_joined")), 4)
        self.assertEqual(now.all("xenha_failover_in_progress"), [])
        self.assertEqual(exporter.get("/-/ready").status, 200)
        self.assertIn("has not answered for", exporter.get("/").text)
        end()
        exporter.wait_for("it is up again", lambda now: now.value(UP) == 1)

    def leave(self, exporter):
        code, seconds = exporter.stop()
        self.assertEqual(code, 0, exporter.log()[-2000:])
        self.assertLess(seconds, 5)
        self.assertEqual(self.sim.writes(), [])
        self.assertEqual(self.sim.sessions(), [])

    def test_a_server_that_refuses_hangs_or_garbles(self):
        exporter = self.start_well()
        for mode in ("refuse", "hang", "garble"):
            with self.subTest(mode):
                self.in_trouble(exporter, lambda: self.sim.cs("network", mode=mode), lambda: self.sim.cs("network", mode="up"))
        with self.subTest("stopped"):
            self.in_trouble(exporter, lambda: self.sim.cs("power", on=False), lambda: self.sim.cs("power", on=True))
        self.assertEqual(len(re.findall("CloudStack does not answer;", exporter.log())), 4)  # once each, not once a round
        self.sim.cs("network", mode="hang")
        exporter.wait_for("it is down", lambda now: now.value(UP) == 0)
        self.leave(exporter)

    def test_a_proxy_that_answers_for_it(self):
        exporter = self.start_behind_a_front()
        answers = {"html": (200, "text/html", front.HTML), "redirect": (302, "text/html", front.HTML),
                   "other json": (200, "application/json", b'{"status":"ok"}'),
                   "deep json": (200, "application/json", b"[" * 200_000),
                   "500": (530, "application/json", b'{"errorresponse":{"errorcode":530,"errortext":"no"}}')}
        for name, answer in answers.items():
            with self.subTest(name):
                self.in_trouble(exporter, lambda: setattr(self.front, "answer", lambda *_: answer),
                                lambda: setattr(self.front, "answer", None))
        self.leave(exporter)

    def test_a_server_that_hangs_from_the_beginning_holds_nobody(self):
        self.sim = self.stage.simulator("--pools", 2, "--hosts", 2, cloudstack=RELEASE)
        self.sim.cs("network", mode="hang")
        exporter = self.stage.exporter(self.stage.config(self.sim))
        exporter.wait_until_ready()
        now = exporter.wait_for("both pools are read", lambda now: len(now.all("xenha_pool_ha_enabled")) == 2)
        self.assertEqual(now.value(UP), 0)
        self.assertEqual(now.all("xenha_cloudstack_host_joined"), [])
        self.assertIsNone(now.value("xenha_cloudstack_last_success_timestamp_seconds"))
        self.sim.cs("network", mode="up")
        self.wait_until_well(exporter)
        self.sim.cs("network", mode="hang")
        exporter.wait_for("it is down", lambda now: now.value(UP) == 0)
        self.leave(exporter)

    def test_a_wrong_key_is_tried_once_and_a_rewritten_file_at_once(self):
        wrong = self.stage.directory / "wrong.key"
        wrong.write_text("not-the-key\n", encoding="utf-8")
        wrong.chmod(0o600)
        exporter = self.start(lambda text: re.sub(r"api_key_file: \S+", f"api_key_file: {wrong}", text))
        wait_until("it is told", lambda: "does not let us watch" in exporter.log())
        self.assertEqual(exporter.metrics().value(UP), 0)
        self.rounds(exporter, 12)  # more than two of CloudStack's intervals
        self.assertEqual([call["outcome"] for call in self.sim.cloud_calls()], ["401"])
        wrong.write_text("cloud-api-key\n", encoding="utf-8")
        self.wait_until_well(exporter)
        self.assertEqual([call["outcome"] for call in self.sim.cloud_calls()].count("401"), 1)
        self.leave(exporter)

    def test_a_key_that_may_not_see_enough_is_told_what_it_lacks(self):
        def change(text):
            directory = self.stage.directory
            for part in ("key", "secret"):
                word = "tenant-api-key" if part == "key" else "tenant-secret-key"
                (directory / part).write_text(word + "\n", encoding="utf-8")
                (directory / part).chmod(0o600)
            text = re.sub(r"api_key_file: \S+", f"api_key_file: {directory}/key", text)
            return re.sub(r"secret_key_file: \S+", f"secret_key_file: {directory}/secret", text)
        exporter = self.start(change)
        wait_until("it is told", lambda: re.search(r"may not call [^\n]*listClusters[^\n]*listHosts", exporter.log()))
        self.assertEqual(exporter.metrics().value(UP), 0)
        asked = len(self.sim.cloud_calls())
        self.rounds(exporter, 12)
        self.assertEqual(len(self.sim.cloud_calls()), asked)
        self.leave(exporter)

    def test_a_reload_adds_and_removes_it(self):
        exporter = self.start_well()
        both = self.config.read_text(encoding="utf-8")
        without = OF_CLOUD.sub("", both).replace("    cloudstack: cloud1\n", "")
        self.assertNotIn("cloud1", without)
        for _ in range(2):
            self.config.write_text(without, encoding="utf-8")
            self.assertEqual(story.http(exporter.url + "/-/reload", data=b"", method="POST").status, 200)
            exporter.wait_for("nothing is told of it", lambda now: not [
                name for name, _, _ in now if name.startswith("xenha_cloudstack")], seconds=10)
            self.assertEqual(exporter.get("/-/ready").status, 200)
            asked = self.sim.last_call()
            self.rounds(exporter, 8)
            self.assertEqual(self.sim.cloud_calls(asked), [])
            self.assertNotIn("CloudStack", exporter.get("/").text)
            self.config.write_text(both, encoding="utf-8")
            self.assertEqual(story.http(exporter.url + "/-/reload", data=b"", method="POST").status, 200)
            self.wait_until_well(exporter)
        self.leave(exporter)


if __name__ == "__main__":
    story.main()
