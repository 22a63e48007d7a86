#!/usr/bin/python3 -B
"""xenhactl and daemons that stand behind TLS with a CA of their own and behind basic authentication."""

import base64
import http.server
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading

import story
from story import wait_until
from hooks_story import OPERATOR, TOKEN

POOL = {"name": "cluster1", "hosts": 2, "vms": 2}
PASSWORD, WRONG = "correct-horse-battery", "incorrect-horse"
BCRYPT = "$2b$04$qgUYYFZvLtmnGyRXPC/XpeWk.E55oKr65XWMxxSiMgL5xYXwF/FTO"  # of PASSWORD


class Listener:
    """A server in a daemon's place that keeps what it is sent, and answers with `answer(request)`: status, headers."""

    def __init__(self, answer, certificate=None):
        self.requests = []  # method, path, Authorization

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(handler):
                handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
                self.requests.append((handler.command, handler.path, handler.headers.get("Authorization")))
                status, headers = answer(self.requests[-1])
                handler.send_response(status)
                for name, value in {**headers, "Content-Length": "0"}.items():
                    handler.send_header(name, value)
                handler.end_headers()

            do_POST = do_GET

            def log_message(handler, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(server, request, client_address):
                if not certificate:
                    return super().finish_request(request, client_address)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
                with context.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as secured:
                    secured.do_handshake()
                    super().finish_request(secured, client_address)

            def handle_error(server, request, client_address):
                pass  # who does not trust us hangs up

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


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
        (self.here / "names").write_text("subjectAltName=IP:127.0.0.1\n", encoding="utf-8")
        self.signed("web", by="ca")
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

    def signed(self, name, by):
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key",
                     "-CAcreateserial", "-extfile", "names", "-out", f"{name}.pem")

    def listener(self, answer, certificate=None):
        made = Listener(answer, certificate and self.here / certificate)
        self.addCleanup(made.stop)
        return made

    def configured(self, tls="{ca_file: ca.pem}", token=True, password="web.pw", scheme="https", at=None):
        """xenhactl's own file, as on another machine: of the daemons it knows the addresses only. `at`: instead of theirs."""
        text = (f"{self.pools}\nctl:\n  exporter_url: {scheme}://{at or self.exporter.address}\n"
                f"  hooks_url: {scheme}://{at or self.hooks.address}\n")
        text += f"  tls: {tls}\n" if tls else ""
        text += "  token_file: operator.token\n" if token else ""
        text += f"  username: joe\n  password_file: {password}\n" if password else ""
        path = self.here / "ctl.yml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def ctl(self, config, *words, code):
        answer = self.stage.ctl(config, *words)
        if code is not None:
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
        self.assertIn("ctl.exporter_url right (https", said)
        # Without a token xenha-hooks is shown the login.
        said = self.words(self.ctl(self.configured(token=False, password="wrong.pw"), "explain", "cluster1", code=4))
        self.assertIn("ctl.username and its password must be those of a user in basic_auth_users of its web config, or "
                      "ctl.token_file must name", said)
        # A program that runs is not to be started.
        checks = self.ctl(self.configured(token=False, password=None), "doctor", "--output=json", code=None).json()["pools"][0]["checks"]
        for name in ("exporter", "hooks"):
            check = next(check for check in checks if check["check"] == name)
            self.assertEqual((check["state"], check["fix"]), ("unknown", "Correct that in the config file."), check)
            self.assertIn("answers 401; ", check["fact"])

    def test_a_certificate_with_another_name(self):
        config = self.configured()
        config.write_text(config.read_text(encoding="utf-8").replace("https://127.0.0.1", "https://localhost"), encoding="utf-8")
        said = self.words(self.ctl(config, "failovers", code=3))
        self.assertIn("not for localhost but for 127.0.0.1: use the right one of them", said)
        self.assertIn("in the URL", said)
        config.write_text(config.read_text(encoding="utf-8").replace("{ca_file: ca.pem}", "{ca_file: ca.pem, verify_name: false}"),
                          encoding="utf-8")
        self.ctl(config, "failovers", code=0)

    def test_each_daemon_is_shown_what_opens_it_and_nothing_else(self):
        refused = self.listener(lambda request: (401, {}), "web")
        everything = (["failovers"], ["explain", "cluster1"], ["pause", "cluster1", "--reason=x"])
        basic = "Basic " + base64.b64encode(f"joe:{PASSWORD}".encode()).decode()
        for token, shown in ((True, [basic, f"Bearer {OPERATOR}", f"Bearer {OPERATOR}"]), (False, [basic, basic, None])):
            config = self.configured(at=refused.address, token=token)
            refused.requests.clear()
            for words in everything:
                self.ctl(config, *words, code=4)
            self.assertEqual([authorization for _, _, authorization in refused.requests], shown)
        # From the environment as well, and from there only.
        config.write_text(config.read_text(encoding="utf-8").replace("password_file: web.pw", "password_env: XENHA_WEB"), encoding="utf-8")
        refused.requests.clear()
        self.assertEqual(self.stage.ctl(config, "failovers", XENHA_WEB=PASSWORD).code, 4)
        self.assertEqual(refused.requests[0][2], basic)
        self.assertIn("ctl.password_env", self.ctl(config, "failovers", code=2).err)

    def test_nothing_goes_to_who_cannot_prove_himself_or_sends_us_on(self):
        self.signed("impostor", by="other-ca")
        everything = (["failovers"], ["explain", "cluster1"], ["pause", "cluster1", "--reason=x"])
        impostor = self.listener(lambda request: (200, {}), "impostor")
        for tls in ("", "{ca_file: ca.pem}", "{pinned_sha256: ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']}"):
            for words in everything:
                self.assertIn("pin", self.words(self.ctl(self.configured(tls=tls, at=impostor.address), *words, code=3)))
        self.assertEqual(impostor.requests, [])
        # That it would have been heard.
        said = self.words(self.ctl(self.configured(tls="{insecure_skip_verify: true}", at=impostor.address), "failovers", code=3))
        self.assertTrue(said.endswith("answers something else than JSON; is ctl.exporter_url right?"), said)
        self.assertEqual(len(impostor.requests), 1)
        # The port of something else.
        with socket.create_server(("127.0.0.1", 0)) as other:
            def greet():
                connection, _ = other.accept()
                with connection:
                    connection.sendall(b"220 mail.example ESMTP\r\n")
                    connection.recv(65536)
            threading.Thread(target=greet, daemon=True).start()
            at = f"127.0.0.1:{other.getsockname()[1]}"
            said = self.words(self.ctl(self.configured(tls="", scheme="http", at=at), "failovers", code=3))
            self.assertTrue(said.endswith("the answer is not HTTP; is ctl.exporter_url right?"), said)
        elsewhere = self.listener(lambda request: (200, {}))
        sends_on = self.listener(lambda request: (302, {"Location": f"http://{elsewhere.address}{request[1]}"}), "web")
        for words in everything:
            said = self.words(self.ctl(self.configured(at=sends_on.address), *words, code=4))
            self.assertIn("answers 302, a redirect, which is never followed; is ctl.", said)
        self.assertEqual((len(sends_on.requests), elsewhere.requests), (3, []))

    def test_a_client_certificate_is_shown_where_one_is_wanted(self):
        for name, by in (("mine", "ca"), ("foreign", "other-ca")):
            self.signed(name, by)
        (self.here / "web.yml").write_text(
            "tls_server_config: {cert_file: web.pem, key_file: web.key, client_ca_file: ca.pem, "
            "client_auth_type: RequireAndVerifyClientCert}\n", encoding="utf-8")
        for daemon in (self.exporter, self.hooks):
            daemon.signal(signal.SIGHUP)
            wait_until("it was reloaded", lambda: re.search("reloaded", daemon.log()))
        mine = "{ca_file: ca.pem, client_cert_file: mine.pem, client_key_file: mine.key}"
        config = self.configured(tls=mine, token=False, password=None)
        self.ctl(config, "--config.check", code=0)
        for words in (["failovers"], ["explain", "cluster1"]):
            self.ctl(config, *words, code=0)
            for tls in ("{ca_file: ca.pem}", mine.replace("mine", "foreign")):
                said = self.words(self.ctl(self.configured(tls=tls), *words, code=3))
                self.assertIn("Does it want a client certificate (ctl.tls.client_cert_file)?", said)
            self.configured(tls=mine, token=False, password=None)
        self.assertIn("mine.key is not the key of ", self.ctl(
            self.configured(tls=mine.replace("mine.pem", "foreign.pem")), "failovers", code=2).err)

    def test_the_process_list_shows_no_secret(self):
        go_on = threading.Event()
        self.addCleanup(go_on.set)
        slow = self.listener(lambda request: (401 if go_on.wait(60) else 500, {}), "web")
        for words in (["failovers"], ["explain", "cluster1"]):
            slow.requests.clear()
            terminal = self.stage.terminal(self.configured(at=slow.address), *words)
            wait_until("it has sent its secret", lambda: slow.requests)
            shown = "".join((pathlib.Path(f"/proc/{terminal.pid}") / name).read_bytes().decode() for name in ("cmdline", "environ", "comm"))
            go_on.set()
            self.assertEqual(terminal.end(), 4, terminal.text)
            go_on.clear()
            self.assertIn("xenhactl", shown)
            self.assertEqual([secret for secret in (OPERATOR, PASSWORD) if secret in shown + terminal.text], [])

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
