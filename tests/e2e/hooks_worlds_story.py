#!/usr/bin/python3 -B
"""Worlds that take their time and then end in an act, or that only an operator may end. In mode act.

Twenty simulated seconds pass in one. The guards' times are an operator's divided by about that: settle 60s, read_gap 10s,
recheck 30s, verify 60s, maintenance_quiet 10m, storm_window 10m, flap_window 1h become what GUARDS says. What a person
decides in hours is shorter still: `intent_forget_after`, 8h, is the least that the config takes.
"""

import time

import story
from hooks_setup import Acting
from hooks_story import TOKEN, message
from story import wait_until
import faults

SPEED = 20
GUARDS = {"settle": "3s", "read_gap": "500ms", "recheck": "2s", "verify": "3s", "cool_down": "1s", "maintenance_quiet": "10s",
          "storm_window": "25s", "flap_window": "180s", "intent_forget_after": "1m", "max_attempts_per_day": "10",
          "kill_switch_file": "STOP"}


def guards(**changed):
    return "{" + ", ".join(f"{key}: {value}" for key, value in (GUARDS | changed).items()) + "}"


class Worlds(Acting):
    def world(self, pools, clouds=(), hosts=2, **changed):
        self.begin(pools, guards(**changed), SPEED, clouds, hosts=hosts)

    def lose(self, *pools):
        for pool in pools:
            self.sim.command("silent-disarm", pool=pool)

    def send_all(self, pools):
        """One message, as Alertmanager groups what comes at once."""
        bodies = [message(pool, fingerprint=pool.encode().hex()[-16:].rjust(16, "0")) for pool in pools]
        bodies[0]["alerts"] = [body["alerts"][0] for body in bodies]
        answer = self.hooks.post("/api/v1/alerts", bodies[0], TOKEN)
        self.assertEqual([one["result"] for one in answer.json()["results"]], ["accepted"] * len(pools))

    def host(self, pool, number):
        return self.sim.pool(pool)["hosts"][number - 1]

    def reasons(self, pool):
        return [reason for _, reason in self.decisions(pool)]

    def fact(self, pool, guard):
        return next(one["fact"] for one in self.explained(pool)["guards"] if one["name"] == guard)

    def looks(self, pool, count):
        """Waits until the pool was looked at that often again, by the calls that only a look makes."""
        def asked():
            return sum(1 for call in self.sim.calls(before) if call["pool"] == pool and call["method"] == "task.get_all_records")
        before = self.sim.last_call()
        wait_until(f"{pool} is looked at again and again", lambda: asked() >= count, seconds=120, every=0.5)

    def one_after_the_other(self, pools):
        journal = self.journal()
        outcomes, attempts = journal.outcomes(), journal.attempts()
        self.assertEqual(sorted(row["pool"] for row in attempts), sorted(pools))
        self.assertEqual({outcomes[row["id"]]["result"] for row in attempts}, {"success"})
        for before, after in zip(attempts, attempts[1:]):
            self.assertLess(outcomes[before["id"]]["at"], after["at"], f"{before['pool']} and {after['pool']} at the same time")
        self.assertEqual(sorted(call["pool"] for call in self.enables()), sorted(pools))
        for pool in pools:  # who had to wait for another's turn is not said to have acted
            self.assertEqual(self.decisions(pool).count(("act", "safe_to_enable")), 1, self.decisions(pool))
        return attempts


class MasterReplaced(Worlds):
    def replace_master(self, how):
        self.world(["cluster1"], [{"name": "cloud1", "version": "4.20.3.0"}], hosts=4)
        old = self.sim.pool("cluster1")["master"]
        self.sim.command(how, pool="cluster1", host="master")
        # It still serves, and so does what it holds for true: the others disabled, the dead one live.
        wait_until("another master serves", lambda: self.sim.pool("cluster1")["master"] not in (None, old), seconds=180)
        self.assertTrue(self.sim.pool("cluster1")["ha_enabled"])
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1"), ("accepted", "new"))

    def ends_in_an_act(self):
        self.wait_for_success("cluster1", seconds=300)
        self.assertEqual(len(self.enables()), 1)
        decisions = self.decisions("cluster1")
        self.assertEqual(decisions[-1], ("act", "safe_to_enable"))
        print("\n  " + ", ".join(reason for _, reason in decisions))
        self.assertEqual([one for one in decisions if one[0] == "refuse"], [])

    def test_it_comes_back_by_itself(self):
        """The old master boots while the new one settles; HA is lost right after the election."""
        self.replace_master("reset")
        self.ends_in_an_act()
        waited = set(self.reasons("cluster1"))
        self.assertGreaterEqual(len(waited & {"facts_unknown", "masters_disagree", "host_unreachable", "host_not_live", "host_disabled",
                                              "settling", "cloud_host_state"}), 2, waited)

    def test_it_stays_away_for_long(self):
        """While a member is off nothing may be done, and it is said which; once it is back, it goes on by itself."""
        self.replace_master("power-off")
        wait_until("the others are enabled again", lambda: all(host["enabled"] for host in self.sim.pool("cluster1")["hosts"][1:]),
                   seconds=180)
        self.wait_for_decision("cluster1", "wait", "host_unreachable")
        self.looks("cluster1", 6)
        self.wait_for_decision("cluster1", "wait", "host_unreachable")
        self.assertIn(self.host("cluster1", 1)["name"], self.fact("cluster1", "host_unreachable"))
        self.assertEqual(self.enables(), [])
        self.sim.command("power-on", pool="cluster1", host=1)
        self.ends_in_an_act()


class Storms(Worlds):
    def test_three_pools_of_one_incident(self):
        """Not so many that it is a storm: they are put back at once, and one after the other."""
        pools = [f"cluster{number}" for number in range(1, 8)]
        self.world(pools)
        self.lose(*pools[:3])
        self.send_all(pools[:3])
        for pool in pools[:3]:
            self.wait_for_success(pool)
        self.one_after_the_other(pools[:3])
        self.assertNotIn("storm", sum((self.reasons(pool) for pool in pools[:3]), []))

    def test_more_than_storm_pools(self):
        pools = [f"cluster{number}" for number in range(1, 10)]
        self.world(pools)
        self.lose(*pools[:4])
        self.send_all(pools[:3])
        began = time.time_ns()
        self.assertEqual(self.send(pools[3]), ("accepted", "new"))
        for pool in pools[:4]:
            wait_until(f"{pool} waits for the storm to pass", lambda pool=pool: "storm" in self.reasons(pool))
        for pool in pools[:4]:
            self.wait_for_success(pool, seconds=300)
            self.assertEqual(self.hooks.metrics().value("xenha_hooks_gave_up", pool=pool), 0)
        attempts = self.one_after_the_other(pools[:4])
        self.assertGreaterEqual(attempts[0]["at"] - began, 25 * 10**9)

    def test_most_pools(self):
        """Five of eight: whatever that is, it is not in the pools. Nothing is done until an operator has looked."""
        pools = [f"cluster{number}" for number in range(1, 9)]
        self.world(pools, storm_window="3s")
        self.lose(*pools[:5])
        self.send_all(pools[:5])
        for pool in pools[:5]:
            self.wait_for_decision(pool, "refuse", "gave_up")
            self.assertIn("storm", self.reasons(pool))
            self.assertEqual(self.hooks.metrics().value("xenha_hooks_gave_up", pool=pool), 1)
        self.assertEqual(self.hooks.metrics().value("xenha_hooks_gave_up", pool=pools[7]), 0)
        self.looks(pools[0], 6)
        self.assertEqual(self.enables(), [])
        self.assertEqual(self.order("clear", pools[0]), 200)
        self.wait_for_success(pools[0])
        self.looks(pools[1], 6)
        self.one_after_the_other(pools[:1])  # the others wait for their own clear
        for pool in pools[1:5]:
            self.assertEqual(self.newest(pool), ("refuse", "gave_up"))
            self.assertEqual(self.order("clear", pool), 200)
        for pool in pools[1:5]:
            self.wait_for_success(pool, seconds=300)
        self.one_after_the_other(pools[:5])


class Intent(Worlds):
    FORGET = 60 * 10**9

    def operator_disables(self, pool):
        """When, to the second: the audit log knows no better."""
        before = int(time.time()) * 10**9
        faults.as_operator(self.sim, pool, "disable")
        wait_until("HA is off", lambda: not self.sim.pool(pool)["ha_enabled"])
        self.assertEqual(self.send(pool), ("accepted", "new"))
        self.wait_for_decision(pool, "refuse", "operator_intent")
        return before

    def attempt(self, pool):
        (attempt,) = self.journal().attempts(pool)
        self.assertEqual(len(self.enables(pool)), 1)
        return attempt

    def test_left_alone_until_forgotten(self):
        """Three pools: one was switched off by an operator, one has the mark of a procedure, and on one people work on."""
        self.world(["typed", "marked", "worked"], [{"name": "cloud1", "version": "4.20.3.0", "pools": [3]}], hosts=3)
        typed = self.operator_disables("typed")
        self.assertIn("switched off by operator", self.fact("typed", "operator_intent"))
        worked = self.operator_disables("worked")

        until = int(time.time()) + 25
        self.sim.command("intent", pool="marked", on=True, text=f"by=ann;host=xs1;step=3;until={until}")
        self.lose("marked")
        self.assertEqual(self.send("marked"), ("accepted", "new"))
        self.wait_for_decision("marked", "refuse", "operator_intent")
        self.assertIn("by=ann;host=xs1;step=3", self.fact("marked", "operator_intent"))

        self.sim.cs("maintenance", pool="worked", host=2, on=True)
        self.wait_for_decision("worked", "wait", "cloud_maintenance")
        self.wait_for_success("marked")
        self.assertGreaterEqual(self.attempt("marked")["at"], until * 10**9)

        self.wait_for_success("typed")
        self.assertGreaterEqual(self.attempt("typed")["at"] - typed, self.FORGET)

        # Without the maintenance this one would be forgotten by now, too.
        wait_until("it would be forgotten", lambda: time.time_ns() - worked > self.FORGET + 5 * 10**9, seconds=90)
        self.wait_for_decision("worked", "wait", "cloud_maintenance")
        self.assertEqual(self.enables("worked"), [])
        ended = time.time_ns()
        self.sim.cs("maintenance", pool="worked", host=2, on=False)
        self.wait_for_decision("worked", "wait", "cloud_quiet")
        self.wait_for_decision("worked", "refuse", "operator_intent")
        self.assertIn("the last sign of maintenance", self.fact("worked", "operator_intent"))
        self.wait_for_success("worked")
        self.assertGreaterEqual(self.attempt("worked")["at"] - ended, self.FORGET - 2 * 10**9)  # two clocks with whole seconds

    def test_never_forgotten(self):
        self.world(["cluster1"], intent_forget_after="never")
        disabled = self.operator_disables("cluster1")
        self.assertIn("never forgotten", self.fact("cluster1", "operator_intent"))
        wait_until("others would forget it by now", lambda: time.time_ns() - disabled > self.FORGET + 5 * 10**9, seconds=90)
        self.looks("cluster1", 4)
        self.wait_for_decision("cluster1", "refuse", "operator_intent")
        self.assertEqual(self.enables(), [])
        self.hooks.stop()
        self.start_daemon(guards=guards())  # nothing else held it back
        self.wait_for_success("cluster1")


class Flap(Worlds):
    def test_off_again_soon_after(self):
        self.world(["cluster1", "cluster2"])
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:00:00Z"), ("accepted", "new"))
        self.wait_for_success("cluster1")
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:10:00Z"), ("accepted", "new"))
        self.wait_for_decision("cluster1", "refuse", "gave_up")
        self.assertIn(("refuse", "flap"), self.decisions("cluster1"))
        self.given_up(1)
        self.hooks.stop()
        self.start_daemon()
        wait_until("it is known again", lambda: self.hooks.metrics().value("xenha_hooks_gave_up", pool="cluster1") == 1)
        # That Alertmanager holds it for over changes nothing, nor does its next alert.
        self.assertEqual(self.send("cluster1", "resolved", starts_at="2026-11-27T03:10:00Z"), ("resolved", "was_open"))
        self.given_up(1)
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:20:00Z"), ("accepted", "new"))
        self.wait_for_decision("cluster1", "refuse", "gave_up")
        self.looks("cluster1", 4)
        self.given_up(1)
        self.assertEqual(len(self.enables()), 1)
        self.assertEqual(self.order("clear", "cluster1"), 200)
        self.wait_for_success("cluster1")  # of this life
        self.given_up(0)
        self.assertEqual(len(self.enables()), 2)
        # The clear was for that time: once more is once more.
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:30:00Z"), ("accepted", "new"))
        self.wait_for_decision("cluster1", "refuse", "gave_up")
        self.given_up(1)
        self.assertEqual(len(self.enables()), 2)

    def given_up(self, value):
        self.assertEqual(self.hooks.metrics().value("xenha_hooks_gave_up", pool="cluster1"), value)
        self.assertEqual(self.hooks.metrics().value("xenha_hooks_gave_up", pool="cluster2"), 0)


class CloudAway(Worlds):
    def test_it_is_waited_for(self):
        self.world(["cluster1", "alone"], [{"name": "cloud1", "version": "4.20.3.0", "pools": [1]}])
        self.sim.cs("power", on=False)
        self.lose("cluster1", "alone")
        self.send_all(["cluster1", "alone"])
        self.wait_for_decision("cluster1", "wait", "cloud_unknown")
        self.wait_for_success("alone")  # it has none
        states = {one["name"]: one["state"] for one in self.explained("alone")["guards"] if one["name"].startswith("cloud_")}
        self.assertEqual(set(states.values()), {"not_applicable"}, states)
        self.looks("cluster1", 6)
        self.wait_for_decision("cluster1", "wait", "cloud_unknown")
        self.assertEqual(self.enables("cluster1"), [])
        self.sim.cs("power", on=True)
        self.wait_for_success("cluster1", seconds=300)
        self.one_after_the_other(["alone", "cluster1"])

    def test_it_goes_while_the_act_runs(self):
        """What was begun is followed to its end: whether HA is on, the pool says."""
        self.world(["cluster1"], [{"name": "cloud1", "version": "4.20.3.0"}])
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1"), ("accepted", "new"))
        wait_until("the enable was sent", self.enables, seconds=120)
        self.sim.cs("power", on=False)
        self.wait_for_success("cluster1")
        self.one_after_the_other(["cluster1"])


if __name__ == "__main__":
    story.main()
