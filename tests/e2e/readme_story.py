#!/usr/bin/python3 -B
"""What README.md tells people to write is accepted by the programs that read it."""

import pathlib
import re
import subprocess

import story

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
        self.assertEqual(len(examples), 3)
        for number, text in enumerate(examples):
            for name in re.findall(r"(?:password|key)_file: ([\w.-]+)", text):
                (here / name).write_text("word\n", encoding="utf-8")
                (here / name).chmod(0o600)
            (here / "xenha.yml").write_text(text, encoding="utf-8")
            done = subprocess.run([story.PROGRAMS / "xenha-exporter", "--config.file=xenha.yml", "--config.check"],
                                  cwd=here, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, f"example {number}: {done.stdout}{done.stderr}")
            self.assertIn("warnings: 0", done.stdout, f"example {number}")

    def test_prometheus_takes_the_scrape_configurations(self):
        examples = self.examples("scrape_configs:")
        self.assertEqual(len(examples), 2)
        for text in examples:
            path = self.stage.directory / "prometheus.yml"
            path.write_text(text, encoding="utf-8")
            done = subprocess.run(["promtool", "check", "config", path], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_its_metrics_exist(self):
        known = set(re.findall(r"`(xenha_\w+)`", (ROOT / "exporter/METRICS.md").read_text(encoding="utf-8")))
        named = set(re.findall(r"`(xenha_\w+)`", README))
        self.assertGreater(len(named), 15)
        self.assertEqual(named - known, set())

    def test_its_links_lead_somewhere(self):
        links = re.findall(r"\]\(([^)#]+)\)", README)
        self.assertGreater(len(links), 4)
        self.assertEqual([link for link in links if not (ROOT / link).exists()], [])


if __name__ == "__main__":
    story.main()
