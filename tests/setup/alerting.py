"""The shipped alerting on loopback: a receiver that keeps what it was sent, and the example configuration made to send there."""

import copy
import http.server
import json
import pathlib
import re
import subprocess
import threading
import time

import yaml

RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"
HOOKS = "http://127.0.0.1:10046/"  # what the example calls the daemon that re-enables HA


class Message:
    """One webhook message as it arrived."""

    def __init__(self, path, headers, body):
        self.received = time.time()
        self.path, self.headers, self.body = path, headers, body

    def alerts(self, alertname=None, **labels):
        wanted = {**({"alertname": alertname} if alertname else {}), **labels}
        return [alert for alert in self.body["alerts"] if wanted.items() <= alert["labels"].items()]


class Receiver:
    """Takes Alertmanager's webhooks on a free port of loopback. Use as context manager."""

    def __init__(self):
        self._messages, self._lock = [], threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver._lock:
                    receiver._messages.append(Message(self.path, dict(self.headers), json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def messages(self, path):
        """Those sent to `path`, oldest first."""
        with self._lock:
            return [message for message in self._messages if message.path == path]

    def first(self, path, alertname, status="firing", **labels):
        """(message, alert) of the first that tells of it; None when none does."""
        for message in self.messages(path):
            for alert in message.alerts(alertname, **labels):
                if alert["status"] == status:
                    return message, alert
        return None

    def told(self, path, status="firing"):
        """Of what it was told there: pairs of severity and alert name with pool."""
        return {(alert["labels"]["severity"], alert["labels"]["alertname"], alert["labels"].get("pool"))
                for message in self.messages(path) for alert in message.body["alerts"] if alert["status"] == status}


def on_loopback(example, url, token_file, hooks_url=None):
    """The example configuration with its addresses replaced: the hooks at `hooks_url` (else at `url` under their own path),
    every other receiver a webhook at `url`/NAME. Routes, times, grouping and inhibition stay as they are."""
    config = copy.deepcopy(yaml.safe_load(example))
    config.pop("global", None)
    for receiver in config["receivers"]:
        hooks = [hook for hook in receiver.get("webhook_configs", []) if hook["url"].startswith(HOOKS)]
        if hooks:
            for hook in hooks:
                hook["url"] = hook["url"].replace(HOOKS, (hooks_url or url) + "/")
                if "http_config" in hook:
                    hook["http_config"]["authorization"]["credentials_file"] = str(token_file)
            continue
        name = receiver["name"]
        receiver.clear()
        receiver.update(name=name, webhook_configs=[{"url": f"{url}/{name}", "send_resolved": True}])
    return yaml.safe_dump(config, sort_keys=False)


def install_rules(directory, *flags):
    """The rules as an operator installs them."""
    directory.mkdir(exist_ok=True)
    subprocess.run([RULES / "install", *flags, directory], check=True, capture_output=True, timeout=60)


def waits(factor):
    """How long hastened alerts wait, in words."""
    return "as long as for a real pool" if factor <= 1 else f"{factor:g} times shorter here than for a real pool"


def hasten(directory, factor):
    """Lets installed alerts wait and keep firing `factor` times shorter, for pools whose time passes so much faster.
    Thresholds stay: they are compared with times as the exporter measures them."""
    def shorter(found):
        seconds = sum(float(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
                      for number, unit in re.findall(r"(\d+)([smhd])", found[2]))
        return f"{found[1]}{max(1, round(seconds / factor))}s"

    for path in directory.glob("*.rules.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^( *(?:for|keep_firing_for): )([\dsmhd]+)$", shorter, text, flags=re.M), encoding="utf-8")


class Alerting:
    """Alertmanager with the shipped example, Prometheus with the shipped rules, and a receiver for what they send."""

    def __init__(self, on_stage, exporter, receiver, interval="1s", factor=1, install=(), hooks_url=None):
        here = on_stage.directory
        token = here / "hooks.token"
        token.write_text("token-of-the-hooks\n", encoding="utf-8")
        example = (RULES / "alertmanager.example.yml").read_text(encoding="utf-8")
        config = here / "alertmanager.yml"
        config.write_text(on_loopback(example, receiver.url, token, hooks_url), encoding="utf-8")
        install_rules(here / "rules", *install)
        if factor > 1:
            hasten(here / "rules", factor)
        self.alertmanager = on_stage.alertmanager(config)
        self.prometheus = on_stage.prometheus(exporter, interval, rules=here / "rules", alertmanager=self.alertmanager)
