#!/usr/bin/python3 -B
"""xenhactl with the real programs: what a person sees of pools that are well and of pools that are not."""

import json
import pathlib
import re
import signal
import time

import story
from story import wait_until
import faults
from hooks_story import OPERATOR, TOKEN, message

GUARDS = "{settle: 1s, read_gap: 1s, recheck: 1s, verify: 3s, cool_down: 1s, kill_switch_file: STOP}"
POOL = {"name": "cluster1", "hosts": 3, "vms": 6}
CLOUD = {"name": "cloud1", "version": "4.20.3.0"}


class Ctl(story.Story):
    def start(self, pools=(POOL,), speed=10, exporter=True, hooks=True, mode="act", settings=None):
        cloud = {**CLOUD, "settings": settings or {}}
        self.sim = self.stage.simulator(world={"scheme": "https", "speed": speed, "pools": list(pools), "clouds": [cloud]},
                                        speed=speed)
        here = self.stage.directory
        for name, text in (("hooks.token", TOKEN), ("operator.token", OPERATOR)):
            (here / name).write_text(text, encoding="utf-8")
            (here / name).chmod(0o600)
        (here / "hooks").mkdir()
        section = (f"\nhooks:\n  mode: {mode}\n  bearer_token_file: hooks.token\n  operator_token_file: operator.token\n"
                   "  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]\n"
                   f"  guards: {GUARDS}\n  state_dir: hooks\n")
        self.daemons_config = self.stage.config(self.sim, change=lambda text: text.split("\nhooks:\n")[0] + section)
        self.exporter = self.stage.exporter(self.daemons_config) if exporter else None
        self.hooks = self.stage.hooks(self.daemons_config) if hooks else None
        nobody = f"http://127.0.0.1:{story.stage.free_port()}"
        self.config = here / "ctl.yml"
        self.config.write_text(self.daemons_config.read_text(encoding="utf-8") +
                               f"ctl:\n  exporter_url: {self.exporter.url if exporter else nobody}\n"
                               f"  hooks_url: {self.hooks.url if hooks else nobody}\n  token_file: operator.token\n",
                               encoding="utf-8")
        self.config.chmod(0o600)
        if exporter:
            self.exporter.wait_until_ready()
        if hooks:
            wait_until("the hooks remember what is good", lambda: all(
                pool["remembered"] for pool in self.hooks.get("/api/v1/pools", OPERATOR).json()["pools"]))

    def ctl(self, *arguments, code=None, **environment):
        answer = self.stage.ctl(self.config, *arguments, **environment)
        if code is not None:
            self.assertEqual(answer.code, code, answer)
        if not {"--output=json", "--output", "--config.check"} & set(arguments):
            for line in answer.out.splitlines():
                self.assertLessEqual(len(line), 80, line)
        return answer

    def facts(self, *pool):
        """Of the one pool, as JSON."""
        pools = self.stage.ctl(self.config, "status", "--output=json", *pool).json()["pools"]
        self.assertEqual(len(pools), 1)
        return pools[0]

    def screen(self, answer):
        """The screen in one line of words, so that line breaks do not matter."""
        return " ".join(answer.out.split())

    def leaves_nothing_behind(self):
        """It only read, and gave back every session."""
        self.assertEqual(self.sim.writes(), [])
        wait_until("every session was given back", lambda: [
            one for one in self.sim.sessions() if one["originator"] == "xenhactl"] == [], seconds=10)


class Status(Ctl):
    def test_of_a_healthy_pool(self):
        self.start()
        answer = self.ctl("status", code=0)
        text = self.screen(answer)
        self.assertRegex(text, r"^cluster1 healthy \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
        self.assertRegex(text, r"HA on, seen so since [0-9: -]+ UTC \(\d+ s ago\), armed on 3 of 3 hosts, timeout 90 s, "
                         "heartbeat on MGMT-HA")
        self.assertIn("Master cluster1-xs1, named by 3 of 3 hosts", text)
        self.assertIn("CloudStack cloud1, the cluster is Managed", text)
        self.assertIn("cluster1-xs1 master live armed plugged Up", text)
        self.assertIn("cluster1-xs3 slave live armed plugged Up", text)
        facts = self.facts("cluster1")
        self.assertEqual((facts["healthy"], facts["findings"], facts["not_read"]), (True, [], []))
        self.assertEqual((facts["master"], facts["ha"]["enabled"]), ("cluster1-xs1", True))
        self.leaves_nothing_behind()

    def test_of_ha_that_went_off_silently(self):
        self.start()
        self.sim.command("silent-disarm", pool="cluster1")
        self.exporter.wait_for("the exporter saw it", lambda now: now.value("xenha_pool_ha_enabled", pool="cluster1") == 0)
        wait_until("nothing objects any more", lambda: self.facts()["may_enable"]["nothing_objects"])
        text = self.screen(self.ctl("status", code=1))
        self.assertRegex(text, r"!! HA is OFF since [0-9: -]+ UTC \([^)]*ago\): if the master dies, no host takes over\.")
        self.assertIn("-> Nothing speaks against switching it on: xenhactl ha enable cluster1", text)
        self.assertIn("Re-enable? yes, nothing objects", text)
        self.assertIn("cluster1-xs2 slave live off plugged Up", text)
        self.assertIsNone(self.facts()["ha"]["disabled_by"])
        self.leaves_nothing_behind()

    def test_of_ha_that_a_person_switched_off(self):
        self.start()
        faults.as_operator(self.sim, "cluster1", "disable")
        wait_until("HA is off", lambda: not self.sim.pool("cluster1")["ha_enabled"])
        wait_until("the audit log tells", lambda: self.facts()["ha"]["disabled_by"] == "operator")
        self.assertIn("switched off by operator", self.screen(self.ctl("status", code=1)))

    def test_while_a_new_master_is_elected_and_after(self):
        self.start(speed=5)
        self.sim.command("power-off", pool="cluster1", host="master")
        text = self.screen(self.ctl("status", code=1))
        self.assertIn("!! NO MASTER: no host acts as the pool's master; the others still follow cluster1-xs1. HA was on", text)
        self.assertIn("so the hosts elect a new one", text)
        self.assertIn("watch -n 10 xenhactl status cluster1", text)
        self.assertIn("HA nobody can tell now; it was on when the exporter last heard the master", text)
        self.assertIn("cluster1-xs1 NO ANSWER", text)
        wait_until("there is a new master", lambda: self.facts()["master"] not in (None, "cluster1-xs1"), seconds=180, every=1)
        wait_until("XenServer declared the old one dead", lambda: [
            host["live"] for host in self.facts()["hosts"] if host["host"] == "cluster1-xs1"] == [False], seconds=180, every=1)
        answer = self.ctl("status", code=1)
        text = self.screen(answer)
        self.assertNotIn("NO MASTER", text)
        self.assertIn("cluster1-xs1 does not answer: the master misses it too, it is down or was fenced", text)
        self.assertIn("xenhactl host recover cluster1 cluster1-xs1", answer.out)
        self.assertRegex(text, r"Messages .*POOL_MASTER_TRANSITION")
        self.leaves_nothing_behind()

    def test_of_a_dead_master_without_ha(self):
        self.start()
        self.sim.command("silent-disarm", pool="cluster1")
        self.exporter.wait_for("the exporter saw it", lambda now: now.value("xenha_pool_ha_enabled", pool="cluster1") == 0)
        self.sim.command("power-off", pool="cluster1", host="master")
        text = self.screen(self.ctl("status", code=1))
        self.assertIn("!! NO MASTER", text)
        self.assertIn("HA was off when the exporter last heard the master", text)
        self.assertIn("so NOBODY takes over by itself", text)
        self.assertIn("Bring cluster1-xs1 back", text)
        self.assertIn("cluster1-xs2 slave ? ? ?", text)

    def test_of_a_host_in_emergency_mode(self):
        self.start()
        self.sim.command("emergency", pool="cluster1", host=2, code="HOST_UNKNOWN_TO_MASTER")
        answer = self.ctl("status", code=1)
        self.assertIn("cluster1-xs2 is in EMERGENCY MODE: the master does not know it, or the pool's secret differs "
                      "(HOST_UNKNOWN_TO_MASTER).", self.screen(answer))
        self.assertIn("    xenhactl host recover cluster1 cluster1-xs2\n", answer.out)
        self.assertRegex(answer.out, r"(?m)^  cluster1-xs2  EMERGENCY ")

    def test_of_a_split_brain(self):
        self.start()
        self.sim.command("split-brain", pool="cluster1", host=3)
        text = self.screen(self.ctl("status", code=1))
        self.assertIn("!! SPLIT BRAIN: cluster1-xs1 and cluster1-xs3 each act as the pool's master.", text)
        self.assertIn("Master TWO: cluster1-xs1 (named by 2), cluster1-xs3 (named by 1)", text)
        self.assertEqual(self.facts()["masters"], ["cluster1-xs1", "cluster1-xs3"])

    def test_of_vms_that_are_down_after_a_failure(self):
        self.start(pools=[{"name": "cluster1", "hosts": 3, "vms": 6, "vms_on": 2}], speed=20)
        faults.settle(self.exporter)
        self.sim.cs("next-restart-fails", count=100)
        self.sim.command("power-off", pool="cluster1", host=2)
        wait_until("VMs wait for a restart", lambda: self.facts()["failovers_open"] and
                   self.facts()["failovers_open"][0]["vms_pending"] > 0, seconds=120)
        answer = self.ctl("status", code=1)
        self.assertRegex(self.screen(answer), r"!! \d VMs? (is|are) DOWN and waits? for a restart \(failover of the slave "
                         r"cluster1-xs2, [^)]* old\)\. -> xenhactl failovers cluster1")
        self.assertRegex(self.screen(answer), r"VMs down \d: i-\d+-\d+-VM")
        # The exporter's own list, and the failover with each VM.
        listed = self.ctl("failovers", code=0)
        self.assertRegex(listed.out, r"slave cluster1-xs2 +OPEN, \d VMs? DOWN")
        one = self.ctl("failovers", "cluster1", code=0)
        self.assertRegex(one.out, r"(?m)^  i-\d+-\d+-VM .* DOWN ")
        self.assertIn("Failure detected", one.out)
        self.assertIn("5:30", one.out)
        identity = self.ctl("failovers", "--output=json").json()["failovers"][0]["id"]
        self.assertEqual(self.ctl("failovers", identity, code=0).out.splitlines()[0], one.out.splitlines()[0])
        self.ctl("failovers", "no-such-id", code=1)

    def test_while_nobody_answers(self):
        self.start()
        self.sim.command("network", pool="cluster1", mode="cut")
        text = self.screen(self.ctl("status", "cluster1", code=3))
        self.assertIn("None of the 3 hosts answers", text)
        self.assertEqual(self.facts()["answers"], False)

    def test_of_a_password_that_is_refused_and_of_a_key_that_is_not_the_pinned_one(self):
        self.start()
        trusted = self.config.read_text(encoding="utf-8")
        other = re.sub(r"ca_file: \S+", f"pinned_sha256: ['{'A' * 43}=']", trusted)
        self.assertNotEqual(other, trusted)
        self.config.write_text(other, encoding="utf-8")
        self.says_nothing_of_the_pool("wrong key: the server presented the pin")
        self.config.write_text(trusted, encoding="utf-8")
        self.ctl("status", "cluster1", code=0)
        self.sim.command("change-password", pool="cluster1", user="monitor", password="another")
        self.sim.command("expire-sessions", pool="cluster1")
        self.says_nothing_of_the_pool("SESSION_AUTHENTICATION_FAILED")

    def says_nothing_of_the_pool(self, why):
        text = self.screen(self.ctl("status", "cluster1", code=3))
        self.assertRegex(text, "!! Nothing is known of this pool: .*" + why)
        self.assertIn("That says nothing of its health.", text)
        self.assertIn("Master unknown, no host told", text)
        for alarm in ("NO MASTER", "None of the 3 hosts answers", "power"):
            self.assertNotIn(alarm, text)
        self.assertEqual(self.facts()["answers"], False)

    def test_alone_and_of_several_pools(self):
        self.start(pools=[POOL, {"name": "cluster2", "hosts": 3, "vms": 6}], exporter=False, hooks=False)
        answer = self.ctl("status", code=0)
        self.assertEqual(answer.out, "cluster1  healthy  HA on, master cluster1-xs1, 3 hosts live and armed\n"
                         "cluster2  healthy  HA on, master cluster2-xs1, 3 hosts live and armed\n")
        self.sim.command("emergency", pool="cluster2", host=2, code="HOST_UNKNOWN_TO_MASTER")
        answer = self.ctl("status", code=1)
        self.assertRegex(answer.out, r"^cluster2  NOT HEALTHY")
        self.assertTrue(answer.out.endswith("\n\ncluster1  healthy  HA on, master cluster1-xs1, 3 hosts live and armed\n"), answer)
        self.assertRegex(answer.out, r"xenha-exporter: 127\.0\.0\.1:\d+")
        self.assertRegex(answer.out, r"xenha-hooks: 127\.0\.0\.1:\d+")
        self.ctl("status", "cluster1", code=0)
        # A whole pool that is silent does not hide the others.
        self.sim.command("network", pool="cluster2", mode="cut")
        self.ctl("status", code=1)
        self.ctl("status", "cluster2", code=3)

    def test_a_hanging_host_does_not_hold_it_up(self):
        self.start(hooks=False)
        self.sim.command("network", pool="cluster1", host=2, mode="hang")
        began = time.monotonic()
        text = self.screen(self.ctl("status", code=1))
        self.assertLess(time.monotonic() - began, 40)
        self.assertIn("cluster1-xs2 does not answer: the master still counts it as live", text)
        self.assertIn("cluster1-xs1 master live armed", text)

    def test_is_ended_by_ctrl_c_and_leaves_no_session(self):
        self.start(hooks=False, exporter=False)
        for host in (1, 2, 3):
            self.sim.command("network", pool="cluster1", host=host, mode="delay", seconds=30)
        terminal = self.stage.terminal(self.config, "status")
        wait_until("it is at work", lambda: pathlib.Path(f"/proc/{terminal.pid}/task").exists() and
                   len(list(pathlib.Path(f"/proc/{terminal.pid}/task").iterdir())) > 2)
        began = time.monotonic()
        terminal.signal(signal.SIGINT)
        self.assertEqual(terminal.end(), 5)
        self.assertLess(time.monotonic() - began, 20)


class Daemons(Ctl):
    def test_what_holds_the_hooks_back_is_said_and_can_be_changed(self):
        self.start()
        self.assertIn("cluster1: HA is on; nothing is to be done", self.ctl("explain", "cluster1", code=0).out)
        self.ctl("pause", "cluster1", "--reason=new switches", "--for=2h", code=0)
        self.sim.command("silent-disarm", pool="cluster1")
        taken = self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN).json()["results"][0]
        self.assertEqual(taken["result"], "accepted")
        wait_until("the pause holds", lambda: self.facts()["hooks"]["reason"] == "paused")
        explained = self.ctl("explain", "cluster1", code=1)
        self.assertIn("cluster1: xenha-hooks waits: paused", explained.out)
        self.assertRegex(explained.out, r'(?m)^  paused +paused here: "new switches" until ')
        self.assertIn("Next: ", explained.out)
        status = self.screen(self.ctl("status", code=1))
        self.assertRegex(status, r"- xenha-hooks is paused by joe at 127\.0\.0\.1: new switches; until .* -> xenhactl resume cluster1")
        self.assertIn("Hooks mode act, wait: paused", status)
        self.assertRegex(self.ctl("decisions", code=0).out, r"(?m)^\d\d:\d\d:\d\d +cluster1 +wait +paused +paused here")
        self.assertEqual(self.sim.writes(), [])
        self.ctl("resume", "cluster1", code=0)
        wait_until("HA is back", lambda: self.sim.pool("cluster1")["ha_enabled"], seconds=120)
        wait_until("it is written down", lambda: "success" in self.ctl("journal", code=0).out, seconds=120)
        self.assertRegex(self.screen(self.ctl("status")), r"last attempt success")
        # What is not there to be ended.
        refused = self.ctl("resume", "cluster1", code=4)
        self.assertIn("is not paused", refused.err)
        self.assertIn("nothing to clear", self.ctl("clear", "cluster1", code=4).err)
        journal = self.ctl("journal", "--limit=1000", "--output=json", code=0).json()["entries"]
        self.assertIn("pause", {entry["kind"] for entry in journal})
        self.assertEqual([entry["id"] for entry in journal], sorted((entry["id"] for entry in journal), reverse=True))

    def test_the_journal_is_checked_while_the_daemon_runs_and_after(self):
        self.start(exporter=False)
        self.assertIn("is sound", self.screen(self.ctl("journal", "--verify", code=0)))
        self.hooks.stop()
        self.assertIn("is sound", self.screen(self.ctl("journal", "--verify", code=0)))
        damaged = self.stage.directory / "hooks" / "journal.db"
        self.assertEqual(self.ctl("journal", "--verify", "--output=json", code=0).json()["problems"], [])
        data = bytearray(damaged.read_bytes())
        for at in range(4096, len(data), 4096):
            data[at:at + 200] = b"\xff" * 200
        damaged.write_bytes(data)
        self.assertEqual(self.ctl("journal", "--verify").code, 1)

    def test_without_daemons_it_says_what_to_look_at(self):
        self.start(exporter=False, hooks=False)
        for words in (["explain", "cluster1"], ["decisions"], ["resume", "cluster1"], ["clear", "cluster1"],
                      ["pause", "cluster1", "--reason=x"]):
            answer = self.ctl(*words, code=3)
            self.assertIn("systemctl status xenha-hooks", answer.err)
            self.assertIn("ctl.hooks_url", answer.err)
        self.assertIn("STOP", self.ctl("pause", "cluster1", "--reason=x", code=3).err)
        self.assertIn("ctl.exporter_url", self.ctl("failovers", code=3).err)
        self.assertIn("has never run", self.ctl("journal", code=2).err)

    def test_with_the_wrong_token_it_says_which(self):
        self.start(exporter=False)
        mine = self.stage.directory / "mine.token"
        mine.write_text("another-token-of-somebody", encoding="utf-8")
        mine.chmod(0o600)
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text.replace("  token_file: operator.token\n", "  token_file: mine.token\n"), encoding="utf-8")
        self.assertIn("ctl.token_file", self.ctl("explain", "cluster1", code=4).err)
        mine.write_text(TOKEN, encoding="utf-8")  # the webhook's: it opens what shows only
        self.ctl("explain", "cluster1", code=0)
        self.assertIn("403", self.ctl("pause", "cluster1", "--reason=x", code=4).err)


class OnPool(Ctl):
    """pause and resume by the mark xenha:paused on the pool, without any daemon and beside one."""

    def wrote(self):
        return [call["method"] for call in self.sim.writes()]

    def test_without_a_daemon_it_is_written_shown_and_removed(self):
        self.start(exporter=False, hooks=False)
        pause = ["pause", "cluster1", "--on-pool", "--reason=new a=b, switches", "--for=4h"]
        self.assertIn("--on-pool", self.ctl("pause", "cluster1", "--reason=x", code=3).err)
        self.assertIn("--on-pool", self.ctl("resume", "cluster1", code=3).err)
        self.assertIn("--yes", self.ctl(*pause, code=2).err)
        self.assertIn("reason=new a=b, switches;until=", self.ctl(*pause, "--plan", code=0).out)
        self.assertIn("no mark", self.ctl("resume", "cluster1", "--on-pool", "--yes", code=1).err)
        for reason in ("x;until=5", "zwei\nZeilen", "Umbau S\u00fcd", "x" * 181):
            self.assertIn("--reason", self.ctl("pause", "cluster1", "--on-pool", "--yes", f"--reason={reason}", code=2).err)
        self.assertEqual(self.wrote(), [])
        before = time.time()
        done = self.ctl(*pause, "--yes", "--output=json", code=0)
        mark = done.json()["mark"]
        self.assertRegex(mark, r"^reason=new a=b, switches;until=\d+$")
        self.assertAlmostEqual(int(mark.rsplit("=", 1)[1]), before + 4 * 3600, delta=60)
        self.assertEqual(self.wrote(), ["pool.remove_from_other_config", "pool.add_to_other_config"])
        text = self.screen(self.ctl("status", code=0))
        self.assertRegex(text, r"The pool's own mark pauses every xenha-hooks: reason=new a=b, switches; until .* \(in 3 h "
                         r"5\d min\)\. -> xenhactl resume cluster1 --on-pool")
        # One that a person wrote by hand is shown before it is replaced.
        self.sim.command("set-other-config", pool="cluster1", key="xenha:paused", value="by hand")
        answer = self.ctl(*pause, "--yes", code=0)
        self.assertRegex(answer.err, r"replaced +by hand \(without a readable end")
        self.assertRegex(self.ctl("resume", "cluster1", "--on-pool", "--plan", code=0).out, r"removed +reason=new a=b, switches")
        self.assertEqual(self.ctl("resume", "cluster1", "--on-pool", "--yes", "--output=json", code=0).json(),
                         {"pool": "cluster1", "result": "resumed", "mark": None, "wanted": None})
        self.ctl("resume", "cluster1", "--on-pool", "--yes", code=1)
        self.sim.command("network", pool="cluster1", mode="cut")
        self.assertIn("STOP", self.ctl(*pause, "--yes", code=3).err)

    def test_it_needs_the_actor(self):
        self.start(exporter=False, hooks=False)
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(re.sub(r"(?m)^    actor:.*\n(      .*\n)*", "", text), encoding="utf-8")
        self.assertIn("actor", self.ctl("pause", "cluster1", "--on-pool", "--yes", "--reason=x", code=2).err)
        self.assertEqual(self.wrote(), [])

    def test_a_person_is_asked_and_may_say_no(self):
        self.start(exporter=False, hooks=False)
        terminal = self.stage.terminal(self.config, "pause", "cluster1", "--on-pool", "--reason=x")
        terminal.wait_for("[y/N]")
        terminal.type("n")
        self.assertEqual(terminal.end(), 4)
        self.assertEqual(self.wrote(), [])
        self.assertIn("reason=x;until=", terminal.text)

    def asked(self):
        terminal = self.stage.terminal(self.config, "pause", "cluster1", "--on-pool", "--reason=x")
        terminal.wait_for("[y/N]")
        return terminal

    def test_what_changed_while_the_question_stood_is_not_replaced(self):
        self.start(exporter=False, hooks=False)
        terminal = self.asked()
        self.sim.command("set-other-config", pool="cluster1", key="xenha:paused", value="by hand")
        terminal.type("y")
        self.assertEqual(terminal.end(), 4)
        self.assertIn("the mark is another one now: by hand; nothing was changed", " ".join(terminal.text.split()))
        self.assertEqual(self.wrote(), [])

    def test_ctrl_c_tells_whether_it_was_before_or_after_the_write(self):
        self.start(exporter=False, hooks=False)
        terminal = self.asked()
        calls = self.sim.last_call()
        self.sim.command("network", pool="cluster1", mode="delay", seconds=1)
        terminal.type("y")
        wait_until("it looks again", lambda: self.sim.calls(calls))
        terminal.signal(signal.SIGINT)
        self.assertEqual(terminal.end(), 5)
        self.assertIn("nothing was changed", terminal.text)
        self.assertEqual(self.wrote(), [])

        self.sim.command("network", pool="cluster1", mode="up")
        terminal = self.asked()
        self.sim.command("network", pool="cluster1", mode="delay", seconds=1)
        terminal.type("y")
        wait_until("it is written", lambda: "pool.add_to_other_config" in self.wrote())
        terminal.signal(signal.SIGINT)
        self.assertEqual(terminal.end(), 5)
        self.assertIn("interrupted before the mark was read back; see xenhactl status cluster1", " ".join(terminal.text.split()))

    def test_the_daemon_obeys_it_and_its_own_resume_tells_of_it(self):
        self.start(exporter=False)
        self.ctl("pause", "cluster1", "--on-pool", "--yes", "--reason=new switches", code=0)
        self.sim.command("silent-disarm", pool="cluster1")
        explained = self.ctl("explain", "cluster1", code=1)
        self.assertIn("cluster1: xenha-hooks waits: paused", explained.out)
        self.assertRegex(self.screen(explained), r'xenha:paused on the pool: "reason=new switches" until ')
        told = "xenhactl resume cluster1 --on-pool"
        self.assertIn(told, " ".join(self.ctl("resume", "cluster1", code=4).err.split()))
        self.ctl("pause", "cluster1", "--reason=disks", code=0)
        self.assertIn(told, " ".join(self.ctl("resume", "cluster1", code=1).err.split()))
        self.ctl("resume", "cluster1", "--on-pool", "--yes", code=0)
        self.assertNotIn("xenha-hooks waits: paused", self.ctl("explain", "cluster1").out)


class Doctor(Ctl):
    """A pool set up as S1 to S8 want it; each practice is broken once, with the real programs."""

    WELL = {"name": "cluster1", "hosts": 3, "vms": 6}

    def failures(self, code=1):
        answer = self.ctl("doctor", "--output=json", code=code)
        checks = answer.json()["pools"][0]["checks"]
        return {check["check"]: check for check in checks if check["state"] not in ("pass", "not_applicable")}

    def finds(self, name, fact, fix):
        """Exactly this failure, on the screen too."""
        found = self.failures()
        self.assertEqual(list(found), [name], found)
        self.assertEqual(found[name]["state"], "fail")
        self.assertIn(fact, found[name]["fact"])
        self.assertIn(fix, f"{found[name]['fix']} {found[name]['command']}")
        first = self.ctl("doctor", code=1).out.splitlines()
        self.assertRegex(first[0], r"^cluster1  1 FAILED, \d+ passed$")
        self.assertRegex(first[2], r"^FAIL ")

    def start_well(self, release="8.2", settings=None, **more):
        self.start(pools=[{**self.WELL, "release": release, **more}], settings=settings or {"alert.wait": "60"})

    def test_a_pool_set_up_by_the_practices_passes_all(self):
        self.start_well()
        answer = self.ctl("doctor", "--strict", code=0)
        self.assertRegex(answer.out, r"^cluster1  \d+ passed\nXenServer 8\.2\.0, CloudStack 4\.20\.3\.0\nok ")
        self.assertEqual(self.failures(code=0), {})
        self.leaves_nothing_behind()

    def test_each_practice_broken_once_in_xenserver(self):
        self.start_well()
        command = self.sim.command
        steps = [
            ("licence", dict(on=False), dict(on=True), "licence", "licence does not allow HA", "Apply a licence"),
            ("ha-timeout", dict(seconds=60), dict(seconds=90), "timeout", "the HA timeout is 60 s, at least 90 s",
             "xenhactl ha disable cluster1 && xenhactl ha enable cluster1"),
            ("unplug-pbd", dict(host=2), None, "sr_plugged", "MGMT-HA is not plugged in on cluster1-xs2", "xe pbd-list sr-uuid="),
            ("set-paths", dict(host=3, active=1, total=2), dict(host=3, active=2, total=2), "sr_paths", "cluster1-xs3 has 1 of 2",
             "paths back"),
            ("protect-vm", dict(on=True), dict(on=False), "restart_priority", "XenServer itself would restart i-",
             "ha-restart-priority="),
            ("foreign-vdi", dict(name="backup"), None, "sr_dedicated", "1 other disk lies on MGMT-HA", "xe vdi-list sr-uuid="),
        ]
        for name, fault, undo, check, fact, fix in steps:
            if name == "protect-vm":
                vm = next(vm["name"] for vm in self.sim.cloud()["vms"] if vm["state"] == "Running" and vm["name"].startswith("i-"))
                fault, undo = {"vm": vm, **fault}, {"vm": vm, **undo}
            with self.subTest(name):
                command(name, pool="cluster1", **fault)
                self.finds(check, fact, fix)
            if name == "unplug-pbd":
                command("plug-pbd", pool="cluster1", host=2)
            elif undo:
                command(name, pool="cluster1", **undo)
        self.leaves_nothing_behind()

    def test_each_practice_broken_once_in_cloudstack(self):
        self.start_well()
        self.sim.cs("setting", name="alert.wait", null=True)
        self.finds("alert_wait", "alert.wait is only the default, 1800 s", "to 60")
        self.sim.cs("setting", name="alert.wait", value="60")
        self.sim.cs("setting", name="vm.ha.enabled", value="false")
        self.finds("vm_ha_enabled", "CloudStack restarts no VM", "vm.ha.enabled to true")
        self.sim.cs("setting", name="vm.ha.enabled", value="true")
        self.sim.cs("setting", name="ha.tag", value="for-ha")
        self.finds("ha_tag", "ha.tag is for-ha, and no host of the cluster carries it", "Give hosts the tag")
        self.sim.cs("setting", name="ha.tag", null=True)
        self.sim.cs("unmanage", pool="cluster1")
        self.finds("cluster_managed", "the cluster is Unmanaged", "Manage the cluster")
        self.sim.cs("manage", pool="cluster1")
        wait_until("CloudStack is connected again", lambda: not self.failures(code=None))
        self.sim.cs("state", pool="cluster1", host=2, state="Alert", hold=True)
        self.finds("cloud_hosts", "cluster1-xs2 is Alert", "Up there")
        self.sim.cs("state", pool="cluster1", host=2, state="Up", hold=False)
        wait_until("it is Up again", lambda: not self.failures(code=None))
        for vm in [vm["name"] for vm in self.sim.cloud()["vms"] if vm["name"].startswith("i-")]:
            self.sim.cs("vm", vm=vm, act="ha", on=False)
        self.finds("vms_have_ha", "user VMs have HA in CloudStack: none is restarted", "compute offering")
        for vm in [vm["name"] for vm in self.sim.cloud()["vms"] if vm["name"].startswith("i-")]:
            self.sim.cs("vm", vm=vm, act="ha", on=True)
        self.sim.cs("no-heartbeats", pool="cluster1")
        self.finds("primary_heartbeat", "no primary SR is of a type that CloudStack heartbeats on", "NFS")

    def test_the_heartbeat_sr_as_primary_storage(self):
        self.start_well()
        self.sim.cs("primary-is-heartbeat", pool="cluster1")
        self.finds("sr_not_primary", "CloudStack uses MGMT-HA as primary storage", "Take it out of CloudStack")

    def test_what_ends_with_ha_off(self):
        self.start_well()
        self.sim.command("silent-disarm", pool="cluster1")
        self.finds("ha_on", "if the master dies, no host takes over", "xenhactl ha enable cluster1")

    def test_a_heartbeat_disk_that_is_gone(self):
        self.start_well()
        self.sim.command("dangle-statefile", pool="cluster1")
        self.finds("statefile", "heartbeat disk that is not there any more", "xenhactl ha enable")

    def test_an_old_pool_without_its_hotfix(self):
        self.start_well(release="6.2", hotfix=False)
        self.assertIn("hotfix", self.failures())
        self.assertIn("without hotfix XS62ESP1004: cluster1-xs1, cluster1-xs2, cluster1-xs3", self.failures()["hotfix"]["fact"])

    def test_a_heartbeat_sr_too_small_after_an_upgrade(self):
        self.start_well(release="8")
        disk = {"class": "VDI", "name": "Metadata for HA", "field": "virtual_size"}
        self.sim.command("set-field", pool="cluster1", value="268435456", **disk)
        self.sim.command("set-sr-space", pool="cluster1", size=1 << 30, used=300 << 20)
        self.finds("sr_room", "the next enabling of HA needs 3.7 GiB", "Make it larger")

    def test_without_an_actor_and_without_daemons(self):
        self.start_well()
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(re.sub(r"    actor:\n(      .*\n)+", "", text), encoding="utf-8")
        self.finds("actor", "no actor is configured", "pool-operator")
        self.config.write_text(text, encoding="utf-8")
        self.hooks.stop()
        self.ctl("doctor", code=0)
        found = self.failures(code=0)
        self.assertEqual({name: check["state"] for name, check in found.items()}, {"hooks": "unknown"})
        self.ctl("doctor", "--strict", code=1)


class Writing(Ctl):
    """The commands that ask first."""

    def recorded(self):
        return {host["number"]: sorted(host["recorded_sources"]) for host in self.sim.pool("cluster1")["hosts"]}

    def test_a_procedure_that_nobody_wants_says_whether_ha_is_on(self):
        self.start(exporter=False, hooks=False)
        for answer, code in (("n", 4), ("", 4), (None, 5)):
            asked = self.stage.terminal(self.config, "ha", "disable", "cluster1")
            asked.wait_for("Do that? [y/N]")
            if answer is None:
                asked.signal(signal.SIGINT)
            else:
                asked.type(answer)
            self.assertEqual(asked.end(), code, asked.text)
            self.assertRegex(asked.text, r"xenhactl: nothing was changed\s+(Next: xenhactl ha disable cluster1\s+)?"
                             r"HA is on: 3 of 3 hosts of cluster1 are armed\.\s+$")
        self.assertEqual(self.sim.writes(), [])

    def test_latencies_are_recorded_after_a_yes_and_forgotten_again(self):
        self.start(pools=[{**POOL, "latency_recorded": False}], exporter=False, hooks=False)
        plan = self.ctl("latency", "enable", "cluster1", "--plan", code=0)
        self.assertIn("This WRITES", plan.out)
        self.assertIn("xen-exporter", plan.out)
        refused = self.ctl("latency", "enable", "cluster1", code=2)
        self.assertIn("--yes", refused.err)
        no = self.stage.terminal(self.config, "latency", "enable", "cluster1")
        no.wait_for("Go on? [y/N]")
        no.type("n")
        self.assertEqual(no.end(), 4)
        self.assertIn("nothing was changed", no.text)
        interrupted = self.stage.terminal(self.config, "latency", "enable", "cluster1")
        interrupted.wait_for("Go on? [y/N]")
        interrupted.signal(signal.SIGINT)
        self.assertEqual(interrupted.end(), 5)
        self.assertEqual(self.sim.writes(), [])
        yes = self.stage.terminal(self.config, "latency", "enable", "cluster1")
        yes.wait_for("Go on? [y/N]")
        yes.type("y")
        self.assertEqual(yes.end(), 0, yes.text)
        written = self.sim.writes()
        self.assertEqual({(call["method"], call["user"]) for call in written}, {("host.record_data_source", "operator")})
        self.assertEqual(len(written), 9)
        self.assertIn("Nothing was to be done", self.ctl("latency", "enable", "cluster1", code=0).out)
        self.assertEqual(len(self.sim.writes()), 9)
        forgotten = self.ctl("latency", "disable", "cluster1", "--yes", "--output=json", code=0).json()
        self.assertEqual({source["recorded"] for source in forgotten["sources"]}, {False})
        self.assertEqual({call["method"] for call in self.sim.writes()[9:]}, {"host.forget_data_source_archives"})
        wait_until("every session was given back", lambda: [
            one for one in self.sim.sessions() if one["originator"] == "xenhactl"] == [])

    def test_latencies_need_ha_and_an_actor(self):
        self.start(pools=[{**POOL, "ha": False}], exporter=False, hooks=False)
        self.assertIn("xenhactl ha enable cluster1", self.ctl("latency", "enable", "cluster1", "--yes", code=1).err)
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(re.sub(r"    actor:\n(      .*\n)+", "", text), encoding="utf-8")
        self.assertIn("actor", self.ctl("latency", "enable", "cluster1", "--yes", code=2).err)
        self.assertEqual(self.sim.writes(), [])

    def test_pins_are_those_of_the_keys_shown(self):
        self.start(exporter=False, hooks=False)
        right = {f"127.10.1.{number}": (self.sim.directory / "tls" / f"127.10.1.{number}.pin").read_text().strip()
                 for number in (1, 2, 3)}
        answer = self.ctl("pin", "cluster1", code=0)
        for address, pin in right.items():
            self.assertIn(f'      - address: {address}\n        pinned_sha256: ["{pin}"]\n', answer.out)
        self.assertIn("compare", self.ctl("pin", "--help", code=0).out)
        hosts = self.ctl("pin", "cluster1", "--output=json", code=0).json()["hosts"]
        self.assertEqual({host["address"]: host["pin"] for host in hosts}, right)
        # As configured; then the host shows another key.
        text = self.config.read_text(encoding="utf-8")
        for address, pin in right.items():
            text = text.replace(f"      - {address}\n", f"      - {{address: {address}, pinned_sha256: [\"{pin}\"]}}\n")
        self.config.write_text(text, encoding="utf-8")
        self.assertEqual(self.ctl("pin", "cluster1", code=0).out.count("as configured"), 3)
        self.sim.command("certificate", pool="cluster1", host=2)
        self.assertIn("NOT THE CONFIGURED ONE", self.ctl("pin", "cluster1", code=1).out)
        self.sim.command("network", pool="cluster1", mode="refuse")
        self.ctl("pin", "cluster1", code=3)
        self.assertEqual([call["method"] for call in self.sim.calls()], [])


class Shell(Ctl):
    def test_what_is_typed_wrong_is_said_in_one_line(self):
        self.start(exporter=False, hooks=False)
        for words, part in ((["statsu"], "did you mean status?"), ([], "a command is missing"), (["explain"], "POOL is missing"),
                            (["status", "clster1"], "did you mean cluster1?"), (["status", "--what"], "unknown flag"),
                            (["status", "--output=xml"], "neither table nor json"), (["pause", "cluster1"], "--reason is missing"),
                            (["pause", "cluster1", "--reason=x", "--for=5"], "--for"), (["decisions", "--limit=0"], "--limit"),
                            (["status", "cluster1", "x"], "unexpected argument")):
            answer = self.ctl(*words, code=2)
            self.assertEqual(answer.out, "", words)
            self.assertEqual(answer.err.count("\n"), 1, answer)
            self.assertIn(part, answer.err)
        self.assertEqual(self.sim.calls(), [])

    def test_only_the_secrets_that_a_command_needs_are_opened(self):
        self.start(exporter=False)
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(re.sub(r"password_file: \S+", "password_file: /nonexistent/password", text), encoding="utf-8")
        self.ctl("explain", "cluster1", code=0)  # the daemon has them
        # A daemon only adds to status and doctor: without what opens it they show the rest, and say why.
        self.config.write_text(text.replace("token_file: operator.token\n", "token_file: /nonexistent/token\n"), encoding="utf-8")
        self.assertRegex(self.screen(self.ctl("status", "cluster1", code=0)), r"Hooks unknown, \S+ctl\.yml: ctl\.token_file .*"
                         r"/nonexistent/token")
        self.assertIn("Correct that in the config file.", self.ctl("doctor").out)
        self.assertIn("/nonexistent/token", self.ctl("explain", "cluster1", code=2).err)
        self.config.write_text(re.sub(r"password_file: \S+", "password_file: /nonexistent/password", text), encoding="utf-8")
        self.assertIn("/nonexistent/password", self.ctl("status", code=2).err)
        self.ctl("--config.check", code=2)

    def test_no_secret_is_shown(self):
        self.start()
        secrets = [TOKEN, OPERATOR, "monitor-password", "root-password", "operator-password", "cloud-secret-key"]
        self.sim.command("network", pool="cluster1", host=2, mode="garble")
        for words in (["status"], ["status", "--output=json"], ["explain", "cluster1"], ["decisions"], ["--config.check"],
                      ["status", "--log.level=debug"]):
            answer = self.stage.ctl(self.config, *words)
            for secret in secrets:
                self.assertNotIn(secret, answer.out + answer.err, words)
        terminal = self.stage.terminal(self.config, "status")
        command_line = pathlib.Path(f"/proc/{terminal.pid}/cmdline").read_text(encoding="utf-8")
        environment = pathlib.Path(f"/proc/{terminal.pid}/environ").read_text(encoding="utf-8")
        terminal.end()
        for secret in secrets:
            self.assertNotIn(secret, command_line + environment)

    def test_colours_are_for_terminals_that_want_them(self):
        self.start(exporter=False, hooks=False)
        self.assertNotIn("\x1b", self.ctl("status", code=0).out)
        coloured = self.stage.terminal(self.config, "status", "cluster1")
        self.assertEqual(coloured.end(), 0)
        self.assertIn("\x1b[32mhealthy\x1b[0m", coloured.text)
        bare = self.stage.terminal(self.config, "status", "cluster1", NO_COLOR="1")
        self.assertEqual(bare.end(), 0)
        self.assertNotIn("\x1b", bare.text)
        self.assertEqual(re.sub(r"\x1b\[[0-9;]*m|\d\d:\d\d:\d\d", "", coloured.text),
                         re.sub(r"\d\d:\d\d:\d\d", "", bare.text))

    def test_json_is_json_before_and_after_the_command(self):
        self.start(exporter=False, hooks=False)
        before = json.loads(self.ctl("--output=json", "status", code=0).out)
        after = json.loads(self.ctl("status", "--output", "json", code=0).out)
        self.assertEqual(before["pools"][0]["hosts"], after["pools"][0]["hosts"])


if __name__ == "__main__":
    story.main()
