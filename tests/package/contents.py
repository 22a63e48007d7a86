#!/usr/bin/python3 -B
"""What is in the packages: complete, of root, with modes that keep secrets, and the calls that write to a pool only where they belong.

    contents.py PACKAGES [name of a test]
"""

import gzip
import re
import subprocess
import sys
import tempfile
import unittest

import deb

DIRECTORY = sys.argv.pop(1)
ALL = deb.packages(DIRECTORY)
THE_ACT = b"Async.pool.enable_ha"
# What a person may, and no daemon.
OPERATORS = [b"pool.designate_new_master", b"host.evacuate", b"host.emergency_ha_disable", b"prepareHostForMaintenance",
             b"cancelHostMaintenance"]
SECRET = "/etc/xenha/example.pw"
# Of a service that needs the network and its state directory, and nothing else of the machine.
HARDENED = """NoNewPrivileges=true CapabilityBoundingSet= AmbientCapabilities= ProtectSystem=strict ProtectHome=true PrivateTmp=true
    PrivateDevices=true ProtectKernelTunables=true ProtectKernelModules=true ProtectKernelLogs=true ProtectControlGroups=true
    ProtectClock=true ProtectHostname=true ProtectProc=invisible RestrictNamespaces=true RestrictRealtime=true
    RestrictSUIDSGID=true LockPersonality=true MemoryDenyWriteExecute=true RemoveIPC=true SystemCallArchitectures=native
    StateDirectoryMode=0750 UMask=0027""".split()


class Contents(unittest.TestCase):
    def test_there_are_four_and_they_are_one_release(self):
        self.assertEqual(sorted(ALL), deb.NAMES)
        self.assertEqual(len({package.fields["Version"] for package in ALL.values()}), 1)

    def test_a_file_is_in_one_package_only(self):
        owners = {}
        for package in ALL.values():
            for path in package.files():
                owners.setdefault(path, []).append(package.name)
        self.assertEqual({path: names for path, names in owners.items() if len(names) > 1}, {})

    def test_each_program_is_complete(self):
        for name, section in deb.PROGRAMS.items():
            with self.subTest(name):
                self.assertLessEqual({
                    f"/usr/bin/{name}", f"/usr/share/man/man{section}/{name}.{section}.gz",
                    f"/usr/share/bash-completion/completions/{name}"}, set(ALL[name].files()))
        for name in deb.DAEMONS:
            self.assertLessEqual({f"/usr/lib/systemd/system/{name}.service", f"/etc/default/{name}"}, set(ALL[name].files()))
        for name in deb.NAMES:
            self.assertLessEqual({f"/usr/share/doc/{name}/changelog.gz", f"/usr/share/doc/{name}/copyright"},
                                 set(ALL[name].files()))
        self.assertLessEqual({"/etc/xenha/xenha.yml", SECRET, "/usr/lib/xenha/libssl.so", "/usr/lib/xenha/libcrypto.so"},
                             {path.replace(f"/lib/{arch()}/", "/lib/") for path in ALL["xenha-common"].files()})

    def test_what_prometheus_and_grafana_take_comes_with_the_exporter(self):
        files = set(ALL["xenha-exporter"].files())
        for path in ("rules/pool_ha.rules.yml", "rules/self.rules.yml", "rules/RUNBOOK.md", "rules/alertmanager.example.yml",
                     "dashboards/fleet.json", "dashboards/recovery.json"):
            self.assertIn(f"/usr/share/xenha/{path}", files)

    def test_owners_and_modes(self):
        for package in ALL.values():
            for path, (entry, _) in package.entries.items():
                program = entry.isdir() or path.startswith("/usr/bin/") or path == "/usr/share/xenha/rules/install"
                self.assertEqual((entry.uname, entry.gname), ("root", "root"), path)
                self.assertEqual(oct(entry.mode), oct(0o640 if path == SECRET else 0o755 if program else 0o644), path)

    def test_xenhactl_brings_nothing_that_runs_by_itself(self):
        package = ALL["xenhactl"]
        self.assertEqual([path for path in package.files() if not path.startswith(("/usr/bin/xenhactl", "/usr/share/"))], [])
        self.assertEqual(set(package.control) - {"/", "/control", "/md5sums"}, set())

    def test_configuration_is_marked_as_such(self):
        for package in ALL.values():
            _, conffiles = package.control.get("/conffiles", (None, b""))
            marked = conffiles.decode().split()
            self.assertEqual(sorted(marked), sorted(path for path in package.files() if path.startswith("/etc/")), package.name)

    def test_scripts_are_sound(self):
        for package in ALL.values():
            for name, (entry, data) in package.control.items():
                if name in ("/preinst", "/postinst", "/prerm", "/postrm"):
                    with self.subTest(f"{package.name} {name}"):
                        subprocess.run(["sh", "-n"], input=data, check=True, timeout=60)
                        self.assertTrue(data.startswith(b"#!/bin/sh\nset -e\n"))
                        self.assertEqual(entry.mode, 0o755)
                        self.assertNotIn(b"@", data.replace(b"$@", b""), "something was not filled in")

    def test_no_program_brings_another(self):
        version = ALL["xenha-common"].fields["Version"]
        for name in deb.PROGRAMS:
            depends = ALL[name].depends()
            self.assertEqual(depends["xenha-common"], f"(= {version})")
            self.assertFalse(set(depends) & (set(deb.PROGRAMS) - {name}))
            self.assertFalse(set(deb.PROGRAMS) & set(ALL[name].fields.get("Recommends", "").split(", ")))
            self.assertLessEqual(set(deb.PROGRAMS) - {name}, set(ALL[name].fields["Suggests"].split(", ")))
        for name in deb.DAEMONS:
            self.assertIn("adduser", ALL[name].depends())
            self.assertTrue(any(library.startswith("libcivetweb") for library in ALL[name].depends()))
        self.assertFalse(any(library.startswith("libcivetweb") for library in ALL["xenhactl"].depends()))
        self.assertFalse(set(ALL["xenha-common"].depends()) & set(deb.PROGRAMS))
        self.assertIn("libssl3", ALL["xenha-common"].depends())
        self.assertIn("libsqlite3-0", ALL["xenha-hooks"].depends())
        self.assertIn("libsqlite3-0", ALL["xenhactl"].depends())
        self.assertNotIn("libsqlite3-0", ALL["xenha-exporter"].depends())

    def programs_with(self, call):
        return {path for package in ALL.values() for path, data in package.files().items()
                if path.startswith("/usr/bin/") and call in data}

    def test_what_writes_to_a_pool_is_where_it_belongs(self):
        self.assertEqual(self.programs_with(THE_ACT), {"/usr/bin/xenha-hooks", "/usr/bin/xenhactl"})
        for call in OPERATORS:
            self.assertEqual(self.programs_with(call), {"/usr/bin/xenhactl"}, call)
        holders = {package.name: sorted(path for path, data in package.files().items() if THE_ACT in data)
                   for package in ALL.values() if package.name in ("xenha-common", "xenha-exporter")}
        self.assertEqual(holders, {"xenha-common": [], "xenha-exporter": []})

    def help_of(self, name):
        """Of a program, and of each of its commands."""
        with tempfile.TemporaryDirectory(prefix="xenha-package-") as root:
            for part in ("xenha-common", name):
                subprocess.run(["dpkg-deb", "-x", ALL[part].path, root], check=True, timeout=60)
            program = f"{root}/usr/bin/{name}"
            text = deb.run(program, "--help")
            return text + "".join(deb.run(program, *command.split(), "--help") for command in deb.commands(text))

    def test_the_programs_find_the_libraries_of_xenha_common(self):
        for name in deb.DAEMONS:
            with tempfile.TemporaryDirectory(prefix="xenha-package-") as root:
                subprocess.run(["dpkg-deb", "-x", ALL[name].path, root], check=True, timeout=60)
                self.assertNotIn(f"{root}/", deb.run("ldd", f"{root}/usr/bin/{name}").replace(f"{root}/usr/bin/{name}", ""))
                subprocess.run(["dpkg-deb", "-x", ALL["xenha-common"].path, root], check=True, timeout=60)
                linked = deb.run("ldd", f"{root}/usr/bin/{name}")
                for library in ("libssl", "libcrypto"):
                    self.assertRegex(linked, rf"\b{library}\.so => {root}/usr/.*/xenha/{library}\.so")
                self.assertEqual(deb.run(f"{root}/usr/bin/{name}", "--version"), f"{name} {ALL[name].fields['Version']}\n")

    def test_the_units_are_hardened_and_have_users_of_their_own(self):
        for name in deb.DAEMONS:
            text = ALL[name].files()[f"/usr/lib/systemd/system/{name}.service"].decode()
            self.assertNotIn("@s", text.replace("@system-service", ""))
            lines = text.splitlines()
            for line in [f"User={name}", f"Group={name}", f"StateDirectory={name}", *HARDENED]:
                self.assertIn(line, lines, name)
            self.assertIn(f"ExecStart=/usr/bin/{name} --config.file=/etc/xenha/xenha.yml $ARGS", lines)

    def test_xenhactl_needs_no_library_of_ours(self):
        with tempfile.TemporaryDirectory(prefix="xenha-package-") as root:
            subprocess.run(["dpkg-deb", "-x", ALL["xenhactl"].path, root], check=True, timeout=60)
            self.assertEqual(deb.run(f"{root}/usr/bin/xenhactl", "--version"), f"xenhactl {ALL['xenhactl'].fields['Version']}\n")

    def test_the_manuals_are_clean_and_name_every_command_and_flag(self):
        for name, section in deb.PROGRAMS.items():
            data = gzip.decompress(ALL[name].files()[f"/usr/share/man/man{section}/{name}.{section}.gz"])
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-l", "-"], input=data,
                                  capture_output=True, timeout=60, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
            self.assertEqual(done.stderr.decode(), "")
            shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout.decode()).replace("\u2010", "-")
            said = self.help_of(name)
            flags = re.findall(r"^  (--[a-z.-]+)", said, re.M)
            self.assertGreater(len(flags), 7)
            self.assertEqual([flag for flag in flags if not re.search(rf"{flag}(?![a-z.-])", shown)], [])
            for command in deb.commands(said):
                # "latency enable|disable POOL" names two.
                verb, _, rest = command.partition(" ")
                self.assertRegex(shown, rf"(?m)^       {verb} (.*\|)?{rest}" if rest else rf"(?m)^       {verb}\b", command)

    def test_lintian_has_nothing_to_say(self):
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", *map(str, deb.paths(DIRECTORY))],
                              capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)


def arch():
    return deb.run("gcc", "-print-multiarch").strip()


if __name__ == "__main__":
    unittest.main(verbosity=2)
