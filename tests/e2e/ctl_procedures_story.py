#!/usr/bin/python3 -B
"""xenhactl's procedures with the real program: the exact order of what is written, for a slave and for a master, old
releases and new; and what it says when it cannot go on. Interrupted ones are in ctl_interrupted_story.py."""

import json
import re
import signal

import story
from procedures import BEGIN, END, MARKS, MASTER_RESTART, MASTER_SHUTDOWN, SLAVE_RESTART, SLAVE_SHUTDOWN, Procedures
from story import wait_until


class Order(Procedures):
    """S12, S13 and S14, write by write."""

    def play(self, release, cloud):
        self.start(release, cloud)
        self.leave_a_vm(2)
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes")
        self.assertEqual(self.new_writes(), SLAVE_RESTART, end)
        self.assertEqual(end.last, "HA is on: 3 of 3 hosts of cluster1 are armed.")
        self.is_whole()

        self.leave_a_vm(1)
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs1", "--yes")
        self.assertEqual(self.new_writes(), MASTER_RESTART, end)
        self.assertEqual(self.sim.pool("cluster1")["master"], self.host(2)["address"])
        self.assertEqual(self.host(1)["role"], "slave")
        self.is_whole()

        self.leave_a_vm(3)
        end = self.ctl("host", "shutdown", "cluster1", "cluster1-xs3", "--yes")
        self.assertEqual(self.new_writes(), SLAVE_SHUTDOWN, end)
        self.assertFalse(self.host(3)["powered"])
        self.assertEqual(self.cloud_host(self.host(3)["address"])["resourcestate"], "Maintenance")
        self.assertEqual(end.last, "HA is on: 2 of 3 hosts of cluster1 are armed.")
        next_command = "xenhactl host return cluster1 cluster1-xs3"
        self.assertIn(f"When it is powered on again: {next_command}\n", end.out)
        self.sim.command("power-on", host=3)
        end = self.ctl(*next_command.split()[1:], "--yes")
        self.assertEqual(self.new_writes(), [END], end)
        self.is_whole()

        self.leave_a_vm(2)
        end = self.ctl("host", "shutdown", "cluster1", "cluster1-xs2", "--yes")
        self.assertEqual(self.new_writes(), MASTER_SHUTDOWN, end)
        self.assertNotEqual(self.sim.pool("cluster1")["master"], self.host(2)["address"])
        self.assertTrue(self.sim.pool("cluster1")["ha_enabled"])
        self.sim.command("power-on", host=2)
        self.ctl("host", "return", "cluster1", "cluster1-xs2", "--yes")
        self.assertEqual(self.new_writes(), [END])
        self.is_whole()
        if release != "6.2":  # there a slave makes a session before it says that it is one, and nobody learns its name
            self.no_session_is_left()

    def test_of_an_old_release_with_cloudstack_4_3_2(self):
        self.play("6.2", "4.3.2")

    def test_of_a_new_release_with_cloudstack_4_20(self):
        self.play("8.2", "4.20.3.0")

    def test_without_cloudstack(self):
        self.start(cloud=None)
        self.leave_a_vm(2)
        self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes")
        # Nobody moves the VMs away beforehand.
        self.assertEqual(self.new_writes(), SLAVE_RESTART[1:-1])
        self.is_whole()

    def test_every_call_stands_in_the_marks_of_planned_work(self):
        self.start()
        self.ctl("host", "restart", "cluster1", "cluster1-xs1", "--yes")
        names = [call["method"] for call in self.sim.writes()]
        self.assertEqual(names[1], "pool.add_to_other_config")  # before anything else
        self.assertEqual(names[-1], "pool.remove_from_other_config")
        for before, call in zip(names, names[1:]):
            if call not in MARKS:
                self.assertEqual(before, "pool.add_to_other_config", f"{call} was sent without its mark")

    def test_ha_off_is_marked_and_ha_on_takes_the_mark_off(self):
        self.start()
        end = self.ctl("ha", "disable", "cluster1", "--yes")
        self.assertEqual(end.last, "HA is OFF on cluster1. To put it back: xenhactl ha enable cluster1")
        self.assertRegex(self.mark(), r"^by=[^;]+;host=;step=2;until=\d+;do=ha-disable")
        end = self.ctl("ha", "enable", "cluster1", "--yes")
        self.assertEqual(end.last, "HA is on: 3 of 3 hosts of cluster1 are armed.")
        self.assertEqual(self.new_writes(), ["Async.pool.disable_ha", "Async.pool.enable_ha"])
        self.ctl("ha", "enable", "cluster1", "--yes")  # it is on already
        self.assertEqual(self.new_writes(), [])
        self.is_whole()
        self.no_session_is_left()


class Recovery(Procedures):
    """S10 and S11: which form by the facts."""

    def recover(self, host, writes):
        self.new_writes()
        end = self.ctl("host", "recover", "cluster1", f"cluster1-xs{host}", "--yes")
        self.assertEqual(self.new_writes(), writes, end)
        self.is_whole()

    def play(self, release):
        self.start(release, "4.3.2" if release == "6.2" else "4.20.3.0")
        self.sim.command("emergency", host=2, code="HA_HOST_CANNOT_ACCESS_STATEFILE")
        self.recover(2, ["Async.pool.disable_ha", "host.emergency_ha_disable", "Async.pool.enable_ha"])
        call = next(call for call in self.sim.writes() if call["method"] == "host.emergency_ha_disable")
        self.assertEqual((call["host"], call["session"], call["user"]), (self.host(2)["address"], "local", "root"))
        # Never by force where it only waits for the pool's HA to be off.
        self.sim.command("emergency", host=3, code="HA_POOL_IS_ENABLED_BUT_HOST_IS_DISABLED")
        self.recover(3, ["Async.pool.disable_ha", "Async.pool.enable_ha"])

    def test_without_an_argument(self):
        self.play("6.2")

    def test_with_the_soft_argument(self):
        self.play("8.2")

    def test_of_a_host_that_is_silent(self):
        self.start()
        self.sim.command("power-off", host=2)
        wait_until("the pool knows", lambda: not self.host(2)["live"])
        run = self.begin("host", "recover", "cluster1", "cluster1-xs2", "--yes")
        wait_until("it says what to type", lambda: "xe host-emergency-ha-disable --force" in run.log(), seconds=120)
        self.assertFalse(self.sim.pool("cluster1")["ha_enabled"])
        self.sim.command("power-on", host=2)
        self.ended(run, 0)
        self.assertEqual(self.new_writes(), ["Async.pool.disable_ha", "Async.pool.enable_ha"])
        self.is_whole()

    def test_of_a_host_that_is_well(self):
        self.start()
        end = self.ctl("host", "recover", "cluster1", "cluster1-xs2", "--yes", code=4)
        self.assertIn("is in the pool", end.text)
        self.assertEqual(self.sim.writes(), [])


class Trouble(Procedures):
    """A step fails in the middle: what is true then, what to type, and that it goes on."""

    def test_the_evacuation_is_refused(self):
        self.start()
        self.leave_a_vm(2)
        self.sim.command("vms-cannot-leave")
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes", code=4)
        self.assertIn("left-behind (HOST_NOT_ENOUGH_FREE_MEMORY)", end.text)
        self.assertIn("--vms-cannot-leave", end.text)
        self.assertEqual(self.sim.writes(), [])
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes", "--vms-cannot-leave", code=1)
        self.assertIn("Stopped at step 3/8, evacuate: not every VM could leave, 1 left: HOST_NOT_ENOUGH_FREE_MEMORY", end.text)
        self.assertIn("cluster1-xs2 is up, disabled: no VM starts on it, 1 VM on it. In CloudStack it is Up, Maintenance.", end.text)
        self.assertIn("Next: xenhactl host resume cluster1 cluster1-xs2", end.out)
        self.assertIn("To give the host back instead: xenhactl host return cluster1 cluster1-xs2", end.out)
        self.assertEqual(end.last, "HA is on: 3 of 3 hosts of cluster1 are armed.")
        self.assertIn("step=3;", self.mark())
        self.assertIn("another procedure is not over: host restart cluster1-xs2, begun by",
                      self.ctl("host", "restart", "cluster1", "cluster1-xs3", "--yes", code=4).text)
        self.sim.command("vms-cannot-leave", code="")
        self.ctl("host", "resume", "cluster1", "cluster1-xs2", "--yes")
        self.assertEqual(self.writes(), SLAVE_RESTART[:3] + SLAVE_RESTART[2:])
        self.is_whole()

    def test_it_is_given_back_instead(self):
        self.start()
        self.leave_a_vm(2)
        self.sim.command("vms-cannot-leave")
        self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes", "--vms-cannot-leave", code=1)
        self.new_writes()
        self.ctl("host", "return", "cluster1", "cluster1-xs2", "--yes")
        self.assertEqual(self.new_writes(), ["host.enable", END])
        self.is_whole()
        self.assertIn("nothing to go on with", self.ctl("host", "resume", "cluster1", "cluster1-xs2", "--yes", code=1).err)

    def test_the_host_does_not_come_back(self):
        self.start()
        run = self.begin("host", "restart", "cluster1", "cluster1-xs2", "--yes")
        wait_until("it restarts", lambda: "Async.host.reboot" in self.writes() and not self.host(2)["live"], seconds=120)
        self.sim.command("power-off", host=2)
        wait_until("it is waited for", lambda: "5/8 waits: cluster1-xs2 does not answer, it restarts" in run.log(), seconds=120)
        run.signal(signal.SIGINT)
        end = self.ended(run, 5)
        self.assertIn("Interrupted at step 5/8, rejoin", end.text)
        self.assertIn("cluster1-xs2 does not answer", end.text)
        self.assertRegex(end.last, r"^HA is on: 2 of 3 hosts")
        self.sim.command("power-on", host=2)
        self.ctl("host", "resume", "cluster1", "cluster1-xs2", "--yes")
        self.assertEqual(self.writes(), [one for one in SLAVE_RESTART if one != "Async.host.evacuate"])
        self.is_whole()

    def test_somebody_takes_over_on_another_machine(self):
        self.start()
        first = self.begin("host", "restart", "cluster1", "cluster1-xs2", "--yes")
        wait_until("it restarts", lambda: "Async.host.reboot" in self.writes() and not self.host(2)["live"], seconds=120)
        self.sim.command("power-off", host=2)
        wait_until("it is waited for", lambda: "5/8 waits:" in first.log(), seconds=120)
        second = self.begin("host", "resume", "cluster1", "cluster1-xs2", "--yes", machine=1)
        end = self.ended(first, 1)
        self.assertIn("somebody else took over: host restart by", end.text)
        third = self.begin("host", "return", "cluster1", "cluster1-xs2", "--yes", machine=0)
        end = self.ended(second, 1)
        self.assertIn("somebody else took over: host return by", end.text)
        self.sim.command("power-on", host=2)
        self.ended(third, 0)
        self.assertEqual(self.writes().count(END), 1)
        self.is_whole()

    def test_ha_cannot_be_switched_on(self):
        self.start()
        self.sim.command("enable-fails", phase="join", code="HA_FAILED_TO_FORM_LIVESET")
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs1", "--yes", code=1)
        self.assertIn("Stopped at step 10/11, enable-ha: HA could not be switched on: HA_FAILED_TO_FORM_LIVESET", end.text)
        self.assertEqual(end.last, "HA is OFF on cluster1. To put it back: xenhactl host resume cluster1 cluster1-xs1")
        self.sim.command("enable-fails", phase="")
        end = self.ctl("host", "resume", "cluster1", "cluster1-xs1", "--yes", machine=1)
        self.assertEqual(end.last, "HA is on: 3 of 3 hosts of cluster1 are armed.")
        self.is_whole()

    def test_cloudstack_cannot_empty_the_host(self):
        self.start("8.2", "4.20.3.0")
        self.sim.cs("disable-host", host=2, on=True)
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes", code=4)
        self.assertIn("is Disabled in CloudStack", end.text)
        self.assertIn("--no-cloudstack", end.text)
        self.assertEqual(self.sim.writes(), [])

    def test_only_one_at_a_time_on_a_machine(self):
        self.start()
        self.sim.command("network", host=2, mode="delay", seconds=3)
        first = self.begin("host", "restart", "cluster1", "cluster1-xs3", "--yes")
        wait_until("it has begun", lambda: self.mark())
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs3", "--yes", code=4)
        self.assertIn("another xenhactl works on cluster1 on this machine", end.err)
        first.signal(signal.SIGINT)
        self.ended(first, 5)


class Refusals(Procedures):
    """What would do harm is refused, nothing is written, and the flag is named where there is one."""

    def refused(self, *arguments, flag, says, code=4):
        end = self.ctl(*arguments, "--yes", code=code)
        self.assertRegex(end.text, says, end)
        self.assertIn("Nothing was changed.", end.text)
        self.assertEqual(self.sim.writes(), [], end)
        if flag:
            self.assertIn(f"Or take the risk: --{flag}", end.out)
            plan = json.loads(self.ctl(*arguments, "--plan", f"--{flag}", "--output=json").out)
            self.assertNotIn(flag, [risk["flag"] for risk in plan["risks"]])
        else:
            self.assertNotIn("take the risk", end.out)
        return end

    def test_two_masters(self):
        self.start()
        self.sim.command("split-brain", host=3)
        self.refused("host", "restart", "cluster1", "cluster1-xs2", flag="", says="say they are master: the pool is split")

    def test_another_host_is_down(self):
        self.start()
        self.sim.command("power-off", host=3)
        wait_until("the pool knows", lambda: not self.host(3)["live"])
        self.refused("host", "restart", "cluster1", "cluster1-xs2", flag="another-host-is-down", says="cluster1-xs3 is down as well")
        self.refused("host", "restart", "cluster1", "cluster1-xs1", flag="", says="cluster1-xs3 is down as well")

    def test_another_host_is_in_maintenance(self):
        self.start()
        self.sim.cs("maintenance", host=3, on=True)
        self.refused("host", "shutdown", "cluster1", "cluster1-xs2", flag="another-host-is-out", says="cluster1-xs3 takes no VMs")

    def test_the_statefile_is_lost(self):
        self.start()
        self.sim.command("lose-statefile", host=3)
        wait_until("the master says so", lambda: self.host(3)["ha_statefiles"] == [])
        self.refused("host", "restart", "cluster1", "cluster1-xs2", flag="statefile-lost", says="the crash of any one fences all others")
        self.refused("host", "restart", "cluster1", "cluster1-xs3", flag="", says="HA_LOST_STATEFILE")

    def test_the_heartbeat_is_on_primary_storage(self):
        self.start()
        self.sim.cs("primary-is-heartbeat")
        self.refused("host", "restart", "cluster1", "cluster1-xs2", flag="heartbeat-on-primary-storage", says="MGMT-HA is CloudStack's primary storage")
        self.sim.command("silent-disarm")
        self.refused("ha", "enable", "cluster1", flag="heartbeat-on-primary-storage", says="MGMT-HA is CloudStack's primary storage")

    def test_an_upgrade_is_under_way(self):
        self.start()
        self.sim.command("rolling-upgrade", on=True)
        self.refused("host", "restart", "cluster1", "cluster1-xs2", flag="during-upgrade", says="rolling upgrade")
        self.refused("host", "restart", "cluster1", "cluster1-xs1", flag="", says="rolling upgrade")

    def test_a_new_master_that_cannot_be_it(self):
        self.start()
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs1", "--new-master", "cluster1-xs1", "--yes", code=4)
        self.assertIn("cluster1-xs1 cannot become master", end.text)
        plan = self.ctl("host", "restart", "cluster1", "cluster1-xs1", "--new-master", self.host(3)["address"], "--plan")
        self.assertIn("give the role of master to cluster1-xs3", plan.out)
        self.assertEqual(self.sim.writes(), [])

    def test_ha_is_off(self):
        self.start()
        self.sim.command("silent-disarm")
        self.refused("host", "restart", "cluster1", "cluster1-xs2", flag="without-ha", says="HA is off: if the master fails")
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes", "--without-ha")
        self.assertEqual(end.last, "HA is OFF on cluster1. To put it back: xenhactl ha enable cluster1")

    def test_somebody_marked_planned_work(self):
        self.start()
        self.sim.command("intent", on=True, text="by=ann;reason=disks;until=4102444800")
        self.refused("ha", "enable", "cluster1", flag="override-mark", says="planned work is marked on the pool: by=ann")

    def test_what_is_missing_in_the_config_file(self):
        self.start(actor=False)
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes", code=2)
        self.assertIn("cloudstack[cloud1].actor is missing", end.err)
        self.assertIn("--no-cloudstack", end.err)
        self.assertEqual(self.sim.calls(), [])
        self.ctl("host", "restart", "cluster1", "cluster1-xs2", "--yes", "--no-cloudstack")
        self.assertNotIn(BEGIN, self.writes())

    def test_nobody_to_ask_and_a_plan(self):
        self.start()
        end = self.ctl("host", "restart", "cluster1", "cluster1-xs2", code=2)
        self.assertIn("--yes", end.err)
        plan = self.ctl("host", "restart", "cluster1", "cluster1-xs1", "--plan")
        numbers = re.findall(r"^ ?(\d+)\. ", plan.out, re.M)
        self.assertEqual(numbers, [str(number) for number in range(1, 12)])
        self.assertIn("give the role of master to cluster1-xs2", plan.out)
        for line in plan.out.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertIn('no host "xs9" (hosts: cluster1-xs1', self.ctl("host", "restart", "cluster1", "xs9", "--plan", code=2).err)
        self.assertEqual(self.sim.writes(), [])

    def test_nobody_answers(self):
        self.start()
        for host in (1, 2, 3):
            self.sim.command("network", host=host, mode="refuse")
        end = self.ctl("ha", "enable", "cluster1", "--yes", code=3)
        self.assertIn("no master of cluster1 could be read", end.err)


if __name__ == "__main__":
    story.main()
