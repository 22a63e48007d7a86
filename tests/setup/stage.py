"""The stage for the demo and the stories of tests/e2e: starts simulator, exporter and Prometheus, asks them, stops them.

Everything runs on loopback, on free ports, with its files in one temporary directory. Every process is ended by its own
id, also when this one dies. Python's standard library only.
"""

import ctypes
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE = 60.0  # seconds for anything that takes less than one on an idle machine
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


def http(url, data=None, headers=None, method=None, timeout=PATIENCE):
    """One exchange. Any status is an answer; OSError when there is none."""
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with _direct.open(request, timeout=timeout) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


def wait_until(what, condition, seconds=PATIENCE, every=0.1):
    """Waits until `condition()` is true and gives its value. Names `what` when it never is."""
    deadline = time.monotonic() + seconds
    while True:
        problem = None
        try:
            value = condition()
            if value:
                return value
        except OSError as error:
            problem = error
        if time.monotonic() > deadline:
            raise AssertionError(f"in {seconds:.0f} s it did not come true: {what}" + (f" ({problem})" if problem else ""))
        time.sleep(every)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A child process with its output in files. Ends with its parent."""

    def __init__(self, on_stage, directory, name, arguments, environment=None):
        self.name = name
        self.out_path, self.log_path = directory / f"{name}.out", directory / f"{name}.log"

        def before_exec():
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

        # A group of its own: Ctrl-C at the terminal reaches only the parent, which then ends everything in order.
        with open(self.out_path, "wb") as out, open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([str(word) for word in arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=log,
                                            env=environment, start_new_session=True, preexec_fn=before_exec)
        on_stage.running.append(self)

    @property
    def pid(self):
        return self.process.pid

    def out(self):
        return self.out_path.read_text(encoding="utf-8", errors="replace")

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def alive(self):
        return self.process.poll() is None

    def must_be_alive(self):
        if not self.alive():
            raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.log()[-3000:]}")

    def signal(self, number):
        if self.alive():
            self.process.send_signal(number)

    def stop(self, patience=20.0):
        """SIGTERM; SIGKILL after `patience`. Gives exit code (negative: killed) and seconds taken."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return self.process.returncode, time.monotonic() - began


class Simulator(Program):
    """xenha-sim. `config` is the configuration it prints; passwords and keys lie in `directory`. `cloudstack`: the release
    of a CloudStack over all pools; with a `world` the world says it."""

    def __init__(self, on_stage, directory, *flags, world=None, speed=1, cloudstack=None):
        directory.mkdir(parents=True, exist_ok=True)
        command = [on_stage.programs / "xenha-sim", "--control", "127.0.0.1:0", "--speed", speed, "--print-config", directory,
                   "--tls-dir", directory / "tls", *flags]
        if cloudstack is not None:
            command += ["--cloudstack", cloudstack]
        for part in ("tls", "exporter"):  # certificates; what the exporter remembers
            (directory / part).mkdir(exist_ok=True)
        if world is not None:
            (directory / "world.json").write_text(json.dumps(world), encoding="utf-8")
            command += ["--world", directory / "world.json"]
        super().__init__(on_stage, directory, "sim", command)
        self.directory = directory

        def announced():
            self.must_be_alive()
            text = self.out()
            return text if re.search(r"^hooks:\n  state_dir: .*\n", text, re.M) else None

        first, self.config = wait_until("the simulator is ready", announced).split("\n", 1)
        self.ready = json.loads(first)
        self.control = self.ready["control"]

    def command(self, name, /, **arguments):
        reply = http(f"{self.control}/sim/{name}", json.dumps(arguments).encode(), method="POST")
        if reply.status != 200:
            raise AssertionError(f"{name}: {reply.json()['error']}")
        return reply.json()

    def cs(self, name, /, **arguments):
        """A command about the CloudStack: cs("power", on=False) is cs-power."""
        return self.command(f"cs-{name}", **arguments)

    def get(self, what, after=0):
        return http(f"{self.control}/sim/{what}?after={after}").json()

    def state(self):
        return self.get("state")

    def pool(self, name):
        return next(pool for pool in self.state()["pools"] if pool["name"] == name)

    def cloud(self, name="cloud1"):
        return next(cloud for cloud in self.state()["clouds"] if cloud["name"] == name)

    def truth(self, after=0):
        """What really happened; `wall` is real time, `at` simulated."""
        return self.get("truth", after)["entries"]

    def calls(self, after=0):
        return self.get("log", after)["calls"]

    def cloud_calls(self, after=0):
        return [call for call in self.calls(after) if call["cloud"]]

    def last_call(self):
        return self.get("state")["calls"]

    def writes(self):
        return self.get("writes")["calls"]

    def sessions(self):
        return self.get("sessions")["sessions"]


def unescape(text):
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text)


_SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


class Samples(list):
    """(name, labels, value) of one exposition."""

    def __init__(self, text=""):
        super().__init__()
        for line in text.splitlines():
            found = _SAMPLE.match(line)
            if found and not line.startswith("#"):
                labels = {name: unescape(value) for name, value in _LABEL.findall(found[2] or "")}
                self.append((found[1], labels, float(found[3])))

    def all(self, name, **labels):
        return [(has, value) for sample, has, value in self
                if sample == name and all(has.get(label) == wanted for label, wanted in labels.items())]

    def value(self, name, **labels):
        """The one sample that fits; None when there is none."""
        found = self.all(name, **labels)
        if len(found) > 1:
            raise AssertionError(f"{len(found)} samples of {name} {labels}")
        return found[0][1] if found else None

    def state(self, pool, host):
        """The state that the host is in."""
        named = [labels["state"] for labels, value in self.all("xenha_host_state", pool=pool, host=host) if value == 1]
        return named[0] if len(named) == 1 else None

    def master(self, pool):
        """Names of the hosts that claim to be master."""
        return sorted(labels["host"] for labels, value in self.all("xenha_pool_master", pool=pool) if value == 1)

    def hosts(self, pool):
        return sorted({labels["host"] for labels, _ in self.all("xenha_host_reachable", pool=pool)})


class Exporter(Program):
    def __init__(self, on_stage, config, *flags, environment=None, address="127.0.0.1:0"):
        super().__init__(on_stage, on_stage.directory, "exporter",
                         [on_stage.programs / "xenha-exporter", "--config.file", config,
                          "--web.listen-address", address, *flags], environment)

        def listening():
            self.must_be_alive()
            return re.search(r'msg"?[=:]"?listening"?.*?address"?[=:]"?(127\.0\.0\.1:\d+)', self.log())

        self.address = wait_until("the exporter listens", listening)[1]
        self.url = f"http://{self.address}"

    def get(self, path, **headers):
        return http(self.url + path, headers=headers)

    def failovers(self, **query):
        """Newest first; `query`: pool, id, limit."""
        reply = self.get("/api/v1/failovers" + ("?" + urllib.parse.urlencode(query) if query else ""))
        if reply.status != 200:
            raise AssertionError(f"/api/v1/failovers answers {reply.status}: {reply.text}")
        return reply.json()["failovers"]

    def metrics(self, path="/metrics"):
        reply = self.get(path)
        if reply.status != 200:
            raise AssertionError(f"{path} answers {reply.status}: {reply.text}")
        return Samples(reply.text)

    def wait_for(self, what, condition, seconds=PATIENCE):
        """Waits until `condition(samples)` holds; gives the samples."""
        def holds():
            self.must_be_alive()
            samples = self.metrics()
            return samples if condition(samples) else None
        return wait_until(what, holds, seconds)

    def wait_until_ready(self):
        wait_until("the exporter is ready", lambda: self.get("/-/ready").status == 200)


class Hooks(Program):
    """xenha-hooks with this configuration. `token` and `operator_token` are what it was told to ask for."""

    def __init__(self, on_stage, config, *flags, name="hooks", address="127.0.0.1:0"):
        super().__init__(on_stage, on_stage.directory, name, [
            on_stage.programs / "xenha-hooks", "--config.file", config, "--web.listen-address", address, *flags])

        def listening():
            self.must_be_alive()
            return re.search(r'msg"?[=:]"?listening"?.*?address"?[=:]"?(127\.0\.0\.1:\d+)', self.log())

        self.address = wait_until("the hooks listen", listening)[1]
        self.url = f"http://{self.address}"

    def get(self, path, token=None):
        return http(self.url + path, headers={"Authorization": f"Bearer {token}"} if token else {})

    def post(self, path, body, token=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return http(self.url + path, json.dumps(body).encode(), headers, "POST")

    def metrics(self):
        return Samples(self.get("/metrics").text)

    def decisions(self, token, **query):
        """Newest first."""
        return self.get("/api/v1/decisions?" + urllib.parse.urlencode(query), token).json()["decisions"]


class Answer:
    """How one xenhactl ended and what it printed."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


class Terminal:
    """xenhactl as a person at an 80-column terminal has it: one screen for everything."""

    def __init__(self, command, environment):
        pid, self.master = pty.fork()
        if pid == 0:
            try:
                os.execve(command[0], command, environment)
            finally:
                os._exit(127)
        self.pid, self.text = pid, ""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))

    def read(self):
        """What came since; False at the end."""
        try:
            piece = os.read(self.master, 65536)
        except OSError:
            piece = b""
        self.text += piece.decode("utf-8", "replace")
        return bool(piece)

    def wait_for(self, text):
        while text not in self.text:
            if not select.select([self.master], [], [], PATIENCE)[0] or not self.read():
                raise AssertionError(f"{text!r} never came:\n{self.text}")

    def type(self, line):
        os.write(self.master, (line + "\n").encode())

    def signal(self, number):
        os.kill(self.pid, number)

    def end(self):
        """Its exit code, once everything was read."""
        while select.select([self.master], [], [], PATIENCE)[0] and self.read():
            pass
        os.close(self.master)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


_PROMETHEUS = """\
global: {{scrape_interval: {interval}, scrape_timeout: {interval}, evaluation_interval: {interval}}}
scrape_configs:
- job_name: xenha
  static_configs: [{{targets: ['{exporter}']}}]
- job_name: xenha-pools
  metrics_path: /probe
  http_sd_configs: [{{url: 'http://{exporter}/sd', refresh_interval: 2s}}]
  relabel_configs:
  - {{source_labels: [__address__], target_label: __param_target}}
  - {{source_labels: [__param_target], target_label: instance}}
  - {{target_label: __address__, replacement: '{exporter}'}}
"""
_OTHER_JOB = "- job_name: {name}\n  static_configs: [{{targets: {targets}}}]\n"
_ALERTING = """\
rule_files: ['{rules}/*.rules.yml']
alerting: {{alertmanagers: [{{static_configs: [{{targets: {targets}}}]}}]}}
"""


class Debian(Program):
    """A server of Debian's that cannot choose a free port itself: between our choice and its start another may take it."""

    def __init__(self, on_stage, name, arguments):
        """`arguments(port, attempt)` is the command line."""
        for attempt in range(5):
            port = free_port()
            self.address = f"127.0.0.1:{port}"
            self.url = f"http://{self.address}"
            super().__init__(on_stage, on_stage.directory, name, arguments(self.address, attempt))
            wait_until(f"{name} is ready or has ended", lambda: not self.alive() or self.is_ready())
            if self.alive():
                return
        self.must_be_alive()

    def is_ready(self):
        return http(self.url + "/-/ready").status == 200


class Prometheus(Debian):
    """With the exporter as static target (job xenha) and by /sd and /probe (job xenha-pools), the `hooks` as job xenha-hooks.
    With `alertmanagers` also with the `rules` of that directory; it sends to all of them and scrapes them."""

    def __init__(self, on_stage, exporter, interval="1s", rules=None, alertmanagers=(), hooks=()):
        config = on_stage.directory / "prometheus.yml"
        text = _PROMETHEUS.format(interval=interval, exporter=exporter.address)
        for name, programs in (("xenha-hooks", hooks), ("alertmanager", alertmanagers)):
            if programs:
                text += _OTHER_JOB.format(name=name, targets=[program.address for program in programs])
        if alertmanagers:
            text += _ALERTING.format(rules=rules, targets=[program.address for program in alertmanagers])
        config.write_text(text, encoding="utf-8")
        super().__init__(on_stage, "prometheus", lambda address, attempt: [
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={on_stage.directory / f'tsdb{attempt}'}",
            "--storage.tsdb.retention.time=2h", f"--web.listen-address={address}", "--web.enable-lifecycle",
            "--log.level=warn"])

    def query(self, expression):
        """Instant query: a list of (labels, value)."""
        reply = http(f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})).json()
        if reply["status"] != "success":
            raise AssertionError(f"{expression}: {reply}")
        return [(item["metric"], float(item["value"][1])) for item in reply["data"]["result"]]

    def targets(self):
        return http(self.url + "/api/v1/targets").json()["data"]["activeTargets"]

    def alerts(self):
        """Pending and firing ones: labels, annotations, state, activeAt."""
        return http(self.url + "/api/v1/alerts").json()["data"]["alerts"]


class Alertmanager(Debian):
    """With this configuration. Alone, or in a cluster: `cluster` is True for its first member, for others that member."""

    def __init__(self, on_stage, config, name="alertmanager", cluster=None, peer_timeout="15s"):
        def arguments(address, attempt):
            self.cluster_address = f"127.0.0.1:{free_port()}" if cluster else ""
            words = ["prometheus-alertmanager", f"--config.file={config}", f"--web.listen-address={address}",
                     f"--storage.path={on_stage.directory / f'{name}{attempt}'}",
                     f"--cluster.listen-address={self.cluster_address}", f"--cluster.peer-timeout={peer_timeout}",
                     "--log.level=warn"]
            return words + ([f"--cluster.peer={cluster.cluster_address}"] if isinstance(cluster, Alertmanager) else [])

        super().__init__(on_stage, name, arguments)

    def alerts(self):
        """As /api/v2/alerts has them, suppressed ones included."""
        return http(self.url + "/api/v2/alerts").json()

    def peers(self):
        """Members that the cluster has, this one included; 0 until it has settled."""
        cluster = http(self.url + "/api/v2/status").json()["cluster"]
        return len(cluster["peers"]) if cluster["status"] == "ready" else 0

    def send(self, *alerts):
        """As Prometheus does: labels, startsAt, endsAt."""
        reply = http(self.url + "/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"}, "POST")
        if reply.status != 200:
            raise AssertionError(f"{self.name} answers {reply.status}: {reply.text}")

    def metrics(self):
        return Samples(http(self.url + "/metrics").text)


class Stage:
    """All programs of one story. Use as context manager: at its end nothing is left, neither process nor file."""

    def __init__(self, programs, name="story"):
        self.programs = pathlib.Path(programs).resolve()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"xenha-{name}-"))
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in reversed(self.running):
            program.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def tell_last_words(self):
        for program in self.running:
            print(f"--- {program.name}, last words ---\n{program.log()[-2500:]}")

    def simulator(self, *flags, **options):
        return Simulator(self, self.directory / "sim", *flags, **options)

    def config(self, simulator, probe_interval="1s", request_timeout="2s", cloudstack_interval="5s",
               change=lambda text: text, name="xenha.yml"):
        """Writes the configuration that the simulator printed, with these intervals; `change` edits the text."""
        settings = (f"  probe_interval: {probe_interval}\n  request_timeout: {request_timeout}\n"
                    f"  cloudstack_interval: {cloudstack_interval}\n")
        text = simulator.config.replace("\nexporter:\n", "\nexporter:\n" + settings)
        path = self.directory / name
        path.write_text(change(text), encoding="utf-8")
        return path

    def exporter(self, config, *flags, **options):
        return Exporter(self, config, *flags, **options)

    def hooks(self, config, *flags, **options):
        return Hooks(self, config, *flags, **options)

    def prometheus(self, exporter, interval="1s", **alerting):
        return Prometheus(self, exporter, interval, **alerting)

    def alertmanager(self, config, **options):
        return Alertmanager(self, config, **options)

    def alertmanager_pair(self, config, **options):
        """Two that see each other."""
        first = self.alertmanager(config, name="alertmanager1", cluster=True, **options)
        pair = first, self.alertmanager(config, name="alertmanager2", cluster=first, **options)
        wait_until("the Alertmanagers see each other", lambda: all(member.peers() == 2 for member in pair))
        return pair

    def ctl_command(self, config, *arguments):
        return [str(self.programs / "xenhactl"), "--config.file", str(config), *map(str, arguments)]

    def ctl_environment(self, **more):
        """Nothing of ours but a home of its own."""
        return {"HOME": str(self.directory), "PATH": "/usr/bin:/bin", "USER": "joe", **more}

    def ctl(self, config, *arguments, **environment):
        """Runs xenhactl to its end, without a terminal."""
        done = subprocess.run(self.ctl_command(config, *arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=self.ctl_environment(**environment), timeout=3 * PATIENCE)
        return Answer(done.returncode, done.stdout, done.stderr)

    def terminal(self, config, *arguments, **environment):
        return Terminal(self.ctl_command(config, *arguments), self.ctl_environment(TERM="xterm", **environment))
