#!/usr/bin/python3 -B
"""Alerts as no good day brings them: late, early, twice, out of order, from the past and the future, of pools that are gone.

The table of hooks/ALERTS.md, row by row, against the real daemon. Nothing here is Alertmanager's usual: its own stories are
elsewhere.
"""

import concurrent.futures
import json
import pathlib
import signal
import socket

import story
from hooks_setup import Acting, config_of
from hooks_story import TOKEN, message
from story import http, wait_until

# flap_window 0s: an episode is closed by the first look that finds HA on; where a test needs it open longer, it says so.
GUARDS = "{settle: 1s, read_gap: 1s, recheck: 1s, verify: 1s, cool_down: 1s, flap_window: 0s, kill_switch_file: STOP}"
WEBHOOKS = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "webhook"


class OddAlerts(Acting):
    def start(self, pools=("cluster1", "cluster2"), guards=GUARDS):
        self.begin(pools, guards, speed=20, hosts=2)

    def lose(self, pool):
        self.sim.command("silent-disarm", pool=pool)

    def hold(self, pool):
        self.assertEqual(self.order("pause", pool, reason="test", **{"for": "1h"}), 200)

    def is_over(self, pool):
        wait_until(f"the episode of {pool} is closed", lambda: pool not in [one[0] for one in self.open_alerts()])

    def open_alerts(self):
        journal = self.journal()
        return sorted((journal.rows["alert"][alert]["pool"], journal.rows["alert"][alert]["fingerprint"]) for alert in journal.open)

    def left_alone(self, pool, enables=0):
        """Nobody asks the pools any more, as nothing is open; and nothing more was written."""
        seen = []

        def quiet():
            seen.append(self.sim.last_call())
            return len(seen) > 1 and seen[-1] == seen[-2]

        wait_until("two rechecks passed without a call", quiet, every=2.5)
        self.assertEqual([one for one in self.open_alerts() if one[0] == pool], [])
        self.assertEqual(len(self.enables(pool)), enables)

    def test_firing_after_resolved(self):
        self.start()
        self.hold("cluster1")
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1"), ("accepted", "new"))
        self.wait_for_decision("cluster1", "wait", "paused")
        self.assertEqual(self.send("cluster1", "resolved"), ("resolved", "was_open"))
        self.assertEqual(self.send("cluster1", "resolved"), ("duplicate", "already_closed"))
        self.assertEqual(self.order("resume", "cluster1"), 200)
        for _ in range(3):
            self.assertEqual(self.send("cluster1"), ("duplicate", "already_closed"))
        self.left_alone("cluster1")
        # The same fingerprint with another start is another episode.
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T05:00:00Z"), ("accepted", "new"))
        self.wait_for_success("cluster1")
        self.assertEqual(len(self.enables("cluster1")), 1)

    def test_resolved_before_firing(self):
        self.start()
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", "resolved"), ("resolved", "never_open"))
        self.assertEqual(self.send("cluster1"), ("duplicate", "already_closed"))
        self.left_alone("cluster1")

    def test_an_episode_that_begins_anew_takes_the_place_of_the_old(self):
        self.start()
        self.hold("cluster1")
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:00:00Z"), ("accepted", "new"))
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:00:10Z"), ("accepted", "new"))
        self.assertEqual(len(self.open_alerts()), 1)
        closings = [row["why"] for row in self.journal().rows["closing"].values()]
        self.assertEqual(closings, ["superseded"])
        # The other member of a pair goes on with the start that it knows, and both say when it is over.
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:00:00Z"), ("duplicate", "already_closed"))
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:00:10Z"), ("duplicate", "still_open"))
        self.assertEqual(self.send("cluster1", "resolved", starts_at="2026-11-27T03:00:00Z"), ("resolved", "was_open"))
        self.assertEqual(self.open_alerts(), [])

    def test_starts_in_the_future_and_in_the_past(self):
        """Whose clock is wrong nobody knows: an alert counts from when it came, and the pool has the last word."""
        self.start()
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2199-01-01T00:00:00Z"), ("accepted", "new"))
        self.wait_for_success("cluster1")
        self.is_over("cluster1")
        # It is over before it began, by that clock.
        self.assertEqual(self.send("cluster1", "resolved", starts_at="2199-01-01T00:00:00Z"), ("duplicate", "already_closed"))
        self.lose("cluster2")
        self.assertEqual(self.send("cluster2", starts_at="1970-01-01T00:00:01Z"), ("accepted", "new"))
        self.wait_for_success("cluster2")
        self.is_over("cluster2")
        for starts_at in ("0001-01-01T00:00:00Z", "2300-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "yesterday", ""):
            answer = self.hooks.post("/api/v1/alerts", message("cluster1", starts_at=starts_at, fingerprint="f" * 16), TOKEN)
            self.assertEqual(answer.status, 400, starts_at)
            self.assertIn("startsAt", answer.json()["error"])
        self.assertEqual(self.open_alerts(), [])

    def test_resolved_by_a_clock_that_is_behind(self):
        self.start()
        self.hold("cluster1")
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:00:00Z"), ("accepted", "new"))
        self.assertEqual(self.send("cluster1", "resolved", starts_at="2026-11-27T03:00:00Z", endsAt="2026-11-27T02:00:00Z"),
                         ("resolved", "was_open"))
        self.assertEqual(self.open_alerts(), [])

    def test_an_alert_older_than_the_recovery(self):
        """Somebody switched HA on, and it was lost again: the old alert comes late and is about the first time."""
        self.start()
        self.assertEqual(self.send("cluster1", starts_at="2026-11-20T03:00:00Z"), ("accepted", "new"))
        self.wait_for_decision("cluster1", "done", "already_enabled")
        self.is_over("cluster1")
        self.assertEqual(self.enables(), [])
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2026-11-20T03:00:00Z"), ("duplicate", "already_closed"))
        self.left_alone("cluster1")
        self.assertEqual(self.send("cluster1", starts_at="2026-11-27T03:00:00Z"), ("accepted", "new"))
        self.wait_for_success("cluster1")

    def test_lost_again_before_it_is_resolved(self):
        """Alertmanager goes on firing for minutes after HA is back; the episode stays open for as long, and wants nothing."""
        self.start(guards=GUARDS.replace("flap_window: 0s", "flap_window: 1h").replace("cool_down: 1s", "cool_down: 0s"))
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1"), ("accepted", "new"))
        self.wait_for_success("cluster1")
        self.wait_for_decision("cluster1", "done", "already_enabled")
        self.assertEqual([one[0] for one in self.open_alerts()], ["cluster1"])
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1"), ("duplicate", "still_open"))
        self.wait_for_decision("cluster1", "refuse", "gave_up")
        self.assertEqual(self.send("cluster1", "resolved"), ("resolved", "was_open"))
        self.assertEqual(self.hooks.metrics().value("xenha_hooks_gave_up", pool="cluster1"), 1)
        self.assertEqual(len(self.enables("cluster1")), 1)

    def test_a_firing_one_that_says_when_it_ends(self):
        """What Alertmanager sends has no end while it fires; a relay's may. Firing is firing."""
        self.start()
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1", endsAt="2026-11-27T03:05:00Z"), ("accepted", "new"))
        self.assertEqual(self.send("cluster1", endsAt="2026-11-27T03:06:00Z")[0], "duplicate")
        self.wait_for_success("cluster1")

    def test_a_pool_that_is_taken_out_and_put_back(self):
        self.start()
        self.hold("cluster2")
        self.lose("cluster2")
        self.assertEqual(self.send("cluster2"), ("accepted", "new"))
        self.wait_for_decision("cluster2", "wait", "paused")

        def reload(pools):
            before = self.hooks.log().count("configuration reloaded")
            self.rewrite(pools)
            self.hooks.signal(signal.SIGHUP)
            wait_until("it was reloaded", lambda: self.hooks.log().count("configuration reloaded") > before)

        reload(["cluster1"])
        self.assertEqual(self.send("cluster2", starts_at="2026-11-27T04:00:00Z"), ("ignored", "unknown_pool"))
        self.assertEqual(self.hooks.metrics().all("xenha_hooks_paused", pool="cluster2"), [])
        # It waits for the pool to come back, and holds up nobody.
        self.assertEqual([one[0] for one in self.open_alerts()], ["cluster2"])
        self.lose("cluster1")
        self.assertEqual(self.send("cluster1"), ("accepted", "new"))
        self.wait_for_success("cluster1")
        reload(["cluster1", "cluster2"])
        wait_until("the pause still holds", lambda: self.newest("cluster2") == ("wait", "paused"))
        self.assertEqual(self.order("resume", "cluster2"), 200)
        self.wait_for_success("cluster2")
        self.is_over("cluster2")
        # Over while the pool was away: it is heard.
        self.lose("cluster2")
        self.hold("cluster2")
        self.assertEqual(self.send("cluster2", starts_at="2026-11-27T05:00:00Z"), ("accepted", "new"))
        reload(["cluster1"])
        self.assertEqual(self.send("cluster2", "resolved", starts_at="2026-11-27T05:00:00Z"), ("resolved", "was_open"))
        reload(["cluster1", "cluster2"])
        self.assertEqual(self.order("resume", "cluster2"), 200)
        self.left_alone("cluster2", enables=1)

    def rewrite(self, pools):
        self.config.write_text(config_of(self.sim, "hooks", self.guards, pools, self.change), encoding="utf-8")

    def test_a_pair_that_differs_in_everything_but_the_alert(self):
        self.start()
        self.lose("cluster1")
        first, second = (json.loads((WEBHOOKS / f"pair_{name}.json").read_text(encoding="utf-8")) for name in ("first", "second"))
        second["groupKey"] = '{}/{team="storage"}:{pool="cluster1"}'  # another release, another route
        self.assertNotEqual(first["externalURL"], second["externalURL"])
        results = []
        for body in (first, second, first, second, second, first):  # both retry, interleaved
            answer = self.hooks.post("/api/v1/alerts", body, TOKEN)
            self.assertEqual(answer.status, 200)
            results += [(one["result"], one["reason"]) for one in answer.json()["results"] if one["pool"] == "cluster1"]
        self.assertEqual(results[0], ("accepted", "new"))
        self.assertEqual({one[0] for one in results[1:]}, {"duplicate"})
        self.wait_for_success("cluster1")
        self.is_over("cluster1")
        self.assertEqual(self.hooks.post("/api/v1/alerts", second, TOKEN).json()["results"][0]["reason"], "already_closed")
        self.assertEqual(len(self.enables("cluster1")), 1)
        senders = {row["sender"] for row in self.journal().rows["receipt"].values()}
        self.assertEqual(senders, {first["externalURL"], second["externalURL"]})

    def test_twenty_at_the_same_time(self):
        self.start()
        self.hold("cluster1")
        self.lose("cluster1")
        with concurrent.futures.ThreadPoolExecutor(20) as crowd:
            results = list(crowd.map(lambda _: self.send("cluster1"), range(100)))
        self.assertEqual(results.count(("accepted", "new")), 1)
        self.assertEqual(results.count(("duplicate", "still_open")), 99)
        self.assertEqual(len(self.open_alerts()), 1)
        self.assertEqual(len(self.journal().rows["receipt"]), 100)
        self.assertEqual(self.order("resume", "cluster1"), 200)
        self.wait_for_success("cluster1")
        self.assertEqual(len(self.enables("cluster1")), 1)

    def test_large_and_slow_clients_hold_up_nobody(self):
        self.start()
        self.lose("cluster1")
        large = json.dumps(message("cluster1") | {"padding": "x" * (1 << 20)}).encode()
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        self.assertEqual(http(self.hooks.url + "/api/v1/alerts", large, headers, "POST").status, 413)
        host, port = self.hooks.address.split(":")
        body = json.dumps(message("cluster1")).encode()

        def dawdle(path, token):
            connection = socket.create_connection((host, int(port)), timeout=60)
            connection.sendall((f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json"
                                f"\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body[:20])
            return connection

        def answer(connection):
            with connection:
                return connection.recv(200).split(b" ")[1]

        # Strangers get no place to be slow at; those who know the token get one until they are cut off.
        strangers = [dawdle("/api/v1/alerts", "wrong") for _ in range(30)] + [dawdle("/elsewhere", TOKEN) for _ in range(5)]
        known = [dawdle("/api/v1/alerts", TOKEN) for _ in range(10)]
        self.assertEqual(self.send("cluster2"), ("accepted", "new"))
        self.assertEqual({answer(connection) for connection in strangers[:30]}, {b"401"})
        self.assertEqual({answer(connection) for connection in strangers[30:]}, {b"413"})
        self.assertEqual({answer(connection) for connection in known}, {b"408"})
        self.assertEqual([one for one in self.open_alerts() if one[0] == "cluster1"], [])
        self.assertEqual(self.send("cluster1"), ("accepted", "new"))
        self.wait_for_success("cluster1")


if __name__ == "__main__":
    story.main()
