#!/usr/bin/python3 -B
"""Passwords and keys appear nowhere: no log, page, metric, answer, command line or environment."""

import pathlib
import re
import urllib.parse

import story

PASSWORD = "pl4nted-Pa$$word&<x>\"1"
ROOT_PASSWORD = "pl4nted-r00t-word"
KEY = "pl4nted-API-key-7f3a"
SECRET_KEY = "pl4nted-API-secret-9c1d"
PAGES = ["/", "/metrics", "/probe?target=pool1", "/sd", "/api/v1/pools", "/-/healthy", "/-/ready", "/nothing",
         "/probe?target=x", "/metrics?pool=x"]


def leaks(text):
    """Which secrets stand in a text, in whatever dress."""
    found = []
    for secret in (PASSWORD, ROOT_PASSWORD, KEY, SECRET_KEY):
        html = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        forms = {secret, html, html.replace('"', "&quot;"), urllib.parse.quote(secret), secret.replace('"', '\\"')}
        if any(form in text for form in forms):
            found.append(secret)
    return found


class Secrets(story.Story):
    def config_with_planted(self, sim, environment_password=False):
        secrets = self.stage.directory / "secrets"
        secrets.mkdir(exist_ok=True)
        for name, secret in [("monitor", PASSWORD), ("root", ROOT_PASSWORD), ("key", KEY), ("secret", SECRET_KEY)]:
            (secrets / name).write_text(secret + "\n", encoding="utf-8")
            (secrets / name).chmod(0o600)

        def change(text):
            text = re.sub(r"password_file: \S+/(monitor|root)\.pw", rf"password_file: {secrets}/\1", text)
            if environment_password:
                text = text.replace(f"password_file: {secrets}/monitor", "password_env: PLANTED")
            return text + (f"cloudstack:\n  - name: cloud1\n    url: https://127.0.0.1:1/client/api\n"
                           f"    api_key_file: {secrets}/key\n    secret_key_file: {secrets}/secret\n")
        return self.stage.config(sim, change=change)

    def look_everywhere(self, exporter):
        for path in PAGES:
            for accept in ("*/*", "application/openmetrics-text; version=1.0.0"):
                reply = exporter.get(path, Accept=accept)
                self.assertEqual(leaks(reply.text + str(reply.headers)), [], path)
        reload = story.http(exporter.url + "/-/reload", method="POST")
        self.assertEqual(leaks(reload.text), [], "reload")
        process = pathlib.Path(f"/proc/{exporter.pid}")
        self.assertEqual(leaks((process / "cmdline").read_bytes().decode()), [])

    def accept_planted(self, sim):
        sim.command("change-password", user="monitor", password=PASSWORD)
        sim.command("change-password", user="root", password=ROOT_PASSWORD)

    def test_in_both_log_formats_at_debug_level(self):
        for form in ("logfmt", "json"):
            with self.subTest(form):
                sim = self.stage.simulator("--hosts", 3)
                self.accept_planted(sim)
                exporter = self.stage.exporter(self.config_with_planted(sim), "--log.level", "debug", "--log.format", form)
                exporter.wait_for("the pool is read with the planted password",
                                  lambda now: now.value("xenha_pool_up", pool="pool1") == 1
                                  and len(now.all("xenha_host_emergency_mode")) == 3)
                sim.command("expire-sessions")
                sim.command("answers", method="event.from", fault="garble")
                self.look_everywhere(exporter)
                environment = pathlib.Path(f"/proc/{exporter.pid}/environ").read_bytes().decode()
                self.assertEqual(leaks(environment), [])
                exporter.stop()
                self.assertEqual(leaks(exporter.log() + exporter.out()), [])
                self.assertGreater(len(exporter.log()), 200)
                sim.stop()

    def test_when_the_password_is_refused(self):
        sim = self.stage.simulator("--hosts", 2, speed=10)
        exporter = self.stage.exporter(self.config_with_planted(sim), "--log.level", "debug")
        exporter.wait_for("the password is refused", lambda now: "auth_error" in {
            now.state("pool1", host) for host in now.hosts("pool1")})
        self.look_everywhere(exporter)
        exporter.stop()
        self.assertEqual(leaks(exporter.log() + exporter.out()), [])

    def test_a_password_in_the_configuration_itself_is_refused_without_repeating_it(self):
        sim = self.stage.simulator("--hosts", 1)
        path = self.stage.config(sim, change=lambda text: re.sub(r"password_file: \S+/monitor\.pw", "password: " + KEY, text))
        check = story.stage.Program(self.stage, self.stage.directory, "check",
                                    [story.PROGRAMS / "xenha-exporter", "--config.file", path, "--config.check"])
        self.assertEqual(check.process.wait(30), 2)
        self.assertEqual(leaks(check.out() + check.log()), [])
        self.assertIn("password_file", check.out() + check.log())

    def test_the_search_itself_finds(self):
        for text in [f"x {PASSWORD}", 'pl4nted-Pa$$word&amp;&lt;x&gt;"1', urllib.parse.quote(PASSWORD), KEY]:
            self.assertNotEqual(leaks(text), [])


if __name__ == "__main__":
    story.main()
