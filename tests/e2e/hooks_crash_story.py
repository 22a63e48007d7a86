#!/usr/bin/python3 -B
"""kill -9 of the real daemon, two hundred times and anywhere: no receipt and no entry is lost, no pool gets two enables.

Five daemons, each with a journal and pools of its own, live in one simulation and are killed independently of each other,
at random moments or when their log says that an act begins. Every pool loses HA once; `cool_down` is longer than the test,
so each pool may get one enable and no more. XENHA_SEED=N plays the same choices again (not the same timing).
"""

import collections
import http.client
import os
import random
import re
import threading
import time

import story
import stage
from hooks_setup import Acting, Journal, TABLES, config_of, write_tokens
from hooks_story import TOKEN, message
from story import wait_until

SPEED = 20  # an enable takes 36 simulated seconds with two hosts
VICTIMS, POOLS = 5, 16  # pools of each; the last one never loses HA
KILLS = int(os.environ.get("XENHA_KILLS", "210"))
SEED = int(os.environ.get("XENHA_SEED", str(random.SystemRandom().randrange(1_000_000))))
GUARDS = ("{settle: 1s, read_gap: 100ms, recheck: 1s, verify: 1s, cool_down: 24h, max_attempts_per_day: 2, flap_window: 0s, "
          "storm_pools: 1000, kill_switch_file: STOP}")
STAGES = ("receipt", "evaluation", "decided", "sending", "running", "verify", "reconcile", "after")
FOUND = "found without outcome"


class Life(stage.Program):
    """The daemon from its start to its end; it need not get as far as to listen."""

    def __init__(self, on_stage, config, name):
        super().__init__(on_stage, on_stage.directory, name, [
            on_stage.programs / "xenha-hooks", "--config.file", config, "--web.listen-address", "127.0.0.1:0"])
        self.url = None

    def listening(self):
        found = re.search(r'msg"?[=:]"?listening"?.*?address"?[=:]"?(127\.0\.0\.1:\d+)', self.log())
        if found:
            self.url = f"http://{found[1]}"
        return self.url

    post, get = stage.Hooks.post, stage.Hooks.get


class Victim:
    """One daemon that is killed again and again, and what it has promised."""

    def __init__(self, test, sim, number):
        self.test, self.sim, self.number = test, sim, number
        self.random = random.Random(f"{SEED}.{number}")
        self.pools = [f"v{number}p{pool}" for pool in range(1, POOLS + 1)]
        self.healthy = self.pools[-1]
        self.to_lose = self.pools[:-1]
        self.lost = []
        self.directory = test.stage.directory / f"state{number}"
        self.directory.mkdir(mode=0o700)
        self.config = test.stage.directory / f"hooks{number}.yml"
        self.config.write_text(config_of(sim, self.directory.name, GUARDS, self.pools), encoding="utf-8")
        self.sent = {}  # (fingerprint, startsAt) -> alert
        self.pending = []  # messages that were not answered: sent again, as Alertmanager does
        self.acknowledged = {}  # receipt id -> (fingerprint, result, reason)
        self.shown = {}  # decision id -> (verdict, reason), as the API showed it
        self.known = Journal(self.directory, self.scratch())
        self.lives, self.under_way = 0, False
        self.struck = collections.Counter()
        self.problem = None

    def scratch(self):
        return self.test.stage.directory / f"copy{self.number}"

    # What Alertmanager would send.

    def alert(self, pool):
        fingerprint = f"{self.random.getrandbits(64):016x}"
        starts_at = f"2026-11-27T03:{self.random.randrange(60):02}:{self.random.randrange(60):02}.{self.random.randrange(10**6):06}Z"
        found = message(pool, starts_at=starts_at, fingerprint=fingerprint)
        self.sent[(fingerprint, starts_at)] = found
        return found

    def wanting(self, journal):
        """Pools that lost HA and have no outcome yet."""
        attempted = {row["pool"] for row in journal.rows["attempt"].values() if row["id"] in journal.outcomes()}
        return [pool for pool in self.lost if pool not in attempted]

    def next_message(self):
        if self.pending:
            return self.pending.pop(0)
        if self.to_lose and len(self.wanting(self.known)) + len(self.fresh) < 3 and self.random.random() < 0.3:
            pool = self.to_lose.pop(0)
            self.sim.command("silent-disarm", pool=pool)
            slow = self.random.choices(("session.login_with_password", "Async.pool.enable_ha", None), (20, 60, 20))[0]
            if slow:  # an answer that takes its time: more moments between the decision and the call, or the call and its task
                self.sim.command("answers", pool=pool, method=slow, fault="slow:0.3")
            self.lost.append(pool)
            self.fresh.append(pool)
            return self.alert(pool)
        kind = self.random.random()
        if kind < 0.4 and self.sent:
            return self.random.choice(list(self.sent.values()))
        if kind < 0.7:
            return self.alert(self.healthy)
        if kind < 0.8:
            healthy = [one for one in self.sent.values() if one["alerts"][0]["labels"]["pool"] == self.healthy]
            if healthy:
                alert = self.random.choice(healthy)["alerts"][0]
                return message(self.healthy, "resolved", alert["startsAt"], alert["fingerprint"])
        return self.alert("of-another-daemon")

    def talk(self, life):
        """Posts and asks until nobody answers."""
        while True:
            body = self.next_message()
            try:
                self.under_way = True
                answer = life.post("/api/v1/alerts", body, TOKEN)
                self.under_way = False
                self.test.assertEqual(answer.status, 200, answer.text)
                for result in answer.json()["results"]:
                    self.acknowledged[result["id"]] = (result["fingerprint"], result["result"], result["reason"])
                if self.random.random() < 0.1:
                    shown = life.get("/api/v1/decisions?limit=200", TOKEN)
                    if shown.status == 200:
                        self.shown.update({one["id"]: (one["verdict"], one["reason"]) for one in shown.json()["decisions"]})
            except (OSError, ValueError, http.client.HTTPException):  # cut off in the middle
                if self.under_way:
                    self.pending.append(body)
                return
            if life.struck.wait(self.random.uniform(0, 0.05)):
                return

    # The killer.

    def has_come(self, life, aim):
        """What the kill waits for: that the daemon begins an act, that its call has arrived, that HA is on by it."""
        begun = re.findall(r"switching pool HA on.*?pool=(\S+)", life.log())
        if not begun or aim == "act":
            return bool(begun)
        if aim == "sent":
            return any(call["pool"] == begun[-1] for call in self.sim.writes())
        return self.sim.pool(begun[-1])["ha_enabled"]

    def wait_and_kill(self, life, aim, delay):
        rest = self.killer_random.random()
        if aim in ("act", "sent", "on"):
            deadline = time.monotonic() + delay
            while time.monotonic() < deadline and not self.has_come(life, aim):
                time.sleep(0.002 if aim == "act" else 0.02)
            delay = rest * {"act": self.killer_random.choice((0, 0.05, 1.5)), "sent": 0.2, "on": 2}[aim]
        time.sleep(delay)
        life.process.kill()
        self.ha_on = {pool["name"]: pool["ha_enabled"] for pool in self.sim.state()["pools"]}
        self.test.note_writes()
        life.process.wait()
        life.struck.set()

    def live_and_die(self):
        self.lives += 1
        # An attempt without outcome holds up all others, and takes a few seconds to be settled.
        if self.known.unfinished():
            aims = {"start": 5, "soon": 10, "later": 10, "long": 75}
        elif self.wanting(self.known):
            aims = {"start": 5, "soon": 10, "later": 10, "act": 25, "sent": 25, "on": 25}
        else:
            aims = {"start": 10, "soon": 60, "later": 30}
        aim = self.random.choices(list(aims), list(aims.values()))[0]
        least, most = {"start": (0, 0.15), "soon": (0.1, 0.8), "later": (0.5, 2.5), "long": (3.5, 5.5)}.get(aim, (6, 6))
        delay = self.random.uniform(least, most)
        self.killer_random = random.Random(self.random.random())
        self.fresh = []
        life = Life(self.test.stage, self.config, f"hooks{self.number}-{self.lives}")
        life.struck = threading.Event()
        killer = threading.Thread(target=self.wait_and_kill, args=(life, aim, delay))
        killer.start()
        while not life.struck.is_set() and not life.listening():
            time.sleep(0.005)
        if not life.struck.is_set():
            self.talk(life)
        killer.join()
        self.test.stage.running.remove(life)
        self.judge(life)

    # What must be true of the journal of the dead.

    def judge(self, life):
        test, where = self.test, f"daemon {self.number}, life {self.lives}"
        journal = Journal(self.directory, self.scratch())
        if self.lives > 1 or journal.rows["receipt"]:
            test.assertEqual(journal.sound, "ok", where)
        for table in TABLES:
            for id, row in self.known.rows[table].items():
                test.assertEqual(journal.rows[table].get(id), row, f"{where}: {table} {id} was there before")
        for id, promised in self.acknowledged.items():
            row = journal.rows["receipt"].get(id)
            test.assertIsNotNone(row, f"{where}: receipt {id} was answered with 200")
            test.assertEqual((row["fingerprint"], row["result"], row["reason"]), promised, where)
        for id, promised in self.shown.items():
            row = journal.rows["decision"].get(id)
            test.assertIsNotNone(row, f"{where}: decision {id} was shown")
            test.assertEqual((row["verdict"], row["reason"]), promised, where)
        log = life.log()
        if said := re.search(r'the journal was opened"?.*open_alerts=(\d+) attempts_without_outcome=(\d+)', log):
            test.assertEqual((int(said[1]), int(said[2])), (len(self.known.open), len(self.known.unfinished())), where)
        told = set(re.findall(r'an attempt has no outcome; .*?pool=(\S+)', log))
        noted = {row["attempt"] for id, row in journal.rows["note"].items()
                 if id not in self.known.rows["note"] and row["text"].startswith(FOUND)}
        of_before = {row["id"]: row["pool"] for row in self.known.unfinished()}
        test.assertLessEqual({of_before[attempt] for attempt in noted if attempt in of_before}, told, where)
        self.count(journal)
        self.known, self.fresh = journal, []

    def count(self, journal):
        """In which stages the kill struck, by the journal alone; whether HA was on by then says the simulator."""
        born = self.known.newest_id()
        outcomes, struck = journal.outcomes(), set()
        if self.under_way:
            struck.add("receipt")
        self.under_way = False
        attempted = {row["decision"] for row in journal.rows["attempt"].values()}
        for alert in journal.open:
            decided = [row for row in journal.rows["decision"].values() if row["alert"] == alert]
            newest = max(decided, key=lambda row: row["id"], default=None)
            if newest is None or newest["verdict"] == "wait":
                struck.add("evaluation")
            elif newest["verdict"] == "act" and newest["id"] not in attempted:
                struck.add("decided")
        for attempt in journal.rows["attempt"].values():
            notes = journal.notes(attempt["id"])
            if attempt["id"] in outcomes:
                if outcomes[attempt["id"]]["id"] > born:
                    struck.add("after")
            elif any(row["text"].startswith(FOUND) and row["id"] > born for row in notes):
                struck.add("reconcile")
            elif attempt["id"] > born and not notes:
                struck.add("sending")
            elif attempt["id"] > born:
                struck.add("verify" if self.ha_on[attempt["pool"]] else "running")
        self.struck.update(struck)
        self.struck["idle" if not struck else "any"] += 1

    # The last life: nobody disturbs it.

    def finish(self):
        self.fresh = []
        life = stage.Hooks(self.test.stage, self.config, name=f"hooks{self.number}-last")
        while self.pending:
            answer = life.post("/api/v1/alerts", self.pending.pop(0), TOKEN)
            self.test.assertEqual(answer.status, 200)
            for result in answer.json()["results"]:
                self.acknowledged[result["id"]] = (result["fingerprint"], result["result"], result["reason"])

        def settled():
            life.must_be_alive()
            journal = Journal(self.directory, self.scratch())  # of the living: a copy may be torn, then the next one is not
            return journal.sound == "ok" and not journal.unfinished() and not self.wanting(journal)

        wait_until(f"daemon {self.number}: every attempt has its outcome", settled, seconds=240, every=0.5)
        code, took = life.stop()
        self.test.assertEqual(code, 0)
        self.lives += 1
        self.ha_on = {}
        self.judge(life)

    def run(self, kills):
        try:
            # On a machine that is busy with something else a short stage may not have been struck yet: some more, then.
            while self.lives < kills or (self.lives < kills + 15 and self.to_lose and not self.test.every_stage_was_struck()):
                self.live_and_die()
            self.finish()
        except BaseException as problem:  # told by the test's own thread
            self.problem = problem


class Crash(story.Story):
    def test_killed_anywhere(self):
        print(f"\n  seed {SEED}")
        pools = [{"name": f"v{number}p{pool}", "hosts": 2, "vms": 0} for number in range(VICTIMS) for pool in range(1, POOLS + 1)]
        self.sim = self.stage.simulator(world={"pools": pools, "speed": SPEED}, speed=SPEED)
        self.written = {}  # number -> call; the simulator's log keeps the newest 100,000 calls only
        write_tokens(self.stage.directory)
        self.victims = victims = [Victim(self, self.sim, number) for number in range(VICTIMS)]
        began = time.monotonic()
        threads = [threading.Thread(target=victim.run, args=(-(-KILLS // VICTIMS),)) for victim in victims]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for victim in victims:
            if victim.problem:
                raise victim.problem
        struck = sum((victim.struck for victim in victims), collections.Counter())
        kills = sum(victim.lives - 1 for victim in victims)
        print(f"  {kills} kills and five last lives in {time.monotonic() - began:.0f} s; how many struck while something was at the stage:")
        for name in (*STAGES, "idle"):
            print(f"    {name:<11}{struck[name]:>4}")
        self.assertGreaterEqual(kills, KILLS)
        self.note_writes()
        enables = collections.Counter(call["pool"] for call in self.written.values() if call["method"] == "Async.pool.enable_ha")
        self.assertEqual(sum(enables.values()), len(self.written), "something else was written")
        lost = [pool for victim in victims for pool in victim.lost]
        self.assertLessEqual(set(enables), set(lost))
        self.assertEqual([pool for pool, count in enables.items() if count > 1], [], "two enables for one alert")
        ha_on = {pool["name"]: pool["ha_enabled"] for pool in self.sim.state()["pools"]}
        results = collections.Counter()
        for victim in victims:
            results.update(self.judge_the_end(victim, enables, ha_on))
        print(f"  {len(lost)} pools lost HA, {len(enables)} enables were sent; outcomes: {dict(results)}")
        for name in STAGES:
            self.assertGreater(struck[name], 0, f"no kill struck at stage {name}; seed {SEED}")

    def every_stage_was_struck(self):
        return all(any(victim.struck[name] for victim in self.victims) for name in STAGES)

    def note_writes(self):
        self.written.update({call["number"]: call for call in self.sim.writes()})

    def judge_the_end(self, victim, enables, ha_on):
        journal, results = victim.known, collections.Counter()
        outcomes = journal.outcomes()
        attempts = sorted(journal.rows["attempt"].values(), key=lambda row: row["id"])
        self.assertEqual([row["pool"] for row in attempts if attempts and row["id"] not in outcomes], [])
        of_pool = collections.Counter(row["pool"] for row in attempts)
        self.assertEqual([pool for pool, count in of_pool.items() if count > 1], [], "an attempt that is unknown counts as one")
        self.assertLessEqual({pool for pool in enables if pool in victim.pools}, set(of_pool))
        for row in attempts:
            outcome = outcomes[row["id"]]
            results[outcome["result"]] += 1
            self.assertEqual(outcome["counts"], 1)
            if enables[row["pool"]]:
                self.assertEqual((outcome["result"], ha_on[row["pool"]]), ("success", True), row["pool"])
            else:
                self.assertEqual((outcome["result"], ha_on[row["pool"]]), ("unknown", False), row["pool"])
        for before, after in zip(attempts, attempts[1:]):
            self.assertLessEqual(outcomes[before["id"]]["at"], after["at"],
                                 f"{before['pool']} and {after['pool']} were acted for at the same time")
        return results


class ActInterrupted(Acting):
    """One act, and what may come between."""

    def in_the_middle_of_an_act(self, cool_down="24h"):
        self.begin(["cluster1"], f"{{settle: 1s, read_gap: 1s, recheck: 1s, verify: 5s, cool_down: {cool_down}, flap_window: 0s, "
                                 "kill_switch_file: STOP}", speed=5)
        self.sim.command("silent-disarm", pool="cluster1")
        self.assertEqual(self.send("cluster1"), ("accepted", "new"))

        def task_known():
            return any(row["task_ref"] for row in self.journal().rows["note"].values())
        wait_until("the task of the enable is in the journal", task_known, seconds=120)
        self.assertEqual(len(self.enables()), 1)
        self.assertFalse(self.sim.pool("cluster1")["ha_enabled"])

    def test_the_masters_toolstack_is_restarted(self):
        """XenServer forgets the task and leaves the operation half done: nobody can say what came of it, so it counts."""
        self.in_the_middle_of_an_act(cool_down="8s")
        self.sim.command("restart-toolstack", pool="cluster1", host="master")
        wait_until("the attempt has its outcome", lambda: not self.journal().unfinished(), seconds=240)
        journal = self.journal()
        outcome = journal.outcomes()[journal.attempts()[0]["id"]]
        self.assertEqual((outcome["result"], outcome["counts"]), ("unknown", 1), outcome["error_text"])
        self.wait_for_success("cluster1", seconds=240)
        journal = self.journal()
        attempts = journal.attempts()
        self.assertEqual([journal.outcomes()[row["id"]]["result"] for row in attempts], ["unknown", "success"])
        self.assertGreaterEqual(attempts[1]["at"] - attempts[0]["at"], 8_000_000_000)
        self.assertEqual(len(self.enables()), 2)

    def test_the_daemon_ends_in_order(self):
        self.in_the_middle_of_an_act()
        code, took = self.hooks.stop()
        self.assertEqual(code, 0)
        self.assertLess(took, 5)
        self.assertIn("stopping while an attempt runs", self.hooks.log())
        journal = self.journal()
        (left,) = journal.unfinished()
        self.assertIn("this daemon was stopped", journal.notes(left["id"])[-1]["text"])
        self.start_daemon()
        self.assertIn("attempts_without_outcome=1", self.hooks.log())
        wait_until("it says what it found", lambda: "an attempt has no outcome" in self.hooks.log())
        wait_until("the attempt has its outcome", lambda: not self.journal().unfinished(), seconds=120)
        journal = self.journal()
        outcome = journal.outcomes()[left["id"]]
        self.assertEqual((outcome["result"], outcome["error_text"]), ("success", "HA is on and every host is armed"))
        self.assertTrue(any(row["text"].startswith(FOUND) for row in journal.notes(left["id"])))
        self.assertTrue(self.sim.pool("cluster1")["ha_enabled"])
        wait_until("the alert is closed", lambda: not self.journal().open)
        self.assertEqual(len(self.enables()), 1)


if __name__ == "__main__":
    story.main()
