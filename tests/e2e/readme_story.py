#!/usr/bin/python3 -B
"""What README.md tells people to write is accepted by the programs that read it, and what it shows is what they say.

XENHA_UPDATE_GOLDEN=1 writes what xenha-hooks says of the six pools into README.md.
"""

import os
import pathlib
import re
import subprocess

import yaml

import story
from story import wait_until
import faults

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PIN = "A" * 43 + "="


class Readme(story.Story):
    def examples(self, key):
        """Fenced blocks and quoted one-liners that begin with a top-level key, pins filled in."""
        found = [text for text in re.findall(r"```yaml\n(.*?)```", README, re.S) if text.startswith(key)]
        if key == "pools:":
            found.append(re.search(r"echo '(\{pools:.*?)' > xenha\.yml", README)[1])
        return [re.sub(r'"(base64 of[^"]*|\.\.\.)"', f'"{PIN}"', text) for text in found]

    def test_the_configurations_are_usable_without_a_warning(self):
        here = self.stage.directory
        (here / "ca.pem").write_bytes((ROOT / "tests/fixtures/config/secrets/ca.pem").read_bytes())
        (here / "web.yml").write_text("basic_auth_users: {}\n", encoding="utf-8")
        examples = self.examples("pools:")
        self.assertEqual(len(examples), 4)
        self.assertEqual(len([text for text in examples if "\nhooks:\n" in text]), 1)
        for number, text in enumerate(examples):
            for name in re.findall(r"(?:password|key|token)_file: ([\w.-]+)", text):
                (here / name).write_text(f"a-word-in-{name}\n", encoding="utf-8")
                (here / name).chmod(0o600)
            programs = ["xenha-exporter"]
            if "\nhooks:\n" in text:  # as shown, and in the mode that it is meant for in the end
                programs.append("xenha-hooks")
                text = text.replace("\nhooks:\n", f"\nexporter: {{state_dir: {here}}}\nhooks:\n  state_dir: {here}\n")
            for mode in ("dry-run", "act"):
                (here / "xenha.yml").write_text(text.replace("mode: dry-run", f"mode: {mode}"), encoding="utf-8")
                for program in programs:
                    done = subprocess.run([story.PROGRAMS / program, "--config.file=xenha.yml", "--config.check"],
                                          cwd=here, capture_output=True, text=True, timeout=60)
                    self.assertEqual(done.returncode, 0, f"example {number}: {done.stdout}{done.stderr}")
                    self.assertIn("warnings: 0", done.stdout, f"example {number}")
                    self.assertIn(f"mode: {mode}" if program == "xenha-hooks" else "pools: ", done.stdout)

    def test_what_xenhactl_adds_is_usable_beside_the_rest(self):
        here = self.stage.directory
        (here / "ca.pem").write_bytes((ROOT / "tests/fixtures/config/secrets/ca.pem").read_bytes())
        config = yaml.safe_load(next(text for text in self.examples("pools:") if "\nhooks:\n" in text))
        (added,) = map(yaml.safe_load, self.examples("ctl:"))
        for section in ("pools", "cloudstack"):
            config[section][0].update(added[section][0])
        config["ctl"] = added["ctl"]
        config["exporter"] = {"state_dir": str(here)}
        config["hooks"]["state_dir"] = str(here)
        text = yaml.safe_dump(config)
        for name in re.findall(r"(?:password|key|token)_file: ([\w.-]+)", text):
            (here / name).write_text(f"a-word-in-{name}\n", encoding="utf-8")
            (here / name).chmod(0o600)
        (here / "xenha.yml").write_text(text, encoding="utf-8")
        for program, expected in (("xenhactl", "pools: 1, with actor: 1, CloudStacks: 1, "), ("xenha-hooks", ""),
                                  ("xenha-exporter", "")):
            done = subprocess.run([story.PROGRAMS / program, "--config.file=xenha.yml", "--config.check"],
                                  cwd=here, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("warnings: 0", done.stdout)
            self.assertIn(expected, done.stdout)

    def test_alertmanager_takes_the_receivers(self):
        examples = self.examples("receivers:")
        self.assertEqual(len(examples), 2)
        for text in examples:
            path = self.stage.directory / "alertmanager.yml"
            path.write_text("route: {receiver: xenha-hooks}\n" + text, encoding="utf-8")
            done = subprocess.run(["amtool", "check-config", path], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_prometheus_takes_the_scrape_configurations(self):
        examples = self.examples("scrape_configs:")
        self.assertEqual(len(examples), 3)
        for text in examples:
            path = self.stage.directory / "prometheus.yml"
            path.write_text(text, encoding="utf-8")
            done = subprocess.run(["promtool", "check", "config", path], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_its_metrics_exist(self):
        known = {name for page in ("exporter/METRICS.md", "hooks/METRICS.md")
                 for name in re.findall(r"`(xenha_\w+)`", (ROOT / page).read_text(encoding="utf-8"))}
        named = set(re.findall(r"`(xenha_\w+)`", README))
        self.assertGreater(len(named), 15)
        self.assertEqual(named - known, set())

    def test_the_screens_of_xenhactl_are_those_it_draws(self):
        shown = re.sub(r"^    ", "", README, flags=re.M)
        for name in ("healthy", "ha_off", "master_lost_ha_on", "master_lost_ha_off", "emergency", "split_brain", "vms_down"):
            screen = (ROOT / f"tests/golden/ctl/status/{name}.txt").read_text(encoding="utf-8")
            self.assertIn("$ xenhactl status cluster1\n" + screen, shown, name)

    def test_its_links_lead_somewhere(self):
        links = re.findall(r"\]\(([^)#]+)\)", README)
        self.assertGreater(len(links), 4)
        self.assertEqual([link for link in links if not link.startswith("https://") and not (ROOT / link).exists()], [])
        headings = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", README, re.M)}
        self.assertEqual(set(re.findall(r"\]\(#([^)]+)\)", README)) - headings, set())


OPERATOR = "0123456789abcdef-operator"
HOOKS = """
hooks:
  mode: dry-run
  bearer_token_file: hooks.token
  operator_token_file: operator.token
  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]
  state_dir: hooks
  guards: {settle: 5s, read_gap: 1s, kill_switch_file: STOP}
"""
# Pool -> what is done to it beside HA going off.
SPOILED = {
    "cluster1": lambda sim, pool: None,
    "cluster2": lambda sim, pool: sim.command("power-off", pool=pool, host=3),
    "cluster3": lambda sim, pool: faults.as_operator(sim, pool, "disable"),
    "cluster4": lambda sim, pool: sim.command("cs-maintenance", pool=pool, host=2, on=True),
    "cluster5": lambda sim, pool: sim.command("unplug-pbd", pool=pool, host=2),
    "cluster6": lambda sim, pool: sim.command("split-brain", pool=pool, host=2),
}
SHOWN = re.compile(r"    \$ explain (cluster\d) .*\n((?:    (?!\$).*\n)*)")


def without_times(text):
    """Days and times of day differ from run to run; everything else must be as it is pasted."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME", text)


class Explained(story.Story):
    """Six pools without HA, in one simulated world, and what the real daemon says of them by the README's own command."""

    def start(self):
        self.sim = self.stage.simulator(speed=10, world={
            "scheme": "https", "speed": 10, "pools": [{"name": pool, "hosts": 3, "vms": 6} for pool in SPOILED],
            "clouds": [{"name": "cloud1", "version": "4.20.3.0"}]})
        here = self.stage.directory
        (here / "hooks").mkdir()
        for name, token in (("hooks.token", "0123456789abcdef-alertmanager"), ("operator.token", OPERATOR)):
            (here / name).write_text(token, encoding="utf-8")
            (here / name).chmod(0o600)
        config = self.stage.config(self.sim, change=lambda text: text.split("\nhooks:\n")[0] + HOOKS)
        self.hooks = self.stage.hooks(config)
        for pool in SPOILED:
            wait_until(f"{pool} is seen with HA on", lambda: self.explain(pool).startswith("done already_enabled"), seconds=180)

    def here(self, text):
        """A command of the README, for this stage."""
        return text.replace("127.0.0.1:10046", self.hooks.address).replace("/etc/xenha/", f"{self.stage.directory}/")

    def explain(self, pool):
        function = re.search(r"^    explain\(\) \{\n(?:    .*\n)*?    \}\n", README, re.M)[0]
        done = subprocess.run(["bash", "-c", self.here(function) + f"explain {pool}"], capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def order(self, path):
        """Runs the README's command that posts there."""
        found = [text for text in re.findall(r"(?:    .*\n)+", README) if path in text and "curl -X POST" in text]
        self.assertEqual(len(found), 1)
        command = self.here(re.search(r"    curl -X POST (?:.*\\\n)*.*" + path, found[0])[0]).replace("curl", "curl -sS", 1)
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120).stdout

    def test_explain_says_what_is_pasted(self):
        pasted = dict(SHOWN.findall(README))
        self.assertEqual(list(pasted), list(SPOILED))
        self.start()
        for pool, spoil in SPOILED.items():
            if pool != "cluster3":  # there the operator does it
                self.sim.command("silent-disarm", pool=pool)
            spoil(self.sim, pool)

        said = {}

        def as_pasted(pool):
            said[pool] = re.sub(r"^", "    ", self.explain(pool), flags=re.M).removesuffix("    ")
            return without_times(said[pool]) == without_times(pasted[pool])

        def settled(pool):
            as_pasted(pool)
            return "settling" not in said[pool]

        if os.environ.get("XENHA_UPDATE_GOLDEN"):
            for pool in SPOILED:
                wait_until(f"{pool} has settled", lambda: settled(pool), seconds=180)
            path = ROOT / "README.md"
            path.write_text(SHOWN.sub(lambda found: found[0].splitlines(True)[0] + said[found[1]], README), encoding="utf-8")
            return
        for pool in SPOILED:
            try:
                wait_until(f"{pool} is as pasted", lambda: as_pasted(pool), seconds=180, every=1)
            except AssertionError:
                self.assertEqual(without_times(said[pool]), without_times(pasted[pool]), pool)
                raise
        self.assertEqual([call for call in self.sim.writes() if "xenha-hooks" in call["client"]], [])

        self.sim.cs("power", on=False)
        wait_until("a silent CloudStack objects", lambda: re.search(
            r"^  cloud_unknown: CloudStack was not read: listClusters at 127\.", self.explain("cluster1"), re.M), seconds=120)

    def test_a_pause_holds_and_the_kill_switch_too(self):
        self.start()
        self.assertEqual(self.order("/api/v1/pause").strip(), '{"pool":"cluster1","result":"paused"}')
        wait_until("it is paused", lambda: re.search(
            r"^  paused: paused here: \"new switches, ask Maria\" until ", self.explain("cluster1"), re.M))
        self.assertNotIn("paused", self.explain("cluster2"))
        touch = re.search(r"^    (touch .*)$", README, re.M)[1]
        subprocess.run(["bash", "-c", self.here(touch)], check=True, timeout=60)
        wait_until("it is stopped", lambda: self.explain("cluster2").startswith("refuse kill_switch"))


if __name__ == "__main__":
    story.main()
