#!/usr/bin/python3 -B
"""What a real Alertmanager sends beside the first message: repeats, resolves, groups that are cut off or mixed, the same from
both of a pair, everything again after a failure. The alerts are given to it as Prometheus would."""

import re
import time

import story
from story import wait_until
import alerting
from hooks_daemon import OPERATOR, Daemon, enables

SPEED = 10


def pools(count):
    return [{"name": f"cluster{number}", "hosts": 3, "vms": 6} for number in range(1, count + 1)]


def one_group(config):
    """What the example does not do: all pools in one message."""
    alerting.quick(config)
    alerting.hooks_route(config)["group_by"] = ["alertname"]


def cut_off(config):
    """The second of the daemons gets one alert a message, which the example warns of."""
    one_group(config)
    receiver = next(receiver for receiver in config["receivers"] if receiver["name"] == "xenha-hooks")
    receiver["webhook_configs"][1]["max_alerts"] = 1


class FromAlertmanager(story.Story):
    def simulate(self, count=1):
        self.sim = self.stage.simulator(world={"scheme": "https", "speed": SPEED, "pools": pools(count)}, speed=SPEED)

    def daemon(self, *arguments, **options):
        daemon = Daemon(self.stage, self.sim, *arguments, **options)
        for pool in self.sim.state()["pools"]:
            wait_until(f"{daemon.name} knows {pool['name']}", lambda pool=pool: daemon.knows(pool["name"]))
        return daemon

    def put_back(self, daemon, pool="cluster1"):
        wait_until("HA is back, verified", lambda: daemon.metrics().value(
            "xenha_hooks_actions_total", pool=pool, outcome="success") == 1, seconds=180)
        wait_until("it says so", lambda: daemon.newest(pool) == ("done", "already_enabled"), seconds=120)
        self.assertEqual(len(enables(self.sim, pool)), 1)
        self.assertEqual(self.sim.writes(), enables(self.sim))

    def test_repeats_and_resolved(self):
        """One alert, told again and again, is one decision. Resolved cancels what has not begun, and stands in nobody's way."""
        self.simulate()
        daemon = self.daemon()
        with alerting.Receiver() as receiver:
            manager = self.stage.alertmanager(alerting.configure(self.stage, receiver, [daemon], change=alerting.quick))
            daemon.order("pause", "cluster1", reason="the disks are being looked at", **{"for": "1h"})
            self.sim.command("silent-disarm", pool="cluster1")
            began = time.time()
            manager.send(alerting.alert("cluster1", began))
            wait_until("it is told three times", lambda: len(daemon.journal.receipts("cluster1")) >= 3, 120)
            wait_until("the pause holds it", lambda: daemon.newest("cluster1") == ("wait", "paused"))
            receipts = daemon.journal.receipts("cluster1")
            self.assertEqual([(one["result"], one["reason"]) for one in receipts[:3]],
                             [("accepted", "new")] + 2 * [("duplicate", "still_open")])
            self.assertGreaterEqual(daemon.metrics().value(
                "xenha_hooks_alerts_received_total", alertname="XenHAPoolHADisabled", status="firing"), 3)
            manager.send(alerting.alert("cluster1", began, ended=time.time()))
            wait_until("it is told that it is over", lambda: daemon.journal.receipts("cluster1", status="resolved"), 120)
            self.assertEqual(daemon.journal.closings("cluster1"), ["resolved"])
            self.assertEqual(daemon.journal.decisions("cluster1"), [("wait", "paused")])
            daemon.order("resume", "cluster1")
            wait_until("it has nothing to do", lambda: daemon.idle("cluster1"))
            self.assertEqual(self.sim.writes(), [])
            self.assertFalse(self.sim.pool("cluster1")["ha_enabled"])
            manager.send(alerting.alert("cluster1"))
            self.put_back(daemon)
            self.assertEqual(len(daemon.journal.receipts("cluster1", result="accepted")), 2)

    def test_resolved_does_not_stop_what_has_begun(self):
        self.simulate()
        daemon = self.daemon(factor=SPEED, verify="20s")
        with alerting.Receiver() as receiver:
            manager = self.stage.alertmanager(alerting.configure(self.stage, receiver, [daemon], change=alerting.quick))
            self.sim.command("silent-disarm", pool="cluster1")
            began = time.time()
            manager.send(alerting.alert("cluster1", began))
            wait_until("it acts", lambda: daemon.journal.attempts("cluster1"), 120)
            manager.send(alerting.alert("cluster1", began, ended=time.time()))
            wait_until("it is told that it is over", lambda: daemon.journal.receipts("cluster1", status="resolved"), 120)
            wait_until("HA is back, verified", lambda: [
                one["result"] for one in daemon.journal.attempts("cluster1")] == ["success"], seconds=180)
            self.assertEqual(len(enables(self.sim)), 1)
            self.assertEqual(daemon.journal.closings("cluster1"), ["resolved"])
            self.assertEqual(daemon.metrics().value("xenha_hooks_journal_errors_total"), 0)
            self.assertNotIn("level=error", daemon.log())

    def test_resolved_while_it_looks_once_more(self):
        """HA has been on for the flap window: the daemon closes the alert itself, but Alertmanager was first. Sent by hand."""
        self.simulate()
        daemon = self.daemon(factor=SPEED, read_gap="5s", flap_window="1s")
        began = time.time()
        self.sim.command("silent-disarm", pool="cluster1")

        def send(**more):
            reply = daemon.post("/api/v1/alerts", alerting.webhook(alerting.alert("cluster1", began, **more)), alerting.TOKEN)
            return reply.json()["results"][0]["reason"]

        self.assertEqual(send(), "new")
        self.put_back(daemon)
        done = daemon.decisions(OPERATOR, pool="cluster1", limit=1)[0]["timestamp_seconds"]
        wait_until("the flap window is over", lambda: time.time() - done > 1.5)
        self.assertEqual(send(), "still_open")  # it looks, and looks again five seconds later
        self.assertEqual(send(ended=time.time()), "was_open")
        wait_until("it has nothing to do", lambda: daemon.idle("cluster1"))
        self.assertEqual(daemon.journal.closings("cluster1"), ["resolved"])
        self.assertEqual(daemon.metrics().value("xenha_hooks_journal_errors_total"), 0)
        self.assertNotIn("level=error", daemon.log())

    def test_groups_that_are_mixed_or_cut_off(self):
        self.simulate(3)
        whole, cut = self.daemon("whole", "standby"), self.daemon("cut", "standby")
        names = [pool["name"] for pool in pools(3)]
        with alerting.Receiver() as receiver:
            manager = self.stage.alertmanager(alerting.configure(self.stage, receiver, [whole, cut], change=cut_off))
            for pool in names:
                self.sim.command("silent-disarm", pool=pool)
            began = time.time()
            manager.send(*[alerting.alert(pool, began) for pool in names])

            def accepted(daemon):
                return [pool for pool in names if daemon.journal.receipts(pool, result="accepted")]

            wait_until("the first has all three", lambda: accepted(whole) == names, 120)
            wait_until("the second is told that alerts are missing", lambda: cut.metrics().value(
                "xenha_hooks_truncated_alerts_total") >= 2, 120)
            first = cut.journal.rows("SELECT * FROM receipt WHERE at = (SELECT min(at) FROM receipt)")
            self.assertEqual([one["result"] for one in first], ["accepted"])  # which of the three may change with each message
            self.assertEqual(whole.metrics().value("xenha_hooks_truncated_alerts_total"), 0)
            self.assertRegex(cut.log(), r'level=warn msg="Alertmanager left alerts out; set max_alerts: 0.*truncated=2')
            self.assertNotIn("left alerts out", whole.log())

            manager.send(alerting.alert("cluster2", began, ended=time.time()))
            wait_until("the first is told that one is over", lambda: whole.journal.receipts("cluster2", status="resolved"), 120)
            over = whole.journal.receipts("cluster2", status="resolved")[0]
            self.assertEqual((over["result"], over["reason"]), ("resolved", "was_open"))
            # Of the same message, written down in the same moment.
            self.assertEqual({(one["status"], one["result"]) for pool in ("cluster1", "cluster3")
                              for one in whole.journal.rows("SELECT * FROM receipt WHERE at = ? AND pool = ?", over["at"], pool)},
                             {("firing", "duplicate")})
            self.assertEqual([whole.journal.closings(pool) for pool in names], [[None], ["resolved"], [None]])
        self.assertEqual(self.sim.writes(), [])

    def test_a_pair_whose_members_do_not_see_each_other(self):
        """Each sends everything."""
        self.simulate()
        daemon = self.daemon()
        with alerting.Receiver() as receiver:
            config = alerting.configure(self.stage, receiver, [daemon], change=alerting.quick)
            pair = [self.stage.alertmanager(config, name=f"alertmanager{number}") for number in (1, 2)]
            self.sim.command("silent-disarm", pool="cluster1")
            alert = alerting.alert("cluster1")
            for member in pair:
                member.send(alert)
            wait_until("it has it from both", lambda: len({one["sender"] for one in daemon.journal.receipts("cluster1")}) == 2, 120)
            self.put_back(daemon)
            self.assertEqual(len(daemon.journal.receipts("cluster1", result="accepted")), 1)
            self.assertEqual(len({one["fingerprint"] for one in daemon.journal.receipts("cluster1")}), 1)

    def test_nothing_is_lost_while_the_daemon_is_down(self):
        """Both of a pair fail to deliver, both try again, interleaved."""
        self.simulate()
        daemon = self.daemon()
        with alerting.Receiver() as receiver:
            config = alerting.configure(self.stage, receiver, [daemon], change=alerting.quick)
            pair = self.stage.alertmanager_pair(config, peer_timeout="1s")
            daemon.stop()
            self.sim.command("silent-disarm", pool="cluster1")
            alert = alerting.alert("cluster1")
            for member in pair:
                member.send(alert)
            for member in pair:
                wait_until(f"{member.name} has tried in vain", lambda member=member: member.metrics().value(
                    "alertmanager_notification_requests_failed_total", integration="webhook") >= 2, 120)
            daemon = Daemon(self.stage, self.sim, address=daemon.address)
            self.put_back(daemon)
            self.assertEqual(len(daemon.journal.receipts("cluster1", result="accepted")), 1)

    def test_sent_again_when_it_could_not_be_written_down(self):
        self.simulate()
        daemon = self.daemon()
        with alerting.Receiver() as receiver:
            manager = self.stage.alertmanager(alerting.configure(self.stage, receiver, [daemon], change=alerting.quick))
            self.sim.command("silent-disarm", pool="cluster1")
            with daemon.journal.writers_wait():
                manager.send(alerting.alert("cluster1"))
                wait_until("Alertmanager was told to send it again", lambda: re.search(
                    r"unexpected status code 503", manager.log()), 120)
                self.assertEqual(daemon.journal.receipts("cluster1"), [])
            self.put_back(daemon)
            self.assertGreaterEqual(daemon.metrics().value("xenha_hooks_journal_errors_total"), 1)
            self.assertEqual(len(daemon.journal.receipts("cluster1", result="accepted")), 1)


if __name__ == "__main__":
    story.main()
