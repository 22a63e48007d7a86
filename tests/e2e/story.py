"""What every story needs. Run one by hand: tests/e2e/NAME_story.py BIN_DIRECTORY [name of a test]"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "setup"))

import harmless  # noqa: E402
import stage  # noqa: E402
from stage import http, wait_until  # noqa: E402,F401

PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()


class Story(unittest.TestCase):
    """Each test has its own stage, cleared at its end."""

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        with stage.Stage(PROGRAMS, type(self).__name__.lower()) as self.stage:
            self.addCleanup(self.our_programs_were_harmless)
            super().run(result)
            if result and len(result.failures) + len(result.errors) > before:
                self.stage.tell_last_words()

    def our_programs_were_harmless(self):
        """At the end of every test, whatever it is about."""
        for program in self.stage.running:
            if isinstance(program, stage.Simulator) and program.alive():
                self.assertEqual(harmless.problems(program.writes()), [])

    def watched(self, *flags, speed=1, world=None, cloudstack=None, exporter_flags=(), **config):
        """A simulator and an exporter that has read every pool and CloudStack."""
        sim = self.stage.simulator(*flags, speed=speed, world=world, cloudstack=cloudstack)
        exporter = self.stage.exporter(self.stage.config(sim, **config), *exporter_flags)
        exporter.wait_until_ready()
        return sim, exporter


def main():
    unittest.main(verbosity=2)
