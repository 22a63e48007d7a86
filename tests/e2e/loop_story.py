#!/usr/bin/python3 -B
"""The whole loop: HA that a pool lost silently is back, by the exporter, Debian's Prometheus with the shipped rules, a pair of
Debian's Alertmanagers with the shipped example, and the hooks. Of two daemons one acts and one stands by; or both act, which
is a mistake, and the pool has HA switched on once all the same."""

import json
import pathlib
import threading
import time

import story
from story import wait_until
import alerting
import faults
from hooks_daemon import Daemon, enables

BOARD = pathlib.Path(__file__).resolve().parents[2] / "dashboards" / "recovery.json"
WORLD = {"scheme": "https", "pools": [{"name": name, "hosts": 3, "vms": 6, "latency_recorded": True}
                                      for name in ("cluster1", "cluster2")],
         "clouds": [{"name": "cloud1", "version": "4.20.3.0", "settings": {"alert.wait": "60"}}]}
SPEED = 10
ABOUT_HOOKS = 'alertname=~"XenHA(Hooks.*|WebhookFailing|ConfigReloadFailed)"'


class Panels:
    """The expressions of the recovery dashboard that are about hooks, and which of them had series."""

    def __init__(self, prometheus):
        self.prometheus, self.empty = prometheus, {}
        for panel in self.panels(json.loads(BOARD.read_text(encoding="utf-8"))["panels"]):
            for target in panel.get("targets", []):
                if "xenha_hooks_" in target["expr"]:
                    self.empty[target["expr"].replace("$pool", ".+").replace("$__range", "15m")] = panel["title"]

    @classmethod
    def panels(cls, panels):
        for panel in panels:
            yield panel
            yield from cls.panels(panel.get("panels", []))

    def look(self):
        self.empty = {expression: title for expression, title in self.empty.items() if not self.prometheus.query(expression)}


class Loop(story.Story):
    def watch(self, what, condition, seconds):
        """Waits, and looks at the dashboard meanwhile."""
        def looked():
            self.panels.look()
            return condition()
        return wait_until(what, looked, seconds, every=0.2)

    def tell(self, what, fault):
        print(f"  {what:<64} {time.time() - fault:6.1f} s after the fault")

    def test_one_acts_and_one_stands_by(self):
        sim, exporter = self.watched(world={**WORLD, "speed": SPEED}, speed=SPEED)
        acting = Daemon(self.stage, sim, "acting", factor=SPEED)
        # It decides first; else it often sees the other at work already and has nothing to decide.
        standby = Daemon(self.stage, sim, "standby", "standby", factor=SPEED, settle="1s")
        both = (acting, standby)
        with alerting.Receiver() as receiver:
            chain = alerting.Alerting(self.stage, exporter, receiver, factor=SPEED, hooks=both, pair=True)
            prometheus = chain.prometheus
            self.panels = Panels(prometheus)
            self.assertGreater(len(self.panels.empty), 5)
            wait_until("the daemons know what is good", lambda: all(one.knows(pool) for one in both
                                                                    for pool in ("cluster1", "cluster2")))
            wait_until("Prometheus has every pool and both daemons", lambda:
                       len(prometheus.query("pool:xenha_pool_ha_required:last == 1")) == 2 and
                       len(prometheus.query('up{job="xenha-hooks"} == 1 and on (instance) xenha_hooks_mode')) == 2)
            self.assertEqual(sim.writes(), [])

            sim.command("silent-disarm", pool="cluster1")
            fault = time.time()
            print()
            self.watch("the alert fires", lambda: prometheus.query(
                'ALERTS{alertname="XenHAPoolHADisabled", alertstate="firing", pool="cluster1"}'), seconds=120)
            self.tell(f"XenHAPoolHADisabled fires, its five minutes {SPEED} times shorter", fault)
            for one in both:
                self.watch(f"{one.name} has the alert", lambda one=one: one.journal.receipts("cluster1", result="accepted"), 120)
                self.tell(f"its webhook is at the {one.name} one", fault)
            for one, verdict in ((standby, "standby"), (acting, "act")):
                self.watch(f"{one.name} decides", lambda one=one, verdict=verdict:
                           (verdict, "safe_to_enable") in one.journal.decisions("cluster1"), 120)
                self.tell(f"the {one.name} one decides: {verdict}", fault)
            self.watch("every host is armed", lambda: exporter.metrics().value(
                "xenha_pool_ha_enabled", pool="cluster1") == 1 and len(exporter.metrics().all(
                    "xenha_host_ha_armed", pool="cluster1")) == 3 == sum(value for _, value in exporter.metrics().all(
                        "xenha_host_ha_armed", pool="cluster1")), 180)
            self.tell("HA is on and every host is armed", fault)
            self.watch("the acting one has verified it", lambda: acting.metrics().value(
                "xenha_hooks_actions_total", pool="cluster1", outcome="success") == 1, 120)
            self.tell("and has stayed so, as the acting one wrote down", fault)

            for one in both:
                self.watch(f"{one.name} is told that it is over", lambda one=one:
                           one.journal.receipts("cluster1", status="resolved"), 240)
                self.tell(f"the {one.name} one is told that the alert is over", fault)
            self.watch("people are told both", lambda: receiver.first(
                "/people-critical", "XenHAPoolHADisabled", "firing", pool="cluster1") and receiver.first(
                    "/people-critical", "XenHAPoolHADisabled", "resolved", pool="cluster1"), 240)

            # The pool's own witness, and what each wrote down.
            self.assertEqual([(call["pool"], call["user"], call["originator"]) for call in enables(sim)],
                             [("cluster1", "operator", "xenha-hooks")])
            self.assertEqual(sim.writes(), enables(sim))
            self.assertEqual([(one["result"], one["error_code"], one["counts"]) for one in acting.journal.attempts("cluster1")],
                             [("success", "", 1)])
            self.assertEqual(standby.journal.attempts("cluster1"), [])
            for one in both:
                self.assertEqual(one.journal.decisions("cluster1")[-1], ("done", "already_enabled"))
                self.assertEqual(one.journal.closings("cluster1"), ["resolved"])
                self.assertEqual(len(one.journal.receipts("cluster1", result="accepted")), 1)
                self.assertEqual(one.journal.receipts("cluster2"), [])
                self.assertEqual(one.journal.closings("cluster2"), [])
            self.watch("every panel about hooks has had series", lambda: not self.panels.empty, 30)
            self.judge_rules(prometheus, standby)

    def judge_rules(self, prometheus, standby):
        """While all went well none of the rules about hooks fired; one does when a daemon is gone, with labels that say which."""
        self.assertEqual(prometheus.query(f'max_over_time(ALERTS{{alertstate="firing", {ABOUT_HOOKS}}}[15m])'), [])
        standby.stop()
        fired = wait_until("XenHAHooksDown fires", lambda: prometheus.query(
            f'ALERTS{{alertstate="firing", {ABOUT_HOOKS}}}'), seconds=90)
        self.assertEqual([labels for labels, _ in fired], [{
            "__name__": "ALERTS", "alertname": "XenHAHooksDown", "alertstate": "firing", "severity": "warning",
            "job": "xenha-hooks", "instance": standby.address}])

    def two_acting(self, *pools, **guard):
        """Two daemons that act, of which each knows these pools."""
        self.sim = self.stage.simulator(world={**WORLD, "speed": SPEED, "pools": list(pools), "clouds": []}, speed=SPEED)
        both = [Daemon(self.stage, self.sim, name, factor=SPEED, **guard) for name in ("one", "other")]
        for pool in pools:
            for each in both:
                wait_until(f"{each.name} knows {pool['name']}", lambda each=each, pool=pool: each.knows(pool["name"]))
        return both

    def judge_two(self, both, pool, since):
        """One enable took effect; the journals tell who made it, and that the other came second. Gives the error it met,
        or None if it saw the first at work and did not even try. `since`: calls and entries before are of earlier rounds."""
        calls = enables(self.sim, pool)[since["calls"]:]
        attempts = [attempt | {"by": each.name} for each in both
                    for attempt in each.journal.attempts(pool, since[each.name])]
        self.assertEqual(len(calls), len(attempts), f"{calls}\n{attempts}")
        mine = [attempt for attempt in attempts if attempt["counts"]]
        late = [attempt for attempt in attempts if not attempt["counts"]]
        self.assertEqual([attempt["result"] for attempt in mine], ["success"], attempts)
        self.assertLessEqual(len(late), 1, attempts)
        for attempt in late:
            self.assertIn((attempt["error_code"], attempt["result"]),
                          [("HA_IS_ENABLED", "success"), ("HA_ENABLE_IN_PROGRESS", "failed")])
        return late[0]["error_code"] if late else None

    def since(self, both, pool):
        return {"calls": len(enables(self.sim, pool))} | {each.name: each.journal.newest() for each in both}

    def over(self, each, pool, entry):
        """It has nothing left to do: it saw that HA is back, and no attempt is without an outcome."""
        return each.journal.decisions(pool, entry)[-1:] == [("done", "already_enabled")] and all(
            attempt["result"] for attempt in each.journal.attempts(pool, entry))

    def test_two_act_by_mistake(self):
        """Both have decided before either call leaves: logging in takes three seconds here. In 6.5 the second call waits for
        the first and finds HA on; from 7.0 on it is refused at once."""
        pools = ({"name": "new", "hosts": 3, "vms": 6}, {"name": "old", "release": "6.5", "hosts": 3, "vms": 6})
        both = self.two_acting(*pools)
        with alerting.Receiver() as receiver:
            config = alerting.configure(self.stage, receiver, both, factor=SPEED)
            pair = self.stage.alertmanager_pair(config)
            for pool, code in (("new", "HA_ENABLE_IN_PROGRESS"), ("old", "HA_IS_ENABLED")):
                with self.subTest(pool):
                    since = self.since(both, pool)
                    self.sim.command("silent-disarm", pool=pool)
                    self.sim.command("answers", pool=pool, method="session.login_with_password", fault="slow:3")
                    for member in pair:
                        member.send(alerting.alert(pool))
                    for each in both:
                        wait_until(f"{each.name} has an outcome", lambda each=each, pool=pool, since=since: [
                            attempt for attempt in each.journal.attempts(pool, since[each.name]) if attempt["result"]], 180)
                    self.sim.command("answers", pool=pool, method="session.login_with_password", fault="none")
                    for each in both:
                        wait_until(f"{each.name} has done with it", lambda each=each, pool=pool, since=since:
                                   self.over(each, pool, since[each.name]), 120)
                    self.assertEqual(self.judge_two(both, pool, since), code)
                    self.assertEqual(len(enables(self.sim, pool)), 2)
                    self.assertTrue(self.sim.pool(pool)["ha_enabled"])
        self.assertEqual(self.sim.writes(), enables(self.sim))

    def test_two_act_in_the_same_instant(self):
        """Whoever is first, and however near the other: round after round, with nothing slowed down."""
        both = self.two_acting({"name": "new", "hosts": 3, "vms": 6}, settle="1s", flap_window="1s", cool_down="1s", verify="2s",
                               recheck="1s", max_attempts_per_day=100)
        came, rounds = [], 6
        for _ in range(rounds):
            since = self.since(both, "new")
            self.sim.command("silent-disarm", pool="new")
            ready, message = threading.Barrier(2), alerting.webhook(alerting.alert("new"))
            answers = {}

            def deliver(each):
                ready.wait()
                answers[each.name] = each.post("/api/v1/alerts", message, alerting.TOKEN).status

            threads = [threading.Thread(target=deliver, args=(each,)) for each in both]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(answers, {"one": 200, "other": 200})
            for each in both:
                wait_until(f"{each.name} has done with it", lambda each=each: self.over(each, "new", since[each.name]), 180)
            came.append(self.judge_two(both, "new", since))
            self.assertTrue(self.sim.pool("new")["ha_enabled"])
        print(f"\n  what the second met, {rounds} times: {', '.join(code or 'saw it run, did not try' for code in came)}")
        self.assertEqual(self.sim.writes(), enables(self.sim))


if __name__ == "__main__":
    story.main()
