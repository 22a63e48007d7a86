#!/usr/bin/python3 -B
"""xenhactl and daemons that stand behind TLS with a CA of their own and behind basic authentication."""

import base64
import re
import subprocess

import story
from story import wait_until
from hooks_story import OPERATOR, TOKEN

POOL = {"name": "cluster1", "hosts": 2, "vms": 2}
PASSWORD, WRONG = "correct-horse-battery", "incorrect-horse"
BCRYPT = "$2b$04$qgUYYFZvLtmnGyRXPC/XpeWk.E55oKr65XWMxxSiMgL5xYXwF/FTO"  # of PASSWORD


class BehindTls(story.Story):
    def setUp(self):
        super().setUp()
        self.sim = self.stage.simulator(world={"scheme": "https", "pools": [POOL], "clouds": []})
        self.here = self.stage.directory
        for name, text in (("hooks.token", TOKEN), ("operator.token", OPERATOR), ("web.pw", PASSWORD), ("wrong.pw", WRONG)):
            (self.here / name).write_text(text, encoding="utf-8")
            (self.here / name).chmod(0o600)
        (self.here / "hooks").mkdir()
        for name in ("ca", "other-ca"):
            self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                         "-keyout", f"{name}.key", "-out", f"{name}.pem")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=daemons", "-keyout", "web.key", "-out", "web.csr")
        (self.here / "names").write_text("subjectAltName=IP:127.0.0.1\n", encoding="utf-8")
        self.openssl("x509", "-req", "-days", "2", "-in", "web.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-extfile", "names", "-out", "web.pem")
        (self.here / "web.yml").write_text("tls_server_config: {cert_file: web.pem, key_file: web.key}\n"
                                           f"basic_auth_users: {{joe: '{BCRYPT}'}}\n", encoding="utf-8")
        self.pools = self.stage.config(self.sim).read_text(encoding="utf-8").split("\nhooks:\n")[0]
        daemons = self.here / "daemons.yml"
        daemons.write_text(self.pools + "\nhooks:\n  bearer_token_file: hooks.token\n  operator_token_file: operator.token\n"
                           "  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]\n"
                           "  state_dir: hooks\nweb: {config_file: web.yml}\n", encoding="utf-8")
        self.exporter, self.hooks = self.stage.exporter(daemons), self.stage.hooks(daemons)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.here, check=True, capture_output=True, timeout=60)

    def configured(self, tls="{ca_file: ca.pem}", token=True, password="web.pw", scheme="https"):
        """xenhactl's own file, as on another machine: of the daemons it knows the addresses only."""
        text = (f"{self.pools}\nctl:\n  exporter_url: {scheme}://{self.exporter.address}\n"
                f"  hooks_url: {scheme}://{self.hooks.address}\n")
        text += f"  tls: {tls}\n" if tls else ""
        text += "  token_file: operator.token\n" if token else ""
        text += f"  username: joe\n  password_file: {password}\n" if password else ""
        path = self.here / "ctl.yml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def ctl(self, config, *words, code):
        answer = self.stage.ctl(config, *words)
        self.assertEqual(answer.code, code, answer)
        return answer

    def words(self, answer):
        return " ".join(answer.err.split())

    def test_with_ca_and_login_each_gets_what_opens_it(self):
        config = self.configured()
        self.assertIn("is usable; ", self.ctl(config, "--config.check", code=0).out)
        wait_until("both answer", lambda: self.stage.ctl(config, "status", "--output=json").json()["pools"][0]["not_read"] == [])
        pool = self.ctl(config, "status", "--output=json", code=0).json()["pools"][0]
        self.assertIsNotNone(pool["hooks"])
        self.assertEqual(pool["failovers_open"], [])
        self.ctl(config, "failovers", code=0)
        self.ctl(config, "explain", "cluster1", code=0)
        self.ctl(config, "pause", "cluster1", "--reason=x", code=0)
        self.ctl(config, "resume", "cluster1", code=0)
        # Without the token the login shows everything and changes nothing.
        config = self.configured(token=False)
        for words in (["explain", "cluster1"], ["decisions"], ["failovers"]):
            self.ctl(config, *words, code=0)
        self.assertIn("ctl.token_file", self.words(self.ctl(config, "pause", "cluster1", "--reason=x", code=4)))

    def test_without_its_ca_nothing_is_sent_and_the_key_can_be_pinned(self):
        for tls in ("", "{ca_file: other-ca.pem}"):
            config = self.configured(tls=tls)
            for words, name in ((["failovers"], "xenha-exporter"), (["explain", "cluster1"], "xenha-hooks"),
                                (["pause", "cluster1", "--reason=x"], "xenha-hooks")):
                said = self.words(self.ctl(config, *words, code=3))
                self.assertIn(f"{name}: ", said)
                self.assertIn("ctl.tls", said)
                self.assertNotIn("does it run", said)
                pin = re.search(r"pin of the key presented: (\S{44})", said)[1]
            status = self.ctl(config, "status", "--output=json", code=0).json()["pools"][0]
            self.assertEqual((status["hooks"], status["failovers_open"]), (None, None))
            self.assertIn("not trusted", " ".join(status["not_read"]))
        config = self.configured(tls=f"{{pinned_sha256: ['{pin}']}}")
        self.ctl(config, "failovers", code=0)
        self.ctl(config, "explain", "cluster1", code=0)
        self.ctl(self.configured(tls=f"{{pinned_sha256: ['{pin[:-2]}{'A' if pin[-2] != 'A' else 'E'}=']}}"), "failovers", code=3)

    def test_what_is_missing_or_wrong_is_named(self):
        status = " ".join(self.ctl(self.configured(password=None), "status", code=0).out.split())
        self.assertRegex(status, r"Not read: - xenha-exporter at \S+ answers 401; write ctl\.username and ctl\.password_file")
        said = self.words(self.ctl(self.configured(password=None), "failovers", code=4))
        self.assertIn("answers 401", said)
        self.assertIn("write ctl.username and ctl.password_file", said)
        said = self.words(self.ctl(self.configured(password="wrong.pw"), "failovers", code=4))
        self.assertIn("ctl.username and its password must be those of a user in basic_auth_users", said)
        self.ctl(self.configured(password="wrong.pw"), "explain", "cluster1", code=0)  # opened by the token alone
        self.assertIn("ctl.password_file (line ", self.ctl(self.configured(password="no/web.pw"), "failovers", code=2).err)
        self.assertIn("ctl.tls.ca_file", self.ctl(self.configured(tls="{ca_file: none.pem}"), "decisions", code=2).err)
        said = self.words(self.ctl(self.configured(tls="", scheme="http"), "failovers", code=3))
        self.assertIn("ctl.exporter_url", said)

    def test_the_secrets_are_shown_nowhere(self):
        secrets = [TOKEN, OPERATOR, PASSWORD, WRONG,
                   *(base64.b64encode(f"joe:{word}".encode()).decode() for word in (PASSWORD, WRONG))]
        said = ""
        for password in ("web.pw", "wrong.pw"):
            for tls in ("{ca_file: ca.pem}", ""):
                config = self.configured(tls=tls, password=password)
                for words in (["status"], ["failovers"], ["explain", "cluster1"], ["pause", "cluster1", "--reason=x"],
                              ["status", "--output=json"], ["--config.check"]):
                    answer = self.stage.ctl(config, *words, "--log.level=debug")
                    said += answer.out + answer.err
        self.assertIn("cluster1", said)
        for file in (self.exporter.log_path, self.hooks.log_path, *sorted((self.here / "hooks").iterdir())):
            said += file.read_bytes().decode("utf-8", "replace")
        self.assertEqual([secret for secret in secrets if secret in said], [])


if __name__ == "__main__":
    story.main()
