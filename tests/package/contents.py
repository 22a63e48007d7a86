#!/usr/bin/python3 -B
"""What is in the packages: complete, of root, with modes that keep secrets, and one program only that can write to a pool.

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
SECRET = "/etc/xenha/example.pw"
# Of a service that needs the network and its state directory, and nothing else of the machine.
HARDENED = """NoNewPrivileges=true CapabilityBoundingSet= AmbientCapabilities= ProtectSystem=strict ProtectHome=true PrivateTmp=true
    PrivateDevices=true ProtectKernelTunables=true ProtectKernelModules=true ProtectKernelLogs=true ProtectControlGroups=true
    ProtectClock=true ProtectHostname=true ProtectProc=invisible RestrictNamespaces=true RestrictRealtime=true
    RestrictSUIDSGID=true LockPersonality=true MemoryDenyWriteExecute=true RemoveIPC=true SystemCallArchitectures=native
    StateDirectoryMode=0750 UMask=0027""".split()


class Contents(unittest.TestCase):
    def test_there_are_three_and_they_are_one_release(self):
        self.assertEqual(sorted(ALL), deb.NAMES)
        self.assertEqual(len({package.fields["Version"] for package in ALL.values()}), 1)

    def test_a_file_is_in_one_package_only(self):
        owners = {}
        for package in ALL.values():
            for path in package.files():
                owners.setdefault(path, []).append(package.name)
        self.assertEqual({path: names for path, names in owners.items() if len(names) > 1}, {})

    def test_each_daemon_is_complete(self):
        for name in deb.DAEMONS:
            with self.subTest(name):
                self.assertLessEqual({
                    f"/usr/bin/{name}", f"/usr/lib/systemd/system/{name}.service", f"/usr/share/man/man8/{name}.8.gz",
                    f"/usr/share/bash-completion/completions/{name}", f"/etc/default/{name}"}, set(ALL[name].files()))
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

    def test_configuration_is_marked_as_such(self):
        for package in ALL.values():
            marked = package.control["/conffiles"][1].decode().split()
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

    def test_neither_daemon_brings_the_other(self):
        version = ALL["xenha-common"].fields["Version"]
        for name in deb.DAEMONS:
            depends = ALL[name].depends()
            self.assertEqual(depends["xenha-common"], f"(= {version})")
            self.assertIn("adduser", depends)
            self.assertTrue(any(library.startswith("libcivetweb") for library in depends), depends)
            self.assertFalse(set(depends) & (set(deb.DAEMONS) - {name}))
            self.assertFalse({"xenha-exporter", "xenha-hooks"} & set(ALL[name].fields.get("Recommends", "").split(", ")))
        self.assertFalse(set(ALL["xenha-common"].depends()) & set(deb.DAEMONS))
        self.assertIn("libssl3", ALL["xenha-common"].depends())
        self.assertIn("libsqlite3-0", ALL["xenha-hooks"].depends())
        self.assertNotIn("libsqlite3-0", ALL["xenha-exporter"].depends())

    def test_only_the_hooks_can_write_to_a_pool(self):
        holders = {package.name: sorted(path for path, data in package.files().items() if THE_ACT in data)
                   for package in ALL.values()}
        self.assertIn("/usr/bin/xenha-hooks", holders.pop("xenha-hooks"))
        self.assertEqual(holders, {"xenha-common": [], "xenha-exporter": []})

    def help_of(self, name):
        with tempfile.TemporaryDirectory(prefix="xenha-package-") as root:
            for part in ("xenha-common", name):
                subprocess.run(["dpkg-deb", "-x", ALL[part].path, root], check=True, timeout=60)
            return deb.run(f"{root}/usr/bin/{name}", "--help")

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

    def test_the_manuals_are_clean_and_name_every_flag(self):
        for name in deb.DAEMONS:
            data = gzip.decompress(ALL[name].files()[f"/usr/share/man/man8/{name}.8.gz"])
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-l", "-"], input=data,
                                  capture_output=True, timeout=60, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
            self.assertEqual(done.stderr.decode(), "")
            shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout.decode()).replace("\u2010", "-")
            flags = re.findall(r"^  (--[a-z.-]+)", self.help_of(name), re.M)
            self.assertGreater(len(flags), 7)
            self.assertEqual([flag for flag in flags if flag not in shown], [])

    def test_lintian_has_nothing_to_say(self):
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", *map(str, deb.paths(DIRECTORY))],
                              capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)


def arch():
    return deb.run("gcc", "-print-multiarch").strip()


if __name__ == "__main__":
    unittest.main(verbosity=2)
