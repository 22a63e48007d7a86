#!/usr/bin/python3 -B
"""The demo plays a script, judges its expectations, and leaves nothing behind however it ends."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

import story
import stage
from story import wait_until
import faults
from demo import WORLD

DEMO = pathlib.Path(__file__).resolve().parents[1] / "setup" / "demo.py"


def children(pid):
    """Process ids whose parent is `pid`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def runs(pid):
    try:
        return (pathlib.Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# A fault of the demo, what `xenhactl status` says of it, and how it ends. Without a line between them: each is seen at once.
SEEN = [
    ("disarm xs2", r"!! cluster1-xs2 is not armed: HA is on, but without the heartbeat disk there\.", ["arm xs2 &"]),
    ("unplug xs3", r"!! cluster1-xs3 has not plugged in the heartbeat SR MGMT-HA\.", ["plug xs3 &"]),
    ("emergency xs2", r"!! cluster1-xs2 is in EMERGENCY MODE: HA is on, and it cannot reach the heartbeat disk .* "
     r"xenhactl host recover cluster1 cluster1-xs2", ["recover xs2 &", "expect cluster1 live=4/4 cluster1-xs2=slave within 30"]),
    ("hang xs4", r"!! cluster1-xs4 does not answer: the master still counts it as live", ["unhang xs4 &"]),
    ("wrong-password", r"!! Nothing is known of this pool: .*SESSION_AUTHENTICATION_FAILED\. .*\(exit code 3\)",
     ["right-password &", "expect cluster1 up=1 reachable=4/4 within 30"]),
    ("stuck-alert xs3", r"!! CloudStack holds cluster1-xs3 in Alert though XenServer reaches it", ["unstick xs3 &"]),
    ("maintenance xs2", r"- cluster1-xs2 is in maintenance in CloudStack", ["maintenance-end xs2 &"]),
    ("cloud-down", r"! CloudStack cloud1 was not read: ", ["cloud-up &"]),
    ("split-brain xs3", r"!! SPLIT BRAIN: cluster1-xs1 and cluster1-xs3 each act as the pool's master\.", []),
]


class Demo(story.Story):
    def start(self, script, *flags, speed=40, **options):
        """In a temporary directory of its own, so that what stays behind is seen."""
        path = self.stage.directory / "script"
        path.write_text(script, encoding="utf-8")
        self.left = self.stage.directory / "temporary"
        self.left.mkdir()
        return subprocess.Popen([sys.executable, "-B", DEMO, story.PROGRAMS, "--speed", str(speed), "--script", path, "--no-dashboards", *flags],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, "TMPDIR": str(self.left)}, **options)

    def finish(self, demo):
        out = demo.communicate(timeout=240)[0]
        self.assertEqual(list(self.left.iterdir()), [], out)
        return out

    def test_a_script_with_expectations(self):
        demo = self.start("# the story of the README\nkill-master\nexpect cluster1 up=1 masters=1 recovered=1 waiting=0 within 60\n"
                          "ha-off cluster2\nexpect cluster2 ha=off XenHAPoolHADisabled=firing within 90\nstuck-alert cluster2 xs3\nstatus\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        self.assertRegex(out, r"before +1 +1 +xs1 +on +master +slave +slave +slave")
        self.assertRegex(out, r"0 +0 +- +on +unreachable")
        self.assertRegex(out, r"unreachable +master .* [1-5] +(detected|new master|down in cloud|VM HA starts|first VM runs)")
        self.assertIn("the master cluster1-xs1 was lost; recovered, 5 of 5 VMs run again", out)
        for row, published in (("New master", "3:00"), ("CloudStack starts VM HA", "3:30"), ("All VMs run again", "5:30")):
            self.assertRegex(out, rf"{row} +\d+:\d\d +{published}")
        self.assertIn("as expected: cluster2 ha=off XenHAPoolHADisabled=firing", out)
        self.assertIn("Alert in CloudStack: xs3", out)  # by the name that stands over its column

    def test_what_was_lost_silently_comes_back(self):
        demo = self.start("decisions\nsilent-disarm\nexpect cluster1 ha=on armed=4/4 hooks=done,already_enabled within 30\n"
                          # Again, so soon after it was put back: that is for a person.
                          "silent-disarm\nexpect cluster1 ha=off XenHAHooksGaveUp=firing within 60\nclear\n"
                          "ha-off cluster2\nexpect cluster2 ha=off hooks=refuse,operator_intent within 90\ndecisions\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        self.assertRegex(out, r"hooks, mode act +http://127\.0\.0\.1:\d+/")
        self.assertIn("none yet: no alert has come to the hooks", out)
        chain = [(float(found[1]), found[2]) for found in re.finditer(r"^ +(\d+\.\d) s  (.*)$", out, re.M)]
        self.assertEqual(chain[0], (0.0, "fault"))
        steps = ["exporter +HA is off", "Prometheus +XenHAPoolHADisabled fires",
                 "webhook +XenHAPoolHADisabled firing, accepted: new", "decision +act, safe_to_enable: nobody objects",
                 "act +enable-pool-ha with SR MGMT-HA", "exporter +HA is on, armed 4/4",
                 "outcome +success HA is on and every host is armed"]
        at = [next((seconds for seconds, what in chain if re.match(step, what)), None) for step in steps]
        self.assertNotIn(None, at, out)
        own = [at[0], *at[2:5], at[6]]  # the others are when the demo looked
        self.assertEqual(own, sorted(own), out)
        armed = re.search(r"cluster1: from the fault to every host armed (\d+\.\d) s", out)
        self.assertIsNotNone(armed, out)
        self.assertAlmostEqual(float(armed[1]), at[5], delta=0.2)
        self.assertRegex(out, r"people +are told: Pool HA is off in cluster1")
        self.assertRegex(out, r"\d\d:\d\d:\d\d  cluster2  refuse, operator_intent: switched off by operator at ")
        self.assertRegex(out, r"decision +refuse, flap: HA is off again, less than \d+ s after it was put back")
        self.assertIn("cluster1: HA is still off.", out)
        self.assertIn("the hooks may act on cluster1 again", out)

    def test_cloudstack_in_trouble(self):
        demo = self.start("stuck-alert 3\nexpect cluster1 cloud_up=3/4 within 30\nunstick 3\n"
                          "maintenance cluster2 2\nexpect cluster2 cloudstack=1 failover=none within 5\n"
                          "shared-storage\ncloud-down\nexpect cluster1 cloudstack=0 up=1 within 30\ncloud-up\n"
                          "expect cluster1 cloudstack=1 cloud_up=4/4 failover=none within 60\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        self.assertIn("Alert in CloudStack: xs3", out)
        self.assertRegex(out, r"(PrepareFor)?Maintenance in CloudStack: xs2")
        self.assertIn("CloudStack is silent", out)

    def test_xenhactl_says_what_is_wrong_and_puts_it_right(self):
        demo = self.start("xenhactl status\nha-off cluster2\nxenhactl status cluster2\nxenhactl ha enable cluster2 --yes\n"
                          "expect cluster2 ha=on armed=4/4\nxenhactl host restart cluster1 xs2 --yes\n"
                          "expect cluster1 ha=on live=4/4 armed=4/4 cloud_up=4/4 within 30\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        self.assertRegex(out, r"at another terminal +\S+/xenhactl --config\.file=\S+/xenhactl\.yml status")
        self.assertIn("cluster1  healthy  HA on, master cluster1-xs1, 4 hosts live and armed", out)
        self.assertRegex(out, r"cluster2  NOT HEALTHY .*\n!!  HA is OFF since [^!]*\(exit code 1\)")
        self.assertIn("Done: ha enable cluster2.\nHA is on: 4 of 4 hosts of cluster2 are armed.", out)
        self.assertIn("Done: host restart cluster1 cluster1-xs2.\nHA is on: 4 of 4 hosts of cluster1 are armed.", out)

    def test_xenhactl_shows_each_fault(self):
        demo = self.start("".join("\n".join([f"{fault} &", "xenhactl status cluster1", *cure, ""]) for fault, _, cure in SEEN),
                          "--no-wait", speed=10)
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        screens = out.split("> xenhactl status cluster1\n")[1:]
        self.assertEqual(len(screens), len(SEEN), out)
        for (fault, said, _), screen in zip(SEEN, screens):
            with self.subTest(fault):
                self.assertRegex(" ".join(screen.split()), said)

    def test_the_operators_story(self):
        """A master dies: during the election, and after. HA goes off and nobody says so: a person is faster than the hooks."""
        demo = self.start("kill-master &\nexpect cluster1 masters=0 within 20\nxenhactl status cluster1\n"
                          "expect cluster1 masters=1 live=3/4 within 60\nxenhactl status cluster1\n"
                          "silent-disarm cluster2 &\nxenhactl pause cluster2 --reason=mine\nexpect cluster2 ha=off within 20\n"
                          "xenhactl status cluster2\nxenhactl ha enable cluster2 --yes\nexpect cluster2 ha=on armed=4/4 within 20\n"
                          "xenhactl doctor cluster2\n", "--no-wait", speed=10)
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        election, after, off = (" ".join(screen.split()) for screen in re.split(r"> xenhactl status \w+\n", out)[1:])
        self.assertIn("!! NO MASTER: no host acts as the pool's master; the others still follow cluster1-xs1. HA was on when the "
                      "exporter last heard the master", election)
        self.assertIn("so the hosts elect a new one: 2 to 4 minutes after the loss", election)
        self.assertIn("!! cluster1-xs1 does not answer: the master misses it too, it is down or was fenced", after)
        self.assertRegex(after, r"Master cluster1-xs[234], named by 3 of 4 hosts")
        self.assertRegex(off, r"!! HA is OFF since [^!]*: if the master dies, no host takes over\. -> Nothing speaks against "
                         "switching it on: xenhactl ha enable cluster2")
        self.assertIn("Done: ha enable cluster2. HA is on: 4 of 4 hosts of cluster2 are armed.", off)
        self.assertRegex(off, r"> xenhactl doctor cluster2 cluster2 \d+ passed")

    def test_at_a_terminal_xenhactl_asks(self):
        demo = stage.Terminal([sys.executable, "-B", str(DEMO), str(story.PROGRAMS), "--speed", "40", "--no-dashboards"],
                              {**os.environ, "TMPDIR": str(self.stage.directory)})
        for typed, end, said in (("n\n", "(exit code 4)", "nothing was changed"), ("\x03", "(exit code 5)", "nothing was changed"),
                                 ("y\n", "Done: ", "Done: ha disable cluster2.")):
            demo.wait_for("demo> ")
            demo.text = ""
            demo.type("xenhactl ha disable cluster2")
            demo.wait_for("[y/N] ")
            os.write(demo.master, typed.encode())
            demo.wait_for(end)
            demo.wait_for("demo> ")
            self.assertIn(said, demo.text)
        demo.type("quit")
        self.assertEqual(demo.end(), 0, demo.text)
        self.assertIn("stopping", demo.text)

    def test_ctrl_c_interrupts_xenhactl_only_and_it_goes_on(self):
        demo = self.start("xenhactl host restart cluster1 xs1 --yes\nexpect cluster1 masters=1 within 60\n"
                          "xenhactl host resume cluster1 xs1 --yes\n"
                          "expect cluster1 ha=on armed=4/4 cloud_up=4/4 within 30\n", "--no-wait", start_new_session=True)
        out = ""
        while "sends pool.designate_new_master" not in out:
            line = demo.stdout.readline()
            self.assertTrue(line, out)
            out += line
        os.killpg(demo.pid, signal.SIGINT)  # as a terminal does
        out += self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        self.assertRegex(out, r"Interrupted [^!]*xenhactl host resume cluster1\s+cluster1-xs1\n[^!]*\(exit code 5\)")
        self.assertIn("Done: host restart cluster1 cluster1-xs1.\nHA is on: 4 of 4 hosts of cluster1 are armed.", out)

    def test_what_xenhactl_does_not_know_ends_a_script(self):
        demo = self.start("xenhactl statsu\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 1, out)
        self.assertIn("did you mean status?", out)

    def test_the_simulator_knows_every_fault_of_the_menu(self):
        sim = self.stage.simulator(world={**WORLD, "speed": 40}, speed=40)
        for fault in faults.FAULTS:
            with self.subTest(fault.word):
                wait_until("the pool has a master", lambda: sim.pool("cluster2")["master"])
                fault.act(sim, "cluster2", ["3"] if fault.needs_host else [])

    def test_an_expectation_that_does_not_hold_is_exit_code_1(self):
        demo = self.start("expect cluster1 masters=2 within 1\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 1, out)
        self.assertIn("masters=1", out)

    def test_interrupted_it_takes_everything_along(self):
        demo = self.start("status\n")
        wait_until("simulator, exporter, hooks, Alertmanager and Prometheus run", lambda: len(children(demo.pid)) == 5)
        started = children(demo.pid)
        demo.send_signal(signal.SIGINT)
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 130, out)
        self.assertEqual([pid for pid in started if runs(pid)], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
