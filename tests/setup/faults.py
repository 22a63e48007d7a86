"""The faults of the demo's menu: each a word, what happens, and how the simulator is made to do it."""

import ssl
import xmlrpc.client
from dataclasses import dataclass
from typing import Callable


@dataclass
class Fault:
    word: str
    what: str
    act: Callable  # (simulator, pool, words)
    needs_host: bool = False
    more: str = ""  # further arguments
    follow: float = 10  # seconds
    failover: float = 0  # simulated seconds until the failover that it makes is over
    hooks: bool = False  # HA is lost, and it is for the hooks to put it back

    def usage(self):
        return " ".join(part for part in [self.word, "[POOL]", "HOST" if self.needs_host else "", self.more] if part)


class _Transport(xmlrpc.client.SafeTransport):
    def __init__(self, sim):
        super().__init__(context=ssl.create_default_context(cafile=sim.directory / "tls" / "ca.pem"))


def as_operator(sim, pool, method, *arguments):
    """Does what a person with the pool-operator role would do, over XenAPI."""
    master = sim.pool(pool)["master"]
    if master is None:
        raise AssertionError(f"{pool} has no master that could be told")
    with xmlrpc.client.ServerProxy(f"https://{master}:{sim.ready['port']}/", transport=_Transport(sim)) as server:
        def call(name, *rest):
            answer = getattr(server, name)(*rest)
            if answer["Status"] != "Success":
                raise AssertionError(f"{name}: {' '.join(answer['ErrorDescription'])}")
            return answer["Value"]

        session = call("session.login_with_password", "operator", "operator-password", "1.0", "demo")
        try:
            if method == "enable":
                sr = call("SR.get_by_name_label", session, "MGMT-HA")
                call("Async.pool.enable_ha", session, sr, {"timeout": "90"})
            else:
                call("Async.pool.disable_ha", session)
        finally:
            call("session.logout", session)


def command(name, **fixed):
    """A command of the simulator's control API, for the pool and, where named, the host."""
    def act(sim, pool, words):
        sim.command(name, pool=pool, **({"host": words[0]} if words else {}), **fixed)
    return act


PUBLISHED = {"down": 195, "ha": 210, "done": 330}  # simulated seconds
_held = {}  # pool -> numbers of hosts that CloudStack was told to leave Up


def settle(exporter):
    """Where VMs ran before a failure is taken from two looks of CloudStack's."""
    name = "xenha_cloudstack_last_success_timestamp_seconds"
    seen = exporter.metrics().value(name)
    exporter.wait_for("CloudStack was asked again", lambda now: now.value(name) > seen + 5)


def release(sim, pool):
    """What the last failure held is free again."""
    for host in _held.pop(pool, []):
        sim.cs("state", pool=pool, host=host, state="Up", hold=False)


def kill_master(sim, pool, _):
    """As it was published: the election did not disturb CloudStack's view of the others."""
    hosts = sim.pool(pool)
    lost = next(host["number"] for host in hosts["hosts"] if host["address"] == hosts["master"])
    _held[pool] = [host["number"] for host in hosts["hosts"] if host["powered"] and host["number"] != lost]
    for host in _held[pool]:
        sim.cs("state", pool=pool, host=host, state="Up", hold=True)
    sim.command("power-off", pool=pool, host=lost)
    sim.cs("plan", pool=pool, host=lost, **PUBLISHED)


def lose_master(sim, pool, _):
    sim.command("power-off", pool=pool, host="master")


def cloud_away(hang):
    def act(sim, _pool, _words):
        sim.cs("network", mode="hang") if hang else sim.cs("power", on=False)
    return act


def cloud_back(sim, _pool, _words):
    sim.cs("network", mode="up")
    if not sim.cloud()["powered"]:
        sim.cs("power", on=True)


def drift(side):
    """The first VM that runs in the pool runs in one system only."""
    def act(sim, pool, _):
        there = {host["address"] for host in sim.pool(pool)["hosts"]}
        vm = next(vm["name"] for vm in sim.cloud()["vms"] if vm["state"] == "Running" and vm["host"] in there)
        sim.cs("drift", vm=vm, side=side)
    return act


def restarts_fail(sim, _pool, words):
    sim.cs("next-restart-fails", count=int(words[0]) if words else 2)


def power_on(sim, pool, words):
    off = [str(host["number"]) for host in sim.pool(pool)["hosts"] if not host["powered"]]
    for host in words or off:
        sim.command("power-on", pool=pool, host=host)


def emergency(sim, pool, words):
    code = words[1] if len(words) > 1 else "HA_HOST_CANNOT_ACCESS_STATEFILE"
    sim.command("emergency", pool=pool, host=words[0], code=code)


def password(right):
    def act(sim, pool, _):
        sim.command("change-password", pool=pool, user="monitor", password="monitor-password" if right else "another")
        sim.command("expire-sessions", pool=pool)
        if right:  # a refused password is left alone until its file changes
            file = sim.directory / "monitor.pw"
            file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return act


FAULTS = [
    Fault("kill-master", "the master loses power, CloudStack acts at the published times", kill_master, failover=400),
    Fault("lose-master", "the same, but CloudStack acts before there is a new master, and again after 10 min", lose_master,
          failover=1000),
    Fault("power-off", "a host loses power", command("power-off"), needs_host=True, failover=500),
    Fault("power-on", "power comes back to what was off", power_on, more="[HOST]", follow=30),
    Fault("ha-off", "an operator switches HA off", lambda sim, pool, _: as_operator(sim, pool, "disable"), follow=10),
    Fault("ha-on", "an operator switches HA on again", lambda sim, pool, _: as_operator(sim, pool, "enable"), follow=20),
    Fault("silent-disarm", "the master clears HA and tells nobody", command("silent-disarm"), hooks=True),
    Fault("disarm", "one host loses its part in HA", command("disarm-host"), needs_host=True),
    Fault("arm", "it has it again", command("arm-host"), needs_host=True),
    Fault("unplug", "the heartbeat SR is unplugged on a host", command("unplug-pbd"), needs_host=True),
    Fault("plug", "it is plugged again", command("plug-pbd"), needs_host=True),
    Fault("split-brain", "a slave believes to be master too; power off and on heals it", command("split-brain"), needs_host=True),
    Fault("emergency", "a host is in emergency mode, with a reason", emergency, needs_host=True, more="[CODE]", follow=15),
    Fault("recover", "it leaves emergency mode by itself; else: xenhactl host recover", command("clear-emergency"), needs_host=True, follow=15),
    Fault("hang", "a host takes connections and never answers", command("network", mode="hang"), needs_host=True, follow=15),
    Fault("unhang", "it answers again", command("network", mode="up"), needs_host=True),
    Fault("wrong-password", "somebody changes the exporter's password", password(False), follow=15),
    Fault("right-password", "the password is as it was", password(True), follow=15),
    Fault("stuck-alert", "CloudStack holds a host in Alert: it restarts nothing of it", command(
        "cs-state", state="Alert", hold=True), needs_host=True, follow=9),
    Fault("unstick", "CloudStack reaches it again", command("cs-state", state="Up"), needs_host=True, follow=9),
    Fault("maintenance", "an operator sets a host to maintenance in CloudStack", command("cs-maintenance", on=True),
          needs_host=True, follow=9),
    Fault("maintenance-end", "and ends it", command("cs-maintenance", on=False), needs_host=True, follow=9),
    Fault("cloud-down", "the management server stops", cloud_away(hang=False), follow=9),
    Fault("cloud-hang", "it takes connections and never answers", cloud_away(hang=True), follow=12),
    Fault("cloud-up", "it answers again", cloud_back, follow=9),
    Fault("drift", "CloudStack says Running of a VM that runs nowhere", drift("cloudstack"), follow=9),
    Fault("drift-back", "a VM runs that CloudStack holds for stopped", drift("xenserver"), follow=9),
    Fault("shared-storage", "somebody adds the heartbeat SR as primary storage", command("cs-primary-is-heartbeat"), follow=9),
    Fault("restarts-fail", "the next N starts of VMs fail in CloudStack, 2 unless told", restarts_fail, more="[N]", follow=1),
]
