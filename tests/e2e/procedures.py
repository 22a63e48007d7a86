"""What the stories of xenhactl's procedures share: a simulated pool, two machines with xenhactl, and what is written."""

import itertools

import story
from keyboard import with_cloud_actors
from story import wait_until
from stage import Program

SPEED = 60
GUARDS = "{settle: 2s, read_gap: 1s, verify: 5s}"
# What xenhactl writes to a pool besides the steps themselves.
MARKS = ("pool.add_to_other_config", "pool.remove_from_other_config")
BEGIN, END = "cloud prepareHostForMaintenance", "cloud cancelHostMaintenance"
SLAVE_RESTART = [BEGIN, "host.disable", "Async.host.evacuate", "Async.host.reboot", END]
MASTER_RESTART = [BEGIN, "Async.pool.disable_ha", "pool.designate_new_master", "host.disable", "Async.host.evacuate",
                  "Async.host.reboot", "Async.pool.enable_ha", END]
SLAVE_SHUTDOWN = [BEGIN, "host.disable", "Async.host.evacuate", "Async.host.shutdown"]
MASTER_SHUTDOWN = [BEGIN, "Async.pool.disable_ha", "pool.designate_new_master", "Async.pool.enable_ha", "host.disable",
                   "Async.host.evacuate", "Async.host.shutdown"]


class Ended:
    def __init__(self, program):
        self.code, self.out, self.err = program.process.returncode, program.out(), program.log()
        self.text = " ".join(self.out.split())  # line breaks do not matter
        self.last = self.out.rstrip("\n").rsplit("\n", 1)[-1]

    def __str__(self):
        return f"ended with {self.code}\n{self.err}{self.out}"


class Procedures(story.Story):
    numbers = itertools.count()

    def start(self, release="8.2", cloud="4.20.3.0", pools=1, hosts=3, speed=SPEED, actor=True):
        """`cloud`: a CloudStack of that version for each pool, so that its writes tell the pool."""
        names = [f"cluster{number + 1}" for number in range(pools)]
        self.clouds = {f"cloud{at + 1}": name for at, name in enumerate(names)} if cloud else {}
        world = {"speed": speed, "pools": [{"name": name, "hosts": hosts, "vms": 2 * hosts, "release": release} for name in names],
                 "clouds": [{"name": name, "version": cloud, "pools": [at + 1]} for at, name in enumerate(self.clouds)]}
        self.sim = self.stage.simulator(world=world, speed=speed)
        self.seen = 0
        self.configs = [self.written_config(f"ctl{number}", actor) for number in range(2)]

    def written_config(self, name, actor):
        """Two of them: two machines, each with a journal of its own."""
        def change(text):
            text = with_cloud_actors(text) if actor else text
            return text.split("\nhooks:\n")[0] + f"\nhooks:\n  guards: {GUARDS}\nctl:\n  state_dir: {name}\n"

        return self.stage.config(self.sim, change=change, request_timeout="5s", name=f"{name}.yml")

    def begin(self, *arguments, machine=0):
        return Program(self.stage, self.stage.directory, f"xenhactl-{next(self.numbers)}",
                       [self.stage.programs / "xenhactl", "--config.file", self.configs[machine], *arguments])

    def ended(self, program, code=None, seconds=240):
        program.process.wait(seconds)
        end = Ended(program)
        if code is not None:
            self.assertEqual(end.code, code, end)
        return end

    def ctl(self, *arguments, code=0, machine=0):
        return self.ended(self.begin(*arguments, machine=machine), code)

    def writes(self, pool="cluster1", after=0):
        """What was written to the pool and its hosts in CloudStack since that call, in order."""
        out = []
        for call in self.sim.get("writes", after)["calls"]:
            if call["cloud"] and self.clouds[call["cloud"]] == pool:
                out.append(f"cloud {call['method']}")
            elif call["pool"] == pool and call["method"] not in MARKS:
                out.append(call["method"])
        return out

    def new_writes(self):
        every = self.writes()
        new, self.seen = every[self.seen:], len(every)
        return new

    def host(self, number, pool="cluster1"):
        return self.sim.pool(pool)["hosts"][number - 1]

    def cloud_host(self, address):
        return next(host for cloud in self.sim.state()["clouds"] for host in cloud["hosts"] if host["address"] == address)

    def mark(self, pool="cluster1"):
        return self.sim.pool(pool)["other_config"].get("xenha:intent")

    def leave_a_vm(self, number, name="left-behind", pool="cluster1"):
        """One that CloudStack does not know, so that there is something left to evacuate."""
        self.sim.command("vm-create", vm=name, host=number, pool=pool)

    def is_whole(self, pool="cluster1", hosts=3, but=()):
        """HA on, every host but those live, enabled, armed; none in maintenance; no mark, no session."""
        state = self.sim.pool(pool)
        self.assertTrue(state["ha_enabled"])
        self.assertIsNone(state["other_config"].get("xenha:intent"))
        for host in state["hosts"]:
            if host["number"] in but:
                continue
            self.assertEqual((host["live"], host["enabled"], host["ha_armed"]), (True, True, True), host["name"])
            if self.sim.state()["clouds"]:
                cloud = self.cloud_host(host["address"])
                self.assertEqual((cloud["state"], cloud["resourcestate"]), ("Up", "Enabled"), host["name"])

    def no_session_is_left(self):
        wait_until("no session of ours is left", lambda: [one for one in self.sim.sessions()
                                                          if one["originator"] == "xenhactl"] == [], seconds=30)
