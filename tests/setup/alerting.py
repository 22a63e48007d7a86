"""The shipped alerting on loopback: a receiver that keeps what it was sent, and the example configuration made to send there."""

import copy
import http.server
import json
import pathlib
import re
import subprocess
import threading
import time
import zlib

import yaml

RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"
HOOKS = "http://127.0.0.1:10046/"  # what the example calls the daemon that re-enables HA
TOKEN = "token-of-the-hooks"


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

    def first(self, path, alertname, status="firing", since=0, **labels):
        """(message, alert) of the first that tells of it, and came after `since`; None when none does."""
        for message in self.messages(path):
            if message.received < since:
                continue
            for alert in message.alerts(alertname, **labels):
                if alert["status"] == status:
                    return message, alert
        return None

    def told(self, path, status="firing"):
        """Of what it was told there: pairs of severity and alert name with pool."""
        return {(alert["labels"]["severity"], alert["labels"]["alertname"], alert["labels"].get("pool"))
                for message in self.messages(path) for alert in message.body["alerts"] if alert["status"] == status}


def _at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03}Z"


def alert(pool, started=None, ended=None, name="XenHAPoolHADisabled"):
    """One for Alertmanager, as Prometheus would send it; times in Unix seconds."""
    out = {"labels": {"alertname": name, "pool": pool, "severity": "critical"}, "annotations": {"summary": f"HA is off in {pool}."},
           "startsAt": _at(started or time.time())}
    return out | ({"endsAt": _at(ended)} if ended else {})


def webhook(*alerts, sender="http://alertmanager.example"):
    """A message as Alertmanager would send it for these."""
    told = [{**one, "status": "resolved" if "endsAt" in one else "firing", "endsAt": one.get("endsAt", "0001-01-01T00:00:00Z"),
             "fingerprint": format(zlib.crc32(json.dumps(one["labels"], sort_keys=True).encode()), "016x"),
             "generatorURL": ""} for one in alerts]
    status = "firing" if any(one["status"] == "firing" for one in told) else "resolved"
    return {"version": "4", "groupKey": "{}", "truncatedAlerts": 0, "status": status, "receiver": "xenha-hooks",
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": sender, "alerts": told}


def on_loopback(example, url, token_file, hooks=()):
    """The example configuration with its addresses replaced: an entry for each of the `hooks`, as the example says for several
    (without any, one at `url` under their own path), every other receiver a webhook at `url`/NAME. Routes, times, grouping and
    inhibition stay as they are."""
    config = copy.deepcopy(yaml.safe_load(example))
    config.pop("global", None)
    for receiver in config["receivers"]:
        shipped = [hook for hook in receiver.get("webhook_configs", []) if hook["url"].startswith(HOOKS)]
        if shipped:
            receiver["webhook_configs"] = [{
                **hook, "url": hook["url"].replace(HOOKS, base + "/"),
                "http_config": {"authorization": {**hook["http_config"]["authorization"], "credentials_file": str(token_file)}},
            } for base in [one.url for one in hooks] or [url] for hook in shipped]
            continue
        name = receiver["name"]
        receiver.clear()
        receiver.update(name=name, webhook_configs=[{"url": f"{url}/{name}", "send_resolved": True}])
    return config


def configure(on_stage, receiver, hooks=(), factor=1, change=lambda config: None, name="alertmanager.yml"):
    """The example on loopback as a file; its routes `factor` times shorter, then as `change` alters it."""
    token = on_stage.directory / "hooks.token"
    token.write_text(TOKEN + "\n", encoding="utf-8")
    token.chmod(0o600)
    config = on_loopback((RULES / "alertmanager.example.yml").read_text(encoding="utf-8"), receiver.url, token, hooks)
    for route in (config["route"], *config["route"]["routes"]):
        for key in ("group_wait", "group_interval", "repeat_interval"):
            if key in route:
                route[key] = _shorter(route[key], factor)
    change(config)
    path = on_stage.directory / name
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


def quick(config):
    """For `change`: the hooks hear of repeats and of changes in a group within seconds."""
    hooks_route(config).update(group_wait="1s", group_interval="2s", repeat_interval="4s")


def hooks_route(config):
    return next(route for route in config["route"]["routes"] if route["receiver"] == "xenha-hooks")


def install_rules(directory, *flags):
    """The rules as an operator installs them."""
    directory.mkdir(exist_ok=True)
    subprocess.run([RULES / "install", *flags, directory], check=True, capture_output=True, timeout=60)


def waits(factor):
    """How long hastened alerts wait, in words."""
    return "as long as for a real pool" if factor <= 1 else f"{factor:g} times shorter here than for a real pool"


def _shorter(duration, factor):
    seconds = sum(float(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
                  for number, unit in re.findall(r"(\d+)([smhd])", duration))
    return duration if factor <= 1 else f"{max(1, round(seconds / factor))}s"


def hasten(directory, factor, bridges=False):
    """Lets installed alerts wait and keep firing `factor` times shorter, for pools whose time passes so much faster.
    Thresholds stay: they are compared with times as the exporter measures them. `bridges`: what outlasts failed scrapes
    becomes shorter as well."""
    for path in directory.glob("*.rules.yml"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"^( *(?:for|keep_firing_for): )([\dsmhd]+)$",
                      lambda found: found[1] + _shorter(found[2], factor), text, flags=re.M)
        path.write_text(text.replace("[3m]", f"[{_shorter('3m', factor)}]") if bridges else text, encoding="utf-8")


class Alerting:
    """Alertmanager with the shipped example, or a `pair` of them, Prometheus with the shipped rules, and a receiver for what
    they send. `hooks` are sent to and scraped. `factor` shortens how long alerts wait, `routes` how long Alertmanager does.
    `change` and `bridges`: as above."""

    def __init__(self, on_stage, exporter, receiver, interval="1s", factor=1, install=(), hooks=(), pair=False, routes=1,
                 change=lambda config: None, bridges=False):
        config = configure(on_stage, receiver, hooks, routes, change)
        rules = on_stage.directory / "rules"
        install_rules(rules, *install)
        if factor > 1:
            hasten(rules, factor, bridges)
        self.alertmanagers = on_stage.alertmanager_pair(config) if pair else (on_stage.alertmanager(config),)
        self.alertmanager = self.alertmanagers[0]
        self.prometheus = on_stage.prometheus(exporter, interval, rules=rules, alertmanagers=self.alertmanagers, hooks=hooks)
