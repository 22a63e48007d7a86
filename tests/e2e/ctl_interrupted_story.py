#!/usr/bin/python3 -B
"""Every procedure of xenhactl ended in every one of its steps, by Ctrl-C and by kill -9, and gone on with by what it says to
type: the same writes in the same order as if nothing had happened, the same end. Rounds run side by side, each in a pool of
its own; every other one goes on at another machine, which knows only the mark on the pool."""

import concurrent.futures
import dataclasses
import re
import signal
import sys
import time
import typing

import story
from procedures import END, MASTER_RESTART, MASTER_SHUTDOWN, SLAVE_RESTART, SLAVE_SHUTDOWN, SPEED, Procedures
from story import wait_until

DISABLE_HA, ENABLE_HA = "Async.pool.disable_ha", "Async.pool.enable_ha"


def a_slave(test, pool):
    return 1 + test.master_of(pool) % 3


def with_a_vm(choose):
    """On the host is one VM that CloudStack does not know, so that there is something left to evacuate."""
    def prepare(test, pool):
        host = choose(test, pool)
        test.leave_a_vm(host, f"left-{pool}-{test.sim.last_call()}", pool)
        return host
    return prepare


def shut_down(test, pool):
    host = a_slave(test, pool)
    test.ctl("host", "shutdown", pool, test.host(host, pool)["name"], "--yes")
    return host


def power_on(test, pool, host):
    test.sim.command("power-on", pool=pool, host=host)


def power_on_into_emergency(test, pool, host):
    """It answers, and is not let into the pool yet."""
    power_on(test, pool, host)
    wait_until("its toolstack runs", lambda: test.host(host, pool)["agent"] == "running", every=0.02)
    test.sim.command("emergency", pool=pool, host=host, code="HOST_MASTER_CANNOT_TALK_BACK")


def is_let_in(test, pool, host):
    test.sim.command("clear-emergency", pool=pool, host=host)


def next_emergency(test, pool, host):
    """What kept it out is over, and something else keeps it out a while longer."""
    wait_until("it is out of its emergency", lambda: not test.host(host, pool)["emergency"], every=0.02)
    test.sim.command("emergency", pool=pool, host=host, code="HOST_MASTER_CANNOT_TALK_BACK")


def give_back(test, pool, host):
    power_on(test, pool, host)
    test.ctl("host", "return", pool, test.host(host, pool)["name"], "--yes")


def silent(test, pool):
    host = a_slave(test, pool)
    test.sim.command("power-off", pool=pool, host=host)
    wait_until("the pool knows", lambda: not test.host(host, pool)["live"])
    return host


def emergency(code):
    def prepare(test, pool):
        host = a_slave(test, pool)
        test.sim.command("emergency", pool=pool, host=host, code=code)
        return host
    return prepare


def is_disabled(test, pool, host):
    test.sim.command("maintenance", pool=pool, host=host, on=True)


# A host that comes back is enabled and armed within seconds, too fast to be cut in: here it is slower.
def comes_back_slowly(test, pool, host):
    def has_joined():
        state = test.host(host, pool)
        return state["agent"] == "running" and state["live"] and not state["emergency"]

    wait_until("it has joined", has_joined, every=0.02)
    is_disabled(test, pool, host)
    test.sim.command("disarm-host", pool=pool, host=host)


def is_let_in_slowly(test, pool, host):
    is_let_in(test, pool, host)
    comes_back_slowly(test, pool, host)


def is_enabled(test, pool, host):
    test.sim.command("maintenance", pool=pool, host=host, on=False)


def is_armed(test, pool, host):
    test.sim.command("arm-host", pool=pool, host=host)


def is_up_in_cloud(test, pool, host):
    test.sim.cs("state", cloud=pool.replace("cluster", "cloud"), pool=pool, host=host, state="Up")


def and_slow_in_cloud(prepare):
    """CloudStack still has it in Alert when all else is done, and it comes back disabled."""
    def prepared(test, pool):
        host = prepare(test, pool)
        test.sim.cs("state", cloud=pool.replace("cluster", "cloud"), pool=pool, host=host, state="Alert", silent=True, hold=True)
        is_disabled(test, pool, host)
        return host
    return prepared


def ha_off(test, pool):
    test.ctl("ha", "disable", pool, "--yes")


def ha_on(test, pool, host):
    test.ctl("ha", "enable", pool, "--yes")


def whole(test, pool, host):
    test.is_whole(pool)


def given_away(test, pool, host):
    test.is_whole(pool)
    test.assertEqual(test.host(host, pool)["role"], "slave")


def off(test, pool, host):
    test.is_whole(pool, but=(host,))
    state = test.host(host, pool)
    test.assertEqual((state["powered"], state["role"]), (False, "slave"))
    test.assertEqual(test.cloud_host(state["address"])["resourcestate"], "Maintenance")


def left_off(test, pool, host):
    test.assertFalse(test.sim.pool(pool)["ha_enabled"])
    test.assertRegex(test.mark(pool), "^by=[^;]+;host=;step=2;.*do=ha-disable;")


@dataclasses.dataclass
class Row:
    command: str
    steps: str  # as in --plan --output=json
    writes: list
    prepare: typing.Callable  # gives the number of the host, None where there is none
    over: typing.Callable  # is all as it should be at the end
    restore: typing.Callable = lambda test, pool, host: None
    outside: dict = dataclasses.field(default_factory=dict)  # step -> what happens outside while it is waited for
    # Steps that are true already when they are first looked at, as a rule: nothing can be cut in there. A cut that was meant
    # for one comes in the next step that lasts.
    passing: str = ""
    pools: int = 6
    speed: int = SPEED


BACK = {"rejoin": comes_back_slowly, "enable-host": is_enabled, "armed": is_armed, "enable-ha": is_armed}
RECOVERED = {"up-in-cloud": is_up_in_cloud}
SETTLES = {"new-master": is_disabled, "settle": is_enabled}
SLOWER = 20  # that a host is away for longer than two looks
ROWS = {
    "restart_of_a_slave": Row(
        "host restart", "enter-maintenance disable-host evacuate reboot rejoin enable-host armed leave-maintenance",
        SLAVE_RESTART, with_a_vm(a_slave), whole, outside=BACK, speed=SLOWER),
    "restart_of_the_master": Row(
        "host restart",
        "enter-maintenance disable-ha new-master settle disable-host evacuate reboot rejoin enable-host enable-ha "
        "leave-maintenance",
        MASTER_RESTART, with_a_vm(lambda test, pool: test.master_of(pool)), given_away, outside={**SETTLES, **BACK},
        speed=SLOWER, pools=8),
    "shutdown_of_a_slave": Row(
        "host shutdown", "enter-maintenance disable-host evacuate shutdown", SLAVE_SHUTDOWN, with_a_vm(a_slave), off, give_back),
    "shutdown_of_the_master": Row(
        "host shutdown", "enter-maintenance disable-ha new-master settle enable-ha disable-host evacuate shutdown",
        MASTER_SHUTDOWN, with_a_vm(lambda test, pool: test.master_of(pool)), off, give_back, outside=SETTLES,
        speed=SLOWER, pools=8),
    "return": Row(
        "host return", "power-on rejoin enable-host enable-ha leave-maintenance", [END], shut_down, whole,
        outside={**BACK, "power-on": power_on_into_emergency, "rejoin": is_let_in_slowly}),
    "recover_of_a_silent_host": Row(  # nothing is left to disarm on a host that starts while HA is off
        "host recover", "disable-ha console emergency-disable rejoin enable-host enable-ha up-in-cloud", [DISABLE_HA, ENABLE_HA],
        and_slow_in_cloud(silent), whole, passing="emergency-disable",
        outside={"console": power_on_into_emergency, "rejoin": is_let_in, "enable-host": is_enabled, **RECOVERED}),
    "recover_by_its_own_root": Row(
        "host recover", "disable-ha emergency-disable rejoin enable-host enable-ha up-in-cloud",
        [DISABLE_HA, "host.emergency_ha_disable", "host.enable", ENABLE_HA],
        and_slow_in_cloud(emergency("HA_HOST_CANNOT_ACCESS_STATEFILE")), whole,
        outside={"emergency-disable": next_emergency, "rejoin": is_let_in, **RECOVERED}),
    "recover_of_a_host_without_ha": Row(
        "host recover", "disable-ha rejoin enable-host enable-ha up-in-cloud", [DISABLE_HA, "host.enable", ENABLE_HA],
        and_slow_in_cloud(emergency("HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED")), whole,
        outside={"disable-ha": next_emergency, "rejoin": is_let_in, **RECOVERED}),
    "ha_enable": Row("ha enable", "enable-ha", [ENABLE_HA], ha_off, whole, pools=2),
    "ha_disable": Row("ha disable", "disable-ha", [DISABLE_HA], lambda test, pool: None, left_off, ha_on, pools=2),
}


class Interrupted(Procedures):
    def master_of(self, pool):
        state = self.sim.pool(pool)
        return next(host["number"] for host in state["hosts"] if host["address"] == state["master"])

    def watch(self, row, run, pool, host, done, until=lambda: False):
        """Until it ends or is where it is wanted; meanwhile the world outside does its part."""
        def reached():
            if until() or not run.alive():
                return True
            for word, happens in row.outside.items():
                if word not in done and word in self.entered(row, run):
                    done.add(word)
                    happens(self, pool, host)
            return False

        try:
            wait_until(f"{run.name} goes on", reached, seconds=300, every=0.02)
        except AssertionError as error:
            raise AssertionError(f"{error}; it stands at:\n{run.log()[-500:]}") from error

    @staticmethod
    def lines(row, run):
        """(word of the step, what it says) of every line about a step."""
        words = row.steps.split()
        found = re.findall(rf"^ *(\d+)/{len(words)} (.*)$", run.log(), re.M)
        return [(words[int(number) - 1], text) for number, text in found]

    def entered(self, row, run):
        return [word for word, text in self.lines(row, run) if not text.startswith("done: ")]

    def round(self, row, pool, wanted, ending, machine):
        """Gives the step in which it was ended: the wanted one, or, where that was over too soon, one behind it."""
        words = row.steps.split()
        vms = self.vms(pool)
        host = row.prepare(self, pool)
        began = self.sim.last_call()
        target = [pool] + ([self.host(host, pool)["name"]] if host else [])
        vms = max(vms, self.vms(pool))  # those of a host that is off are not counted until they run elsewhere
        run, done = self.begin(*row.command.split(), *target, "--yes"), set()

        def is_there():
            behind = words[words.index(wanted) + 1:]
            for word, text in self.lines(row, run):
                begun = not text.startswith("done: ")
                # By Ctrl-C as soon as it begins, by kill -9 only when it has sent something or waits.
                deep = ending == signal.SIGINT or text.startswith(("sends ", "waits: "))
                if (word == wanted and begun and deep) or (word in behind and begun):
                    return True
            return False

        self.watch(row, run, pool, host, done, is_there)
        run.signal(ending)
        end = self.ended(run)
        told = f"{pool}: {row.command} ended in {wanted} by {ending!r}, gone on with at machine {machine}\n{end}"
        self.assertEqual(end.code, 5 if ending == signal.SIGINT else -ending, told)
        cut = self.entered(row, run)[-1]
        if ending == signal.SIGKILL:  # gone on with at once, or when what was begun has come to its end by itself
            time.sleep(150 / row.speed)
        resume = ("xenhactl host resume " if host else f"xenhactl {row.command} ") + " ".join(target)
        if ending == signal.SIGINT:
            self.assertIn(f"Interrupted at step {words.index(cut) + 1}/{len(words)}, {cut}: ", end.text, told)
            self.assertIn(f"Next: {resume}\n", end.out, told)
            self.assertRegex(end.last, f"^HA is on: \\d of 3 hosts of {pool} are armed\\.$|^HA is OFF on {pool}\\. To put it back: "
                             f"xenhactl (ha enable {pool}|{re.escape(resume[9:])})$|^Whether HA is on could not be read\\.", told)
        run = self.begin(*resume.split()[1:], "--yes", machine=machine)
        self.watch(row, run, pool, host, done)
        resumed = self.ended(run, 0)
        told += str(resumed)
        self.assertEqual(self.writes(pool, began), row.writes, told)
        try:
            row.over(self, pool, host)
        except AssertionError as error:
            raise AssertionError(told) from error
        wait_until(f"all {vms} VMs run: {told}", lambda: self.vms(pool) == vms)
        row.restore(self, pool, host)
        return cut

    def vms(self, pool):
        """How many run; where they run is not said: they move."""
        return sum(host["vms"] for host in self.sim.pool(pool)["hosts"])

    def play(self, row):
        began = time.monotonic()
        self.start(pools=row.pools, speed=row.speed)
        for cloud in self.clouds:  # answers within 20 ms leave no time to cut in
            self.sim.cs("network", cloud=cloud, mode="delay", seconds=0.2)
        plan = row.steps.split()
        rounds = [(word, ending, (at + first) % 2) for at, word in enumerate(plan)
                  for first, ending in enumerate((signal.SIGINT, signal.SIGKILL))]
        cuts = []

        def work(at):
            for one in rounds[at::row.pools]:
                cuts.append((self.round(row, f"cluster{at + 1}", *one), one[1]))

        with concurrent.futures.ThreadPoolExecutor(row.pools) as threads:
            for one in [threads.submit(work, at) for at in range(row.pools)]:
                one.result()
        for ending in (signal.SIGINT, signal.SIGKILL):
            missed = [word for word in plan if (word, ending) not in cuts]
            print(f"\n{len(rounds)} rounds in {time.monotonic() - began:.0f} s; not ended by {ending.name} in: {missed}",
                  file=sys.stderr)
            self.assertLessEqual(set(missed), set(row.passing.split()))


for name, row in ROWS.items():
    setattr(Interrupted, f"test_{name}", lambda self, row=row: self.play(row))


if __name__ == "__main__":
    story.main()
