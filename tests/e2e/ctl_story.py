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
    def start(self, pools=(POOL,), speed=10, exporter=True, hooks=True, mode="act"):
        self.sim = self.stage.simulator(world={"scheme": "https", "speed": speed, "pools": list(pools), "clouds": [CLOUD]},
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
        self.assertIn("HA on, armed on 3 of 3 hosts, timeout 90 s, heartbeat on MGMT-HA", text)
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
        self.assertRegex(listed.out, r"slave cluster1-xs2 +OPEN, \d VMs DOWN")
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
