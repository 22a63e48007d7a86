#!/usr/bin/python3 -B
"""Passwords and keys appear nowhere: no log, page, metric, answer, command line or environment."""

import json
import pathlib
import re
import urllib.parse

import front
import story
from story import wait_until

PASSWORD = "pl4nted-Pa$$word&<x>\"1"
ROOT_PASSWORD = "pl4nted-r00t-word"
KEY = "pl4nted-API-key-7f3a"
SECRET_KEY = "pl4nted-API-secret-9c1d"
PAGES = ["/", "/metrics", "/probe?target=pool1", "/sd", "/api/v1/pools", "/api/v1/failovers", "/-/healthy", "/-/ready", "/nothing",
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
    def config_with_planted(self, sim, environment_password=False, cloudstack="https://127.0.0.1:1/client/api"):
        secrets = self.stage.directory / "secrets"
        secrets.mkdir(exist_ok=True)
        for name, secret in [("monitor", PASSWORD), ("root", ROOT_PASSWORD), ("key", KEY), ("secret", SECRET_KEY)]:
            (secrets / name).write_text(secret + "\n", encoding="utf-8")
            (secrets / name).chmod(0o600)

        def change(text):
            text = re.sub(r"password_file: \S+/(monitor|root)\.pw", rf"password_file: {secrets}/\1", text)
            if environment_password:
                text = text.replace(f"password_file: {secrets}/monitor", "password_env: PLANTED")
            text = re.sub(r"^cloudstack:\n(  .*\n)+", "", text, flags=re.M)  # the simulator's own entry
            return text + (f"cloudstack:\n  - name: cloud1\n    url: {cloudstack}\n"
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

    def before_cloudstack(self, answer=None):
        """An exporter whose CloudStack stands behind a front that keeps what came over the wire."""
        world = {"pools": [{"name": "pool1", "hosts": 2}],
                 "clouds": [{"name": "cloud1", "api_key": KEY, "secret_key": SECRET_KEY}]}
        sim = self.stage.simulator(world=world)
        self.accept_planted(sim)
        before = front.Front(sim.cloud()["url"])
        self.addCleanup(before.stop)
        before.answer = answer
        self.state = sim.directory / "exporter"
        config = self.config_with_planted(sim, cloudstack=before.url)
        exporter = self.stage.exporter(config, "--log.level", "debug")
        exporter.wait_until_ready()
        return sim, before, exporter

    def end_cloudstack(self, before, exporter):
        """Looks at everything that the exporter said, showed, kept and sent."""
        self.look_everywhere(exporter)
        code, _ = exporter.stop()
        self.assertEqual(code, 0)
        self.assertEqual(leaks(exporter.log() + exporter.out()), [])
        for path in self.state.rglob("*"):
            if path.is_file():
                self.assertEqual(leaks(path.read_text(encoding="utf-8", errors="replace")), [], path.name)
        self.assertGreater(len(before.requests), 0)
        for method, path, headers, body in before.requests:
            self.assertEqual((method, path), ("POST", "/client/api"))  # no key in any access log
            self.assertEqual(leaks(str(headers)), [])
            text = body.decode()
            self.assertIn(f"apikey={KEY}", text.lower().replace(KEY.lower(), KEY))
            self.assertNotIn(SECRET_KEY, text)

    def test_when_cloudstack_answers(self):
        _, before, exporter = self.before_cloudstack()
        exporter.wait_for("all of it is read", lambda now: now.value("xenha_cloudstack_up") == 1
                          and now.all("xenha_cloudstack_vms") and now.all("xenha_cloudstack_setting_value"))
        self.assertTrue(any(path.name == "cloud-cloud1.json" for path in self.state.rglob("*")))
        self.end_cloudstack(before, exporter)

    def test_when_cloudstack_refuses_and_repeats_what_it_was_sent(self):
        def refuse(path, headers, body):
            text = f"unable to verify user credentials: {path} {body.decode()} secret {SECRET_KEY}"
            return 401, "application/json", json.dumps(
                {"listapisresponse": {"errorcode": 401, "errortext": text, "uuidList": []}}).encode()
        _, before, exporter = self.before_cloudstack(refuse)
        wait_until("it is told", lambda: "does not let us watch" in exporter.log())
        self.end_cloudstack(before, exporter)

    def test_when_cloudstack_answers_rubbish_that_repeats_what_it_was_sent(self):
        for name, answer in {
                "html": lambda path, _, body: (200, "text/html", front.HTML + body),
                "502": lambda path, _, body: (502, "text/html", front.HTML + path.encode() + b"?" + body),
                "garbage": lambda path, _, body: (200, "application/json", b"\x00\xff{" + body),
                "fault": lambda path, _, body: (530, "application/json", json.dumps(
                    {"listapisresponse": {"errorcode": 530, "errortext": body.decode()}}).encode())}.items():
            with self.subTest(name):
                sim, before, exporter = self.before_cloudstack(answer)
                wait_until("it is told", lambda: re.search("CloudStack does not", exporter.log()))
                self.end_cloudstack(before, exporter)
                sim.stop()

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
