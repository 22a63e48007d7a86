"""xenha-hooks as an operator would set it up for the simulated pools, and its journal as a person would read it."""

import math
import sqlite3

import alerting
import stage

OPERATOR = "token-of-the-operator"
# Seconds, as the design has them, and what of them passes faster on pools whose time does.
_GUARDS = {"settle": 60, "read_gap": 10, "recheck": 30, "cool_down": 900, "storm_window": 600, "flap_window": 3600,
           "maintenance_quiet": 600, "intent_forget_after": 28800, "verify": 60}


def guards(factor=1, **instead):
    """The default guards, `factor` times shorter; a day has so many more attempts. `instead` replaces some."""
    out = {name: f"{max(1, math.ceil(seconds / factor))}s" for name, seconds in _GUARDS.items()}
    return out | {"max_attempts_per_day": max(2, round(2 * factor)), "kill_switch_file": "STOP"} | instead


class Journal:
    """Reads beside the daemon that writes."""

    def __init__(self, directory):
        self.file = directory / "journal.db"

    def rows(self, query, *values):
        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            return [{**row} for row in connection.execute(query, values)]
        finally:
            connection.close()

    def newest(self):
        return self.rows("SELECT ifnull(max(id), 0) AS id FROM line")[0]["id"]

    def lines(self, pool, after=0):
        """Everything on a line each, oldest first; `at` in Unix seconds."""
        return [row | {"at": row["at"] / 1e9}
                for row in self.rows("SELECT * FROM line WHERE pool = ? AND id > ? ORDER BY id", pool, after)]

    def receipts(self, pool, **columns):
        where = "".join(f" AND {column} = ?" for column in columns)
        return self.rows(f"SELECT * FROM receipt WHERE pool = ?{where} ORDER BY id", pool, *columns.values())

    def decisions(self, pool, after=0):
        """Pairs of verdict and reason, oldest first."""
        return [(row["verdict"], row["reason"])
                for row in self.rows("SELECT * FROM decision WHERE pool = ? AND id > ? ORDER BY id", pool, after)]

    def attempts(self, pool, after=0):
        """With their outcomes; without one `result` is None."""
        return self.rows("SELECT a.id, o.result, o.error_code, o.error_text, o.counts FROM attempt a LEFT JOIN outcome o "
                         "ON o.attempt = a.id WHERE a.pool = ? AND a.id > ? ORDER BY a.id", pool, after)

    def closings(self, pool):
        """Why each alert is closed, None while it is open, oldest alert first."""
        return [row["why"] for row in self.rows("SELECT c.why FROM alert a LEFT JOIN closing c ON c.alert = a.id "
                                                "WHERE a.pool = ? ORDER BY a.id", pool)]

    def writers_wait(self):
        """As context manager: nobody else can write, as on a file system that hangs."""
        return _Held(self.file)


class _Held:
    def __init__(self, file):
        self._connection = sqlite3.connect(file, timeout=30, isolation_level=None)

    def __enter__(self):
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_):
        self._connection.execute("ROLLBACK")
        self._connection.close()


class Daemon(stage.Hooks):
    def __init__(self, on_stage, sim, name="hooks", mode="act", address="127.0.0.1:0", **guard):
        """`guard`: as for guards(); without any, a tenth of the defaults."""
        here = on_stage.directory
        for file, text in (("hooks.token", alerting.TOKEN), ("operator.token", OPERATOR)):
            (here / file).write_text(text + "\n", encoding="utf-8")
            (here / file).chmod(0o600)
        self.state_dir = here / f"state-of-{name}"
        self.state_dir.mkdir(exist_ok=True)
        words = ", ".join(f"{key}: {value}" for key, value in guards(**(guard or {"factor": 10})).items())
        section = (f"\nhooks:\n  mode: {mode}\n  state_dir: {self.state_dir.name}\n  bearer_token_file: hooks.token\n"
                   "  operator_token_file: operator.token\n  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]\n"
                   f"  guards: {{{words}}}\n")
        self.config = on_stage.config(sim, change=lambda text: text.split("\nhooks:\n")[0] + section, name=f"{name}.yml")
        self.journal = Journal(self.state_dir)
        super().__init__(on_stage, self.config, name=name, address=address)
        stage.wait_until("the hooks are ready", lambda: self.get("/-/ready").status == 200)

    def knows(self, pool):
        """Whether it saw the pool in order, and so knows what is to be put back."""
        explained = self.get(f"/api/v1/explain?pool={pool}", OPERATOR).json()
        return (explained.get("verdict"), explained.get("reason")) == ("done", "already_enabled")

    def order(self, what, pool, **more):
        """pause, resume or clear, as an operator."""
        reply = self.post(f"/api/v1/{what}", {"pool": pool, **more}, OPERATOR)
        if reply.status != 200:
            raise AssertionError(f"{what} {pool}: {reply.status} {reply.text}")

    def newest(self, pool):
        """Verdict and reason of the newest decision; None without one."""
        found = self.decisions(OPERATOR, pool=pool, limit=1)
        return (found[0]["verdict"], found[0]["reason"]) if found else None

    def idle(self, pool):
        """It looked, and no alert of the pool is open."""
        return not self.metrics().all("xenha_hooks_guard_state", pool=pool)


def enables(sim, pool=None):
    """Every pool.enable_ha that reached a pool, oldest first."""
    return [call for call in sim.writes() if call["method"] == "Async.pool.enable_ha" and pool in (None, call["pool"])]
