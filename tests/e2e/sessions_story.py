#!/usr/bin/python3 -B
"""Watching is polite: two sessions a pool, one for questions and one for the event stream, whatever the number of rounds,
and nothing is ever written."""

import collections

import story
from story import wait_until

POOLS, HOSTS, ROUNDS = 3, 16, 25  # 3 x 16 x 25 = 1200 direct questions


class Sessions(story.Story):
    def test_a_thousand_questions_open_no_further_session(self):
        sim, exporter = self.watched("--pools", POOLS, "--hosts", HOSTS, cloudstack="4.20.3.0")
        exporter.wait_for("every host is known", lambda now: len(now.all("xenha_host_live")) == POOLS * HOSTS)
        masters = {pool["master"] for pool in sim.state()["pools"]}

        def pool_sessions():
            return sorted((s["host"], s["ref"]) for s in sim.sessions() if s["kind"] == "pool")

        held = pool_sessions()
        self.assertEqual([host for host, _ in held], sorted([*masters] * 2))
        start = sim.last_call()

        def direct_questions():
            return [call for call in sim.calls(start) if call["method"] in ("pool.get_all", "session.login_with_password")]

        wait_until("a thousand direct questions", lambda: len(direct_questions()) > POOLS * HOSTS * ROUNDS, seconds=200, every=2)
        self.assertEqual(pool_sessions(), held)
        calls = sim.calls(start)
        logins = [call for call in calls if call["method"] == "session.login_with_password" and call["host"] in masters]
        self.assertEqual(logins, [], "a login on the master")
        # Slaves answer a login with the master's address and make no session of it.
        outcomes = collections.Counter(call["outcome"] for call in calls if call["method"] == "session.login_with_password")
        self.assertEqual(set(outcomes), {"HOST_IS_SLAVE"})
        in_sessions = [call for call in calls if call["session"] == "pool" and not call["method"].startswith("GET ")]
        self.assertEqual({call["originator"] for call in in_sessions}, {"xenha-exporter"})
        self.assertEqual(sim.writes(), [])

        counted = exporter.metrics()
        for pool in sim.state()["pools"]:
            self.assertEqual(counted.value("xenha_exporter_sessions", pool=pool["name"]), 2)


if __name__ == "__main__":
    story.main()
