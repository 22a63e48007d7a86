#!/usr/bin/python3 -B
"""The manuals against the programs, both ways: every command, argument, flag and exit code of the one is in the other.

    manual.py PACKAGES SOURCES [name of a test]
"""

import gzip
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

import deb

ALL = deb.packages(sys.argv.pop(1))
SOURCES = pathlib.Path(sys.argv.pop(1))
CONSENT = {"--plan", "--yes"}  # said once for all commands that ask


def tags(text):
    """Section -> what its paragraphs are about, such as "status [POOL]"."""
    out, section = {}, None
    lines = iter(re.sub(r"\\f.", "", text).replace("\\-", "-").splitlines())
    for line in lines:
        if line.startswith(".SH "):
            section = line[4:]
        elif line == ".TP":
            out.setdefault(section, []).append("".join(shlex.split(next(lines))[1:]))
    return out


def flag_names(lines):
    """Of "--help, -h" the first; with "=VALUE" where there is one."""
    return [line.partition(",")[0] for line in lines]


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.TemporaryDirectory(prefix="xenha-manual-")
        cls.addClassCleanup(cls.made.cleanup)
        for package in ALL.values():
            subprocess.run(["dpkg-deb", "-x", package.path, cls.made.name], check=True, timeout=60)

    def said(self, name, *command):
        return deb.run(f"{self.made.name}/usr/bin/{name}", *command, "--help")

    def flags(self, name, *command):
        """As the help lists them; that one may stand several times the manual says in words."""
        return [flag.removesuffix(" ...") for flag in re.findall(r"^  (--.*)$", self.said(name, *command), re.M)]

    def tags_of(self, name, section):
        return tags(gzip.decompress(ALL[name].files()[f"/usr/share/man/man{section}/{name}.{section}.gz"]).decode())

    def test_the_flags_of_the_daemons(self):
        for name in deb.DAEMONS:
            flags = self.flags(name)
            self.assertGreater(len(flags), 7)
            self.assertEqual(sorted(flag_names(self.tags_of(name, 8)["OPTIONS"])), sorted(flags), name)

    def test_the_flags_of_every_command_of_xenhactl(self):
        self.assertEqual(sorted(flag_names(self.tags_of("xenhactl", 1)["FLAGS OF EVERY COMMAND"])), sorted(self.flags("xenhactl")))

    def test_each_command_of_xenhactl_with_its_arguments_and_flags(self):
        documented, listed, explained = {}, set(), set()
        for section, paragraphs in self.tags_of("xenhactl", 1).items():
            if not section.startswith("COMMANDS "):
                continue
            for tag in paragraphs:
                if tag.startswith("--"):
                    explained.add(tag)
                    continue
                # "latency enable|disable POOL" are two.
                alike = re.fullmatch(r"(\w+) (\w+)\|(\w+)( .*)", tag)
                for one in [f"{alike[1]} {alike[2]}{alike[4]}", f"{alike[1]} {alike[3]}{alike[4]}"] if alike else [tag]:
                    command = re.match(r"[a-z]+( [a-z]+)?", one)[0]
                    documented[command] = (section, one[len(command):])
        commands = deb.commands(self.said("xenhactl"))
        self.assertEqual(len(commands), 19)
        self.assertEqual(sorted(documented), sorted(commands))
        for command in commands:
            with self.subTest(command):
                section, rest = documented[command]
                flags = set(self.flags("xenhactl", *command.split()))
                usage = re.match(rf"Usage: xenhactl {command}(?: \[FLAG\]\.\.\.)?(.*)", self.said("xenhactl", *command.split()))[1]
                self.assertEqual(re.sub(r" \[?--[^ \]]+\]?", "", rest), usage)
                if section == "COMMANDS THAT CHANGE A POOL":
                    listed |= flags
                else:
                    self.assertEqual(set(re.findall(r"--[^ \]]+", rest)), flags - CONSENT)
        self.assertEqual(explained, listed)
        self.assertLessEqual(CONSENT, explained)

    def test_the_exit_codes_of_xenhactl(self):
        codes = re.findall(r"^  k\w+ = (\d+),", (SOURCES / "hooks/ctl/exit_code.h").read_text(encoding="utf-8"), re.M)
        self.assertEqual(len(codes), 6)
        self.assertEqual(self.tags_of("xenhactl", 1)["EXIT STATUS"], codes)


if __name__ == "__main__":
    unittest.main(verbosity=2)
