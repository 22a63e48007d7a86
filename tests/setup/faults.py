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


def kill_master(sim, pool, _):
    sim.command("power-off", pool=pool, host="master")


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
    Fault("kill-master", "the master loses power", kill_master, follow=30),
    Fault("power-off", "a host loses power", command("power-off"), needs_host=True, follow=30),
    Fault("power-on", "power comes back to what was off", power_on, more="[HOST]", follow=30),
    Fault("ha-off", "an operator switches HA off", lambda sim, pool, _: as_operator(sim, pool, "disable"), follow=10),
    Fault("ha-on", "an operator switches HA on again", lambda sim, pool, _: as_operator(sim, pool, "enable"), follow=20),
    Fault("silent-disarm", "the master clears HA and tells nobody", command("silent-disarm")),
    Fault("disarm", "one host loses its part in HA", command("disarm-host"), needs_host=True),
    Fault("arm", "it has it again", command("arm-host"), needs_host=True),
    Fault("unplug", "the heartbeat SR is unplugged on a host", command("unplug-pbd"), needs_host=True),
    Fault("plug", "it is plugged again", command("plug-pbd"), needs_host=True),
    Fault("split-brain", "a slave believes to be master too; power off and on heals it", command("split-brain"), needs_host=True),
    Fault("emergency", "a host is in emergency mode, with a reason", emergency, needs_host=True, more="[CODE]", follow=15),
    Fault("recover", "it leaves emergency mode", command("clear-emergency"), needs_host=True, follow=15),
    Fault("hang", "a host takes connections and never answers", command("network", mode="hang"), needs_host=True, follow=15),
    Fault("unhang", "it answers again", command("network", mode="up"), needs_host=True),
    Fault("wrong-password", "somebody changes the exporter's password", password(False), follow=15),
    Fault("right-password", "the password is as it was", password(True), follow=15),
]
