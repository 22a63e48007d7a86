"""The shipped alerting on loopback: a receiver that keeps what it was sent, and the example configuration made to send there."""

import copy
import http.server
import json
import threading
import time

import yaml

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
