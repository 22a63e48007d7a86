#!/usr/bin/python3 -B
"""The demo plays a script, judges its expectations, and leaves nothing behind however it ends."""

import os
import pathlib
import signal
import subprocess
import sys
import unittest

import story
from story import wait_until

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


class Demo(story.Story):
    def start(self, script, *flags, speed=40):
        """In a temporary directory of its own, so that what stays behind is seen."""
        path = self.stage.directory / "script"
        path.write_text(script, encoding="utf-8")
        self.left = self.stage.directory / "temporary"
        self.left.mkdir()
        return subprocess.Popen([sys.executable, "-B", DEMO, story.PROGRAMS, "--speed", str(speed), "--script", path, *flags],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, "TMPDIR": str(self.left)})

    def finish(self, demo):
        out = demo.communicate(timeout=240)[0]
        self.assertEqual(list(self.left.iterdir()), [], out)
        return out

    def test_a_script_with_expectations(self):
        demo = self.start("# the story of the README\nkill-master\nexpect cluster1 up=1 masters=1 within 60\n"
                          "ha-off cluster2\nexpect cluster2 ha=off within 60\nstatus\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out)
        self.assertRegex(out, r"before +1 +1 +xs1 +on +master +slave +slave +slave")
        self.assertRegex(out, r"0 +0 +- +on +unreachable")
        self.assertIn("as expected: cluster2 ha=off", out)

    def test_an_expectation_that_does_not_hold_is_exit_code_1(self):
        demo = self.start("expect cluster1 masters=2 within 1\n", "--no-wait")
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 1, out)
        self.assertIn("masters=1", out)

    def test_interrupted_it_takes_everything_along(self):
        demo = self.start("status\n")
        wait_until("simulator, exporter and Prometheus run", lambda: len(children(demo.pid)) == 3)
        started = children(demo.pid)
        demo.send_signal(signal.SIGINT)
        out = self.finish(demo)
        self.assertEqual(demo.returncode, 130, out)
        self.assertEqual([pid for pid in started if runs(pid)], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
