#!/usr/bin/python3 -B
"""The packages installed, upgraded, removed and purged by the real dpkg, on a copy of this system that is thrown away: an
overlay in a mount namespace of its own. The system itself is only read. Takes root; otherwise it is skipped.

    install.py PACKAGES [name of a test]
"""

import grp
import json
import os
import pathlib
import pwd
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

import deb

SKIPPED = 77  # as CTest is told
INSIDE = "XENHA_IN_THE_COPY"
PATIENCE = 60
CONFIG, SECRET = pathlib.Path("/etc/xenha/xenha.yml"), pathlib.Path("/etc/xenha/example.pw")
HOOKS_SECTION = """
hooks:
  mode: act
  bearer_token_file: hooks.token
  operator_token_file: operator.token
  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]
"""


def enter_a_copy():
    """Runs this file again with the copy as its root. Gives the exit code."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        print("skipped: needs root and mount namespaces")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="xenha-install-") as there:
        steps = f"""
            set -e
            mount -t tmpfs none {there}
            mkdir {there}/upper {there}/work {there}/root
            mount -t overlay none -o lowerdir=/,upperdir={there}/upper,workdir={there}/work {there}/root
            mount --rbind /proc {there}/root/proc
            mount --rbind /dev {there}/root/dev
            mount -t tmpfs none {there}/root/run
            mount -t tmpfs none {there}/root/tmp
            chmod 1777 {there}/root/tmp
            mkdir {there}/root/tmp/test {there}/root/tmp/packages
            cp {pathlib.Path(__file__).parent}/*.py {there}/root/tmp/test
            cp {sys.argv[1]}/*.deb {there}/root/tmp/packages
            cp {pathlib.Path(__file__).resolve().parents[2]}/README.md {there}/root/tmp/test
            exec chroot {there}/root /usr/bin/python3 -B /tmp/test/install.py /tmp/packages "$@"
        """
        environment = os.environ | {INSIDE: "1", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8",
                                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        return subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", steps, "sh", *sys.argv[2:]],
                              env=environment, stdin=subprocess.DEVNULL, timeout=550).returncode


def install(*packages):
    """What dpkg and the packages say."""
    return deb.run("dpkg", "--install", *packages)


def as_user(user, *words):
    group = "nogroup" if user == "nobody" else user
    done = subprocess.run(["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups", *map(str, words)],
                          capture_output=True, text=True, timeout=PATIENCE, cwd="/")
    return done.returncode, done.stdout + done.stderr


def owner(path):
    found = os.stat(path)
    return f"{pwd.getpwuid(found.st_uid).pw_name}:{grp.getgrgid(found.st_gid).gr_name} {found.st_mode & 0o7777:o}"


def groups(user):
    return set(deb.run("id", "-nG", user).split())


def secret(name, group, text="0123456789abcdef0123456789abcdef\n"):
    path = CONFIG.parent / name
    path.write_text(text, encoding="utf-8")
    os.chown(path, 0, grp.getgrnam(group).gr_gid)
    path.chmod(0o640)


def certificate(path):
    deb.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ca", "-keyout", "/tmp/ca.key", "-out", path)


def exporter_0_1_0(directory):
    """What the exporter's package was when it brought the configuration file."""
    root = pathlib.Path(directory) / "old"
    for path in (CONFIG, SECRET, pathlib.Path("/etc/default/xenha-exporter")):
        (root / path.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
        (root / path.relative_to("/")).write_text(f"as shipped in 0.1.0: {path.name}\n", encoding="utf-8")
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN/control").write_text(
        "Package: xenha-exporter\nVersion: 0.1.0\nArchitecture: amd64\nMaintainer: xenha <xenha@xenha.invalid>\n"
        "Description: as it was\n".replace("amd64", deb.run("dpkg", "--print-architecture").strip()), encoding="utf-8")
    (root / "DEBIAN/conffiles").write_text(f"/etc/default/xenha-exporter\n{SECRET}\n{CONFIG}\n", encoding="utf-8")
    (root / "DEBIAN/postinst").write_text(
        "#!/bin/sh\nset -e\ngetent passwd xenha-exporter >/dev/null || adduser --system --group --quiet --no-create-home "
        "--home /nonexistent xenha-exporter\nchown root:xenha-exporter /etc/xenha/example.pw\nchmod 0640 /etc/xenha/example.pw\n",
        encoding="utf-8")
    (root / "DEBIAN/postinst").chmod(0o755)
    path = pathlib.Path(directory) / "xenha-exporter_0.1.0.deb"
    deb.run("dpkg-deb", "--root-owner-group", "-b", root, path)
    return path


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.paths = {package.name: package.path for package in deb.packages("/tmp/packages").values()}

    def setUp(self):
        # Each test begins without: what an earlier one left is purged, with the users, and what operators added.
        for name in reversed(deb.NAMES):
            subprocess.run(["dpkg", "--purge", name], capture_output=True, timeout=PATIENCE)
        for user in deb.DAEMONS:
            subprocess.run(["deluser", "--quiet", "--system", user], capture_output=True, timeout=PATIENCE)
        subprocess.run(["delgroup", "--quiet", "xenha"], capture_output=True, timeout=PATIENCE)
        subprocess.run(["rm", "-rf", "/etc/xenha"], check=True, timeout=PATIENCE)

    def install_all(self):
        return install(*self.paths.values())

    def test_users_groups_and_directories(self):
        said = self.install_all()
        for name in deb.DAEMONS:
            entry = pwd.getpwnam(name)
            self.assertEqual((entry.pw_dir, entry.pw_shell), ("/nonexistent", "/usr/sbin/nologin"))
            self.assertLess(entry.pw_uid, 1000)
            self.assertEqual(groups(name), {name, "xenha"})
            self.assertEqual(owner(f"/var/lib/{name}"), f"{name}:{name} 750")
            self.assertIn(f"{name} --config.check && systemctl start {name}", said)
            self.assertTrue(pathlib.Path(f"/etc/systemd/system/multi-user.target.wants/{name}.service").is_symlink())
        self.assertEqual(owner(SECRET), "root:xenha 640")
        self.assertEqual(owner(CONFIG), "root:root 644")
        self.assertEqual(deb.run("dpkg", "--audit"), "")

    def test_each_comes_without_the_others(self):
        for name in deb.PROGRAMS:
            self.setUp()
            install(self.paths["xenha-common"], self.paths[name])
            self.assertEqual(deb.run("dpkg", "--audit"), "")
            for other in set(deb.PROGRAMS) - {name}:
                self.assertFalse(pathlib.Path(f"/usr/bin/{other}").exists())
            self.assertEqual(as_user(name if name in deb.DAEMONS else "root", name, "--config.check")[0], 0)

    def test_the_configuration_as_installed_passes_the_check_of_all(self):
        self.install_all()
        code, said = as_user("xenha-exporter", "xenha-exporter", "--config.check")
        self.assertEqual((code, said), (0, f"{CONFIG} is usable; pools: 1, listed hosts: 1, CloudStacks: 0, warnings: 0\n"))
        code, said = as_user("xenha-hooks", "xenha-hooks", "--config.check")
        self.assertEqual(code, 0, said)
        self.assertIn("mode: dry-run", said)
        self.assertIn("every alert is ignored", said)
        self.assertIn("warnings: 1", said)
        code, said = as_user("root", "xenhactl", "--config.check")
        self.assertEqual((code, said), (0, f"{CONFIG} is usable; pools: 1, with actor: 0, CloudStacks: 0, warnings: 0\n"))
        # Nobody else may read the password, and is told which.
        code, said = as_user("nobody", "xenhactl", "status")
        self.assertEqual(code, 2)
        self.assertIn(f"{SECRET} may not be read by user nobody", said)

    def test_only_the_hooks_may_read_what_can_switch_ha_on(self):
        self.install_all()
        for name in ("example-actor.pw", "hooks.token", "operator.token"):
            secret(name, "xenha-hooks", f"{name} 0123456789abcdef\n".replace(" ", "-"))
        text = CONFIG.read_text(encoding="utf-8")
        actor = "    # actor:\n    #   username: operator\n    #   password_file: example-actor.pw\n"
        self.assertIn(actor, text)
        CONFIG.write_text(text.replace(actor, actor.replace("# ", "")) + HOOKS_SECTION, encoding="utf-8")
        code, said = as_user("xenha-hooks", "xenha-hooks", "--config.check")
        self.assertEqual(code, 0, said)
        self.assertIn("mode: act", said)
        self.assertIn("warnings: 0", said)
        # The exporter reads the same file and none of these secrets; it could not.
        code, said = as_user("xenha-exporter", "xenha-exporter", "--config.check")
        self.assertEqual(code, 0, said)
        for name in ("example-actor.pw", "hooks.token", "operator.token"):
            code, said = as_user("xenha-exporter", "cat", CONFIG.parent / name)
            self.assertEqual(code, 1)
            self.assertIn("Permission denied", said)
        for user, allowed in (("xenha-exporter", True), ("xenha-hooks", True), ("nobody", False)):
            self.assertEqual(as_user(user, "cat", SECRET)[0] == 0, allowed, user)

    def readme_example(self, text, section):
        """The YAML example with that section, parsed."""
        return next(loaded for loaded in map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.S)) if section in loaded)

    def test_what_the_configuration_as_installed_offers_passes_the_check_of_all(self):
        self.install_all()
        text = CONFIG.read_text(encoding="utf-8")
        # An example is "# key:" and what is indented below it. Of the two ways to prove who a host is only the second.
        example = re.compile(r"^( *)# ([a-z_]+):(?: .*)?\n(?:\1#   .*\n|\1#\n)*", re.M)
        _, pools, rest = text.partition("\npools:\n")
        changed = pools + example.sub(
            lambda found: re.sub(r"(?m)^( *)# ?", r"\1", found[0]) if "44 characters" not in found[0] else "", rest)
        loaded = yaml.safe_load(changed)
        self.assertEqual(sorted(loaded), ["cloudstack", "ctl", "exporter", "hooks", "pools", "web"])
        self.assertLessEqual({"tls", "host_login", "actor", "heartbeat_sr", "ha_timeout", "cloudstack"}, set(loaded["pools"][0]))
        self.assertLessEqual({"token_file", "state_dir", "username"}, set(loaded["ctl"]))
        self.assertIn("kill_switch_file", loaded["hooks"]["guards"])
        self.assertEqual(loaded["cloudstack"][0]["actor"], {"api_key_file": "cloud1-actor.key", "secret_key_file": "cloud1-actor.secret"})
        for name in ("example-root.pw", "cloud1.key", "cloud1.secret"):
            secret(name, "xenha")
        for name in ("example-actor.pw", "hooks.token", "operator.token"):
            secret(name, "xenha-hooks", f"{name}-0123456789abcdef0123456789abcdef\n")
        for name in ("cloud1-actor.key", "cloud1-actor.secret", "web.pw"):
            secret(name, "root")
        certificate("/etc/xenha/ca.pem")
        (CONFIG.parent / "web.yml").write_text("{}\n", encoding="utf-8")
        CONFIG.write_text(changed, encoding="utf-8")
        for name in deb.PROGRAMS:
            code, said = as_user(name if name in deb.DAEMONS else "root", name, "--config.check")
            self.assertEqual(code, 0, said)
            self.assertIn("warnings: 0", said)
        self.assertIn("with actor: 1, CloudStacks: 1", said)

    def test_who_is_not_root_needs_the_groups_of_the_secrets(self):
        self.install_all()
        for name in ("example-actor.pw", "operator.token"):
            secret(name, "xenha-hooks")
        text = CONFIG.read_text(encoding="utf-8")
        actor = "    # actor:\n    #   username: operator\n    #   password_file: example-actor.pw\n"
        CONFIG.write_text(text.replace(actor, actor.replace("# ", "")) + "ctl: {token_file: operator.token, state_dir: /tmp/state}\n",
                          encoding="utf-8")
        for groups_given, code, said in (("xenha,xenha-hooks", 0, "with actor: 1"), ("xenha", 2, "operator.token may not be read by"),
                                         ("xenha-hooks", 2, f"{SECRET} may not be read by")):
            done = subprocess.run(["setpriv", "--reuid=nobody", "--regid=nogroup", f"--groups={groups_given}", "xenhactl", "--config.check"],
                                  capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, code, groups_given)
            self.assertIn(said, done.stdout + done.stderr)

    def test_apt_get_installs_what_the_readme_says(self):
        text = pathlib.Path("/tmp/test/README.md").read_text(encoding="utf-8")
        commands = re.findall(r"^    (apt-get install \./.*)$", text, re.M)
        self.assertEqual(len(commands), 3)
        here = pathlib.Path("/tmp/apt")
        here.mkdir()
        for path in (here / "build-release", *self.paths.values()):
            (here / path.name).symlink_to("/tmp/packages" if path.parent == here else path)
        (here / "apt.conf").write_text('APT::Get::Assume-Yes "true"; APT::Install-Recommends "false"; Acquire::http::Proxy "DIRECT";\n',
                                       encoding="utf-8")
        for command, program in zip(commands, deb.PROGRAMS):
            self.setUp()
            deb.run("sh", "-ec", command, cwd=here, env=os.environ | {"APT_CONFIG": str(here / "apt.conf")})
            installed = deb.run("dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev}\n", "xenha*").splitlines()
            self.assertEqual([line.split()[0] for line in installed if line.split()[1:] == ["ii"]], ["xenha-common", program])

    def test_the_set_up_of_the_readme(self):
        self.install_all()
        text = pathlib.Path("/tmp/test/README.md").read_text(encoding="utf-8")
        commands = re.search(r"^    for name in hooks operator; do\n(?:    .*\n)+", text, re.M)[0]
        deb.run("sh", "-ec", commands)
        for name in ("hooks", "operator"):
            self.assertEqual(owner(f"/etc/xenha/{name}.token"), "root:xenha-hooks 640")
        self.assertEqual(owner("/etc/prometheus/xenha-hooks.token"), "root:prometheus 640")
        config = self.readme_example(text, "hooks")
        for name in ("cluster1.pw", "cluster1-root.pw", "cloud1.key", "cloud1.secret"):
            secret(name, "xenha")
        secret("cluster1-actor.pw", "xenha-hooks")
        certificate("/etc/xenha/ca.pem")
        config["hooks"]["mode"] = "act"
        CONFIG.write_text(yaml.safe_dump(config), encoding="utf-8")
        for name in deb.DAEMONS:
            code, said = as_user(name, name, "--config.check")
            self.assertEqual(code, 0, said)
            self.assertIn("warnings: 0", said)
        self.set_up_xenhactl(text, config)

    def set_up_xenhactl(self, text, config):
        commands = re.search(r"^    for name in cloud1-actor.*\n(?:    .*\n)+", text, re.M)[0]
        deb.run("bash", "-ec", commands, input="A-KEY\nA SECRET\n")
        self.assertEqual(pathlib.Path("/etc/xenha/cloud1-actor.secret").read_text(encoding="utf-8"), "A SECRET\n")
        added = self.readme_example(text, "ctl")
        for section in ("pools", "cloudstack"):
            config[section][0].update(added[section][0])
        CONFIG.write_text(yaml.safe_dump(config | {"ctl": added["ctl"]}), encoding="utf-8")
        code, said = as_user("root", "xenhactl", "--config.check")
        self.assertEqual((code, said), (0, f"{CONFIG} is usable; pools: 1, with actor: 1, CloudStacks: 1, warnings: 0\n"))
        # The daemons read the same file and neither of CloudStack's new keys; they could not.
        for name in deb.DAEMONS:
            self.assertEqual(as_user(name, name, "--config.check")[0], 0)
            for key in ("cloud1-actor.key", "cloud1-actor.secret"):
                self.assertIn("Permission denied", as_user(name, "cat", CONFIG.parent / key)[1])

    def test_the_hooks_run_as_their_user_and_do_nothing(self):
        self.install_all()
        log = open("/tmp/hooks.log", "w+", encoding="utf-8")
        self.addCleanup(log.close)
        daemon = subprocess.Popen(["setpriv", "--reuid=xenha-hooks", "--regid=xenha-hooks", "--init-groups", "xenha-hooks",
                                   "--web.listen-address=127.0.0.1:0"], stdin=subprocess.DEVNULL, stderr=log, cwd="/")
        self.addCleanup(daemon.kill)

        def said():
            self.assertIsNone(daemon.poll(), "it has ended")
            log.seek(0)
            return log.read()

        deadline = time.monotonic() + PATIENCE
        while "msg=listening" not in said():
            self.assertLess(time.monotonic(), deadline, said())
            time.sleep(0.1)
        self.assertIn("mode=dry-run", said())
        self.assertRegex(said(), "no alert has a policy")
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(PATIENCE), 0)
        self.assertEqual(owner("/var/lib/xenha-hooks/journal.db").split()[0], "xenha-hooks:xenha-hooks")

    def test_what_an_operator_changed_is_kept(self):
        self.install_all()
        CONFIG.write_text(CONFIG.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
        os.chown(SECRET, 0, 0)
        SECRET.chmod(0o600)
        deb.run("deluser", "--quiet", "xenha-exporter", "xenha")
        kept = pathlib.Path("/var/lib/xenha-hooks/journal.db")
        kept.write_text("kept", encoding="utf-8")
        self.install_all()
        self.assertIn("# mine", CONFIG.read_text(encoding="utf-8"))
        self.assertEqual(owner(SECRET), "root:root 600")
        self.assertEqual(groups("xenha-exporter"), {"xenha-exporter"})
        self.assertEqual(kept.read_text(encoding="utf-8"), "kept")

    def test_removing_and_purging_the_hooks(self):
        self.install_all()
        secret("cluster1-actor.pw", "xenha-hooks")
        journal = pathlib.Path("/var/lib/xenha-hooks/journal.db")
        journal.write_text("kept", encoding="utf-8")
        deb.run("dpkg", "--remove", "xenha-hooks")
        self.assertTrue(journal.exists())
        self.assertTrue(pathlib.Path("/etc/default/xenha-hooks").exists())
        self.assertFalse(pathlib.Path("/usr/bin/xenha-hooks").exists())
        deb.run("dpkg", "--purge", "xenha-hooks")
        self.assertFalse(journal.parent.exists())
        self.assertFalse(pathlib.Path("/etc/default/xenha-hooks").exists())
        self.assertEqual(list(pathlib.Path("/etc/systemd").rglob("xenha-hooks*")), [])
        # What others need, and what is the operator's own.
        self.assertTrue(CONFIG.exists())
        self.assertTrue((CONFIG.parent / "cluster1-actor.pw").exists())
        self.assertTrue(pathlib.Path("/var/lib/xenha-exporter").exists())
        self.assertEqual(as_user("xenha-exporter", "xenha-exporter", "--config.check")[0], 0)
        deb.run("dpkg", "--purge", "xenha-exporter", "xenhactl", "xenha-common")
        self.assertEqual([path.name for path in CONFIG.parent.iterdir()], ["cluster1-actor.pw"])
        self.assertFalse(pathlib.Path("/var/lib/xenha-exporter").exists())

    def test_removing_xenhactl_leaves_how_far_a_procedure_is(self):
        self.install_all()
        kept = pathlib.Path.home() / ".local/state/xenha/cluster1.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("kept", encoding="utf-8")
        before = pathlib.Path("/var/lib/dpkg/info/xenhactl.list").read_text(encoding="utf-8").split()
        deb.run("dpkg", "--purge", "xenhactl")
        self.assertEqual([path for path in before if pathlib.Path(path).is_file()], [])
        self.assertEqual(kept.read_text(encoding="utf-8"), "kept")
        self.assertEqual(as_user("xenha-hooks", "xenha-hooks", "--config.check")[0], 0)

    def test_an_exporter_of_before_is_upgraded_with_its_configuration(self):
        with tempfile.TemporaryDirectory() as directory:
            install(exporter_0_1_0(directory))
        mine = "pools: [{name: mine, hosts: [192.0.2.1], username: root, password_file: example.pw}]\n"
        CONFIG.write_text(mine, encoding="utf-8")
        SECRET.write_text("mine\n", encoding="utf-8")
        # As people do it; the defaults of both releases differ from what stands there, so dpkg asks, and is told to keep.
        deb.run("apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confold", "install", self.paths["xenha-common"],
                self.paths["xenha-exporter"])
        self.assertEqual(CONFIG.read_text(encoding="utf-8"), mine)
        self.assertEqual(SECRET.read_text(encoding="utf-8"), "mine\n")
        self.assertEqual(groups("xenha-exporter"), {"xenha-exporter", "xenha"})
        self.assertEqual(as_user("xenha-exporter", "xenha-exporter", "--config.check")[0], 0)
        self.assertIn("xenha-common", deb.run("dpkg", "-S", CONFIG))

    def test_systemd_takes_the_units(self):
        self.install_all()
        for name in deb.DAEMONS:
            unit = f"/lib/systemd/system/{name}.service"
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual((done.returncode, [line for line in done.stderr.splitlines() if name in line]), (0, []), done.stderr)
            report = json.loads(deb.run("systemd-analyze", "security", "--offline=true", "--json=short", unit))
            exposed = {one["json_field"]: one["exposure"] for one in report if one["exposure"]}
            self.assertGreater(len(report), 50)
            self.assertLess(sum(float(value) for value in exposed.values()), 3, exposed)


if __name__ == "__main__":
    if INSIDE not in os.environ:
        sys.exit(enter_a_copy())
    sys.argv.pop(1)
    unittest.main(verbosity=2)
