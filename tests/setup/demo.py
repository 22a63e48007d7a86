"""The demo behind tests/demo: starts everything, shows the pools, injects faults, follows the metrics that change, and what the
hooks do about HA that was lost."""

import argparse
import pathlib
import re
import shlex
import signal
import sys
import textwrap
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "dashboards"))

import alerting  # noqa: E402
import chain  # noqa: E402
import faults  # noqa: E402
import hooks_daemon  # noqa: E402
import keyboard  # noqa: E402
import renderer  # noqa: E402
import stage  # noqa: E402
from board import Board  # noqa: E402

WORLD = {
    "scheme": "https",
    "pools": [
        {"name": "cluster1", "release": "8.2", "hosts": 4, "vms": 20, "latency_recorded": True},
        {"name": "cluster2", "release": "7.6", "hosts": 4, "vms": 20, "heartbeat_type": "lvmoiscsi"},
    ],
    "clouds": [{"name": "cloud1", "version": "4.20.3.0", "settings": {"alert.wait": "60"}}],
}
FOLLOW = 20  # seconds


class Failed(Exception):
    pass


def live_dashboards(on_stage, prometheus):
    """Their address, or why there is none. The first time npm fetches Grafana's libraries, 450 MB on disk."""
    try:
        print("demo: preparing the dashboards; the first time takes a minute", flush=True)
        directory = renderer.prepare(on_stage.programs.parent / "dashboards", with_browser=False)
    except (renderer.Unavailable, OSError) as reason:
        return f"not here: {str(reason).splitlines()[0]}"
    viewer = stage.Program(on_stage, on_stage.directory, "viewer", [
        "node", directory / "view.mjs", "--prometheus", prometheus.url, "--dashboards", alerting.RULES.parent / "dashboards",
        "--scrape-interval", "1s", "--ready"])

    def listening():
        viewer.must_be_alive()
        return viewer.out().strip()

    return stage.wait_until("the dashboards are served", listening)


class Demo:
    def __init__(self, stage_, speed, dashboards=True):
        self.factor = max(1, speed)  # by which alerts, Alertmanager and hooks wait shorter
        self.sim = stage_.simulator(world={**WORLD, "speed": speed}, speed=speed)
        config = stage_.config(self.sim)
        self.exporter = stage_.exporter(config)
        self.hooks = hooks_daemon.Daemon(stage_, self.sim, factor=self.factor)
        self.receiver = alerting.Receiver().__enter__()
        self.keyboard = keyboard.Keyboard(stage_, self.exporter, self.hooks)
        alerts = alerting.Alerting(stage_, self.exporter, self.receiver, factor=self.factor, routes=self.factor, hooks=[self.hooks])
        self.alertmanager, self.prometheus = alerts.alertmanager, alerts.prometheus
        seen = live_dashboards(stage_, self.prometheus) if dashboards else "not asked for"
        self.exporter.wait_until_ready()
        self.board = Board(self.exporter, self.sim)
        print(f"""
  {'pools, one screen':<20} {self.exporter.url}/
  {'dashboards':<20} {seen}
  {'metrics':<20} {self.exporter.url}/metrics
  {'Prometheus':<20} {self.prometheus.url}/graph?g0.expr=xenha_pool_masters&g0.tab=0&g0.range_input=5m
  {'its alerts':<20} {self.prometheus.url}/alerts
  {'Alertmanager':<20} {self.alertmanager.url}/
  {'hooks, mode act':<20} {self.hooks.url}/
  {'simulated pools':<20} {self.sim.control}/sim/state
  {'CloudStack':<20} {self.sim.cloud()["url"]}, simulated, release {self.sim.cloud()["version"]}
  {'failovers, JSON':<20} {self.exporter.url}/api/v1/failovers
  {'configuration':<20} {config}, of the hooks {self.hooks.config}
  {'at another terminal':<20} {self.keyboard} status
""")
        stage.wait_until("both pools and CloudStack are read", lambda: all(
            self.board.status(pool).settled() for pool in self.board.pools()))
        faults.settle(self.exporter)
        stage.wait_until("Prometheus has scraped", lambda: self.prometheus.query("xenha_pool_up"))
        self.status()

    def status(self, *_):
        for pool in self.board.pools():
            print("  " + self.board.status(pool).line())

    def menu(self, *_):
        print("\nFaults (POOL is cluster1 unless named, HOST a number 1-4, a name, or master; with & at the end the next command\n"
              "can follow at once):")
        for fault in faults.FAULTS:
            print(f"  {fault.usage():<34} {fault.what}")
        print(f"""Else:
  {'status':<34} a line for each pool
  {'follow [SECONDS]':<34} print changes as they come
  {'speed N':<34} simulated seconds a second
  {'expect POOL NAME=VALUE.. within N':<34} wait for it (up, masters, ha, reachable, live, armed, cloudstack, cloud_up, vms,
  {'':<34} waiting, failover, recovered; a host's name; XenHA..=firing;
  {'':<34} hooks=VERDICT,REASON)
  {'failovers':<34} the newest of each pool, as it was measured
  {'alerts':<34} what Prometheus' rules say; they wait {alerting.waits(self.factor)}
  {'decisions [N]':<34} the newest of the hooks, and why; their guards wait as long as the alerts do
  {'clear [POOL]':<34} let the hooks act again where they gave up
  {'xenhactl ARGUMENTS..':<34} what is wrong and what to do: status, doctor, host restart cluster1 xs2, --help; Ctrl-C
  {'':<34} interrupts only that
  {'menu, quit':<34}
""")

    def follow(self, pool=None, seconds=FOLLOW):
        pools = [pool] if pool else self.board.pools()
        for name in pools:
            self.board.follow(name, seconds / len(pools))

    def run(self, line):
        """One command. False: the end."""
        words = shlex.split(line, comments=True)
        if not words:
            return True
        word, rest = words[0], words[1:]
        fault = next((f for f in faults.FAULTS if f.word == word), None)
        if fault:
            follow = rest[-1:] != ["&"]
            self.inject(fault, rest if follow else rest[:-1], follow)
        elif word in ("quit", "exit", "q"):
            return False
        elif word == "status":
            self.status()
        elif word in ("menu", "help", "?"):
            self.menu()
        elif word == "failovers":
            self.failovers()
        elif word == "alerts":
            self.alerts()
        elif word == "decisions":
            self.decisions(int(rest[0]) if rest else 10)
        elif word == "clear":
            self.clear(rest[0] if rest else self.board.pools()[0])
        elif word == "xenhactl":
            self.xenhactl(rest)
        elif word == "follow":
            self.follow(seconds=float(rest[0]) if rest else FOLLOW)
        elif word == "speed" and rest:
            self.sim.command("speed", factor=float(rest[0]))
        elif word == "expect":
            self.expect(rest)
        else:
            raise Failed(f"\"{line.strip()}\" is no command; menu shows them")
        return True

    def inject(self, fault, words, follow=True):
        """And follows what comes of it, unless told not to."""
        pools = self.board.pools()
        pool = words.pop(0) if words and words[0] in pools else pools[0]
        if fault.needs_host and not words:
            raise Failed(f"which host? {fault.usage()}")
        # The board's columns carry short names, so those are what people type.
        full = {short: host for host, short in self.board.status(pool).short_names().items()}
        words = [full.get(word, word) for word in words]
        print(f"\n{pool}: {fault.what}")
        self.board.mark(pool)
        before = self.board.failovers(pool)
        if fault.hooks and self.board.status(pool).ha != "on":
            raise Failed(f"HA of {pool} is not on; ha-on {pool} switches it on")
        loop = None
        if fault.hooks and follow:
            loop = chain.Chain(pool, self.board, self.prometheus, self.receiver, self.hooks)
        try:
            faults.release(self.sim, pool)
            fault.act(self.sim, pool, words)
        except AssertionError as problem:
            raise Failed(str(problem)) from None
        if not follow:
            return
        if loop:
            self.follow_loop(loop)
        elif fault.failover:
            self.follow_failover(pool, fault.failover, before)
        else:
            self.board.follow(pool, fault.follow)

    def follow_failover(self, pool, simulated, before):
        """Until it is over; the exporter closes the record a quarter of a minute after the last VM, in real time."""
        def closed():
            return [record for record in self.board.failovers(pool) if record["closed"]
                    and record["id"] not in {old["id"] for old in before if old["closed"]}]

        self.board.follow(pool, simulated / self.speed() + 25, until=lambda status: status.failover() == "none" and closed())
        if over := closed():
            self.board.table(over[0], self.speed())

    def follow_loop(self, loop):
        """Until HA is back and verified, or the hooks will not put it back: an alert's wait, then theirs, then the act."""
        print(f"  {0:6.1f} s  fault")
        if loop.follow(1200 / min(self.factor, self.speed()) + 45):
            print(f"\n  {loop.pool}: from the fault to every host armed {loop.armed_at - loop.began:.1f} s; the alert alone waits "
                  f"{max(1, round(300 / self.factor))} s, {alerting.waits(self.factor)}, as do the hooks' guards.")
        else:
            print(f"\n  {loop.pool}: HA is still off. Why: decisions, or {self.hooks.url}/. Switch it on: ha-on {loop.pool}; where "
                  f"the hooks gave up: clear {loop.pool}")

    def decisions(self, count):
        found = self.hooks.decisions(hooks_daemon.OPERATOR, limit=count)
        for decision in found:
            when = time.strftime("%H:%M:%S", time.localtime(decision["timestamp_seconds"]))
            print(f"  {when}  {decision['pool']}  {chain.told(decision)}")
        if not found:
            print("  none yet: no alert has come to the hooks")

    def clear(self, pool):
        try:
            self.hooks.order("clear", pool)
        except AssertionError as problem:
            raise Failed(str(problem)) from None
        print(f"  the hooks may act on {pool} again")

    def xenhactl(self, words):
        pool = next((word for word in words if word in self.board.pools()), None)
        if pool:
            full = {short: host for host, short in self.board.status(pool).short_names().items()}
            words = [full.get(word, word) for word in words]
        code = self.keyboard.type(words)
        if code == 2:
            raise Failed("xenhactl could not begin")
        if code:
            print(f"  (exit code {code})")

    def speed(self):
        return self.sim.state()["speed"]

    def failovers(self):
        for pool in self.board.pools():
            for record in self.board.failovers(pool)[:1]:
                self.board.table(record, self.speed())

    def firing(self, pool=None):
        """Alerts that fire, of one pool or all, the worst first."""
        worst = {"critical": 0, "warning": 1, "info": 2}
        return sorted((alert for alert in self.prometheus.alerts() if alert["state"] == "firing"
                       and pool in (None, alert["labels"].get("pool"))),
                      key=lambda alert: (worst[alert["labels"]["severity"]], alert["labels"]["alertname"]))

    def alerts(self):
        firing = self.firing()
        for alert in firing:
            print(f"  {alert['labels']['severity']:<8} {alert['labels']['alertname']}: {alert['annotations']['summary']}\n"
                  + textwrap.fill(alert["annotations"]["description"], 110, initial_indent=" " * 11, subsequent_indent=" " * 11))
        if not firing:
            print("  no alert fires")

    def facts(self, pool):
        """What `expect` compares: the board's facts, the hooks' newest decision, "firing" by the name of an alert that fires."""
        return self.board.status(pool).facts() | {"hooks": ",".join(self.hooks.newest(pool) or ["none"])} | {
            alert["labels"]["alertname"]: "firing" for alert in self.firing(pool)}

    def expect(self, words):
        seconds = 30.0
        if len(words) > 2 and words[-2] == "within":
            seconds, words = float(words[-1].rstrip("s")), words[:-2]
        if len(words) < 2 or words[0] not in self.board.pools():
            raise Failed("expect POOL NAME=VALUE... [within SECONDS]")
        pool, wanted = words[0], dict(pair.split("=", 1) for pair in words[1:])
        deadline = time.monotonic() + seconds
        while True:
            facts = self.facts(pool)
            wrong = {name: facts.get(name) for name, value in wanted.items() if facts.get(name) != value}
            if not wrong:
                print(f"  as expected: {pool} {' '.join(words[1:])}")
                return
            if time.monotonic() > deadline:
                raise Failed(f"expected {pool} {' '.join(words[1:])}, but it is "
                             + " ".join(f"{name}={value}" for name, value in wrong.items()))
            time.sleep(0.2)


def play(demo, path):
    with open(path, encoding="utf-8") as script:
        for line in script:
            if line.strip() and not line.startswith("#"):
                print(f"> {line.strip()}")
            if not demo.run(line):
                return


def converse(demo):
    demo.menu()
    while True:
        try:
            line = input("demo> ")
        except EOFError:
            return
        try:
            if not demo.run(line):
                return
        except (Failed, ValueError) as problem:
            print(f"  {problem}")


def main():
    parser = argparse.ArgumentParser(prog="tests/demo", add_help=False)
    parser.add_argument("programs")
    parser.add_argument("--speed", type=float, default=10)
    parser.add_argument("--script")
    parser.add_argument("--no-wait", action="store_true")
    parser.add_argument("--no-dashboards", action="store_true")
    options = parser.parse_args()
    if options.speed <= 0:
        parser.error("--speed must be more than 0")
    sys.stdout.reconfigure(line_buffering=True)

    def end(*_):
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        with stage.Stage(options.programs, "demo") as on_stage:
            demo = Demo(on_stage, options.speed, not options.no_dashboards)
            if options.script:
                play(demo, options.script)
            if not options.no_wait:
                converse(demo)
            print("stopping")
    except KeyboardInterrupt:
        print("\nstopped")
        return 130
    except (Failed, AssertionError, OSError, ValueError) as problem:
        print(f"demo: {re.sub(r'^', '  ', str(problem), flags=re.M).strip()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
