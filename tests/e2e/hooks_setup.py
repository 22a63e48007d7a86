"""What the stories about the acting daemon share: its configuration beside a simulator, its journal as SQLite has it, and
what is asked of both again and again."""

import re
import shutil
import sqlite3

import story
from hooks_story import OPERATOR, TOKEN, message
from story import wait_until

TABLES = ("alert", "closing", "receipt", "decision", "attempt", "note", "outcome", "latch", "pause", "settings")


def write_tokens(directory):
    for name, text in (("hooks.token", TOKEN), ("operator.token", OPERATOR)):
        (directory / name).write_text(text, encoding="utf-8")
        (directory / name).chmod(0o600)


def config_of(sim, state_dir, guards, pools=None, change=lambda text: text):
    """What the simulator printed, in mode act, with these pools only; `change` edits their part and CloudStack's."""
    reach = sim.config.split("\nexporter:\n")[0] + "\n"
    fleet, cloud, clouds = reach.partition("\ncloudstack:\n")
    head, *blocks = re.split(r"(?m)^  - name: ", fleet.rstrip("\n") + "\n")
    chosen = [block for block in blocks if pools is None or block.split("\n", 1)[0] in pools]
    reach = head + "".join("  - name: " + block for block in chosen) + cloud.lstrip("\n") + clouds
    return (change(reach) +
            "hooks:\n  mode: act\n  bearer_token_file: hooks.token\n  operator_token_file: operator.token\n"
            "  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]\n"
            f"  guards: {guards}\n  state_dir: {state_dir}\n")


class Journal:
    """A daemon's journal, read from a copy: SQLite's recovery after a crash stays the daemon's own. Of a daemon that lives
    the copy may be torn; then `sound` is not "ok", and the next copy is better."""

    def __init__(self, directory, scratch):
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        for file in directory.glob("journal.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, scratch / file.name)
        self.rows = {table: {} for table in TABLES}
        self.sound, self.open = "no journal", []
        if not (scratch / "journal.db").exists():
            return
        database = sqlite3.connect(scratch / "journal.db")
        database.row_factory = sqlite3.Row
        try:
            self.sound = database.execute("PRAGMA integrity_check").fetchone()[0]
            if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return  # it was killed before it made its tables
            for table in TABLES:
                self.rows[table] = {row["id"]: dict(row) for row in database.execute(f"SELECT * FROM {table}")}
            self.open = [row["alert"] for row in database.execute("SELECT alert FROM still_open")]
        except sqlite3.DatabaseError as error:
            self.sound = str(error)
        finally:
            database.close()

    def attempts(self, pool=None):
        """Oldest first."""
        return sorted((row for row in self.rows["attempt"].values() if pool in (None, row["pool"])), key=lambda row: row["id"])

    def outcomes(self):
        return {row["attempt"]: row for row in self.rows["outcome"].values()}

    def notes(self, attempt):
        return [row for row in self.rows["note"].values() if row["attempt"] == attempt]

    def unfinished(self):
        outcomes = self.outcomes()
        return [row for row in self.attempts() if row["id"] not in outcomes]

    def newest_id(self):
        return max((id for rows in self.rows.values() for id in rows), default=0)


class Acting(story.Story):
    """A simulator and a daemon in mode act over it."""

    def begin(self, pools, guards, speed, clouds=(), change=lambda text: text, **hosts):
        """`pools`: names, or PoolSpecs. Every pool's HA is on, and the daemon has seen it."""
        specs = [pool if isinstance(pool, dict) else {"name": pool, "hosts": 3, "vms": 0, **hosts} for pool in pools]
        world = {"scheme": "https", "pools": specs, "speed": speed, "clouds": list(clouds)}
        self.sim = self.stage.simulator(world=world, speed=speed)
        self.pools = [spec["name"] for spec in specs]
        self.guards, self.change, self.lives = guards, change, 0
        here = self.stage.directory
        write_tokens(here)
        (here / "hooks").mkdir(mode=0o700)
        self.config = here / "hooks.yml"
        self.start_daemon()
        for pool in self.pools:
            wait_until(f"what is good of {pool} is remembered", lambda pool=pool: self.explained(pool)["reason"] == "already_enabled")

    def start_daemon(self, pools=None, guards=None):
        self.config.write_text(config_of(self.sim, "hooks", guards or self.guards, pools, self.change), encoding="utf-8")
        self.lives += 1
        self.hooks = self.stage.hooks(self.config, name=f"hooks{self.lives}")

    def explained(self, pool):
        answer = self.hooks.get(f"/api/v1/explain?pool={pool}", OPERATOR)
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json()

    def send(self, pool, status="firing", starts_at="2026-11-27T03:00:00.5Z", fingerprint=None, **more):
        """Posts one alert; its fingerprint is the pool's unless told. Gives its result and reason."""
        body = message(pool, status, starts_at, fingerprint or pool.encode().hex()[-16:].rjust(16, "0"))
        body["alerts"][0].update(more)
        answer = self.hooks.post("/api/v1/alerts", body, TOKEN)
        self.assertEqual(answer.status, 200, answer.text)
        result = answer.json()["results"][0]
        return result["result"], result["reason"]

    def order(self, what, pool, **more):
        return self.hooks.post(f"/api/v1/{what}", {"pool": pool, **more}, OPERATOR).status

    def decisions(self, pool):
        """(verdict, reason), oldest first."""
        return [(one["verdict"], one["reason"]) for one in reversed(self.hooks.decisions(OPERATOR, pool=pool, limit=500))]

    def newest(self, pool):
        found = self.decisions(pool)
        return found[-1] if found else None

    def wait_for_decision(self, pool, verdict, reason, seconds=120):
        wait_until(f"{pool}: {verdict}, {reason}", lambda: self.newest(pool) == (verdict, reason), seconds=seconds, every=0.2)

    def wait_for_success(self, pool, count=1, seconds=180):
        wait_until(f"HA of {pool} is back and verified", lambda: self.successes(pool) >= count, seconds=seconds, every=0.2)
        self.assertEqual(self.successes(pool), count)
        self.assertTrue(self.sim.pool(pool)["ha_enabled"])

    def successes(self, pool):
        return self.hooks.metrics().value("xenha_hooks_actions_total", pool=pool, action="enable-pool-ha", outcome="success") or 0

    def enables(self, pool=None):
        return [call for call in self.sim.writes() if call["originator"] == "xenha-hooks" and pool in (None, call["pool"])]

    def journal(self):
        """Of the daemon as it is now."""
        def whole():
            journal = Journal(self.stage.directory / "hooks", self.stage.directory / "copy")
            return journal if journal.sound == "ok" else None
        return wait_until("a copy of the journal is whole", whole)
