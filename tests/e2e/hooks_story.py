#!/usr/bin/python3 -B
"""The hooks with the real program: HA that was lost silently comes back, what an operator switched off is left alone."""

import json
import re
import signal
import time

import story
from story import wait_until
import faults

TOKEN, OPERATOR = "token-of-alertmanager", "token-of-the-operator"
GUARDS = "{settle: 5s, read_gap: 1s, recheck: 2s, verify: 5s, cool_down: 5s, kill_switch_file: STOP}"
WORLD = {"scheme": "https", "pools": [{"name": "cluster1", "hosts": 3, "vms": 6}, {"name": "cluster2", "hosts": 3, "vms": 6}],
         "clouds": [{"name": "cloud1", "version": "4.20.3.0"}]}


def message(pool, status="firing", starts_at="2026-11-27T03:00:00.5Z", fingerprint="0123456789abcdef"):
    alert = {"status": status, "labels": {"alertname": "XenHAPoolHADisabled", "pool": pool, "severity": "critical"},
             "annotations": {}, "startsAt": starts_at, "fingerprint": fingerprint, "generatorURL": "",
             "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-27T04:00:00Z"}
    return {"version": "4", "groupKey": "g", "truncatedAlerts": 0, "status": status, "receiver": "xenha-hooks",
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am", "alerts": [alert]}


class Hooks(story.Story):
    def start(self, mode="act", speed=10, change=lambda text: text):
        self.sim = self.stage.simulator(world={**WORLD, "speed": speed}, speed=speed)
        here = self.stage.directory
        for name, text in (("hooks.token", TOKEN), ("operator.token", OPERATOR)):
            (here / name).write_text(text, encoding="utf-8")
            (here / name).chmod(0o600)
        (here / "hooks").mkdir()
        section = (f"\nhooks:\n  mode: {mode}\n  bearer_token_file: hooks.token\n  operator_token_file: operator.token\n"
                   "  policies: [{alert: XenHAPoolHADisabled, action: enable-pool-ha}]\n"
                   f"  guards: {GUARDS}\n  state_dir: hooks\n")
        self.config = self.stage.config(self.sim, change=lambda text: change(text.split("\nhooks:\n")[0]) + section)
        self.hooks = self.stage.hooks(self.config)
        wait_until("what is good is remembered", lambda: self.journal_has("cluster1") and self.journal_has("cluster2"))

    def journal_has(self, pool):
        answer = self.hooks.get(f"/api/v1/explain?pool={pool}", OPERATOR)
        self.assertEqual(answer.status, 200, answer.text)
        explained = answer.json()
        return explained["reason"] == "already_enabled" and explained["verdict"] == "done"

    def enables(self):
        return [call for call in self.sim.writes() if call["method"] == "Async.pool.enable_ha"]

    def newest(self, pool):
        found = self.hooks.decisions(OPERATOR, pool=pool, limit=1)
        return (found[0]["verdict"], found[0]["reason"]) if found else None

    def test_what_was_lost_silently_comes_back(self):
        self.start()
        self.sim.command("silent-disarm", pool="cluster1")
        began = time.monotonic()
        answer = self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual([(one["pool"], one["result"]) for one in answer.json()["results"]], [("cluster1", "accepted")])
        again = self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN)
        self.assertEqual(again.json()["results"][0]["result"], "duplicate")
        wait_until("HA is back and every host is armed", lambda: self.hooks.metrics().value(
            "xenha_hooks_actions_total", pool="cluster1", action="enable-pool-ha", outcome="success") == 1, seconds=120)
        print(f"\n  from the webhook to verified HA: {time.monotonic() - began:.1f} s, ten simulated seconds a second")
        self.assertEqual(self.newest("cluster1"), ("act", "safe_to_enable"))
        self.assertEqual(len(self.enables()), 1)
        self.assertEqual(self.sim.writes(), self.enables())
        self.assertEqual(self.enables()[0]["user"], "operator")
        pool = self.sim.pool("cluster1")
        self.assertTrue(pool["ha_enabled"])
        self.assertEqual(self.hooks.post("/api/v1/alerts", message("cluster1", "resolved"), TOKEN).status, 200)
        wait_until("no session of ours is left", lambda: [one for one in self.sim.sessions()
                                                          if one["originator"] == "xenha-hooks"] == [], seconds=30)

    def test_without_local_root_only_a_host_that_answers_as_no_plain_slave_holds_it_up(self):
        self.start(change=lambda text: re.sub(r"(?m)^    host_login:\n(?:      .*\n)+", "", text))
        self.assertNotIn("host_login", self.config.read_text(encoding="utf-8"))
        self.sim.command("emergency", pool="cluster2", host=3, code="HOST_UNKNOWN_TO_MASTER")
        for pool, fingerprint in (("cluster1", "0123456789abcdef"), ("cluster2", "fedcba9876543210")):
            self.sim.command("silent-disarm", pool=pool)
            self.hooks.post("/api/v1/alerts", message(pool, fingerprint=fingerprint), TOKEN)
        wait_until("HA is back where all is well", lambda: self.newest("cluster1") == ("done", "already_enabled"), seconds=120)
        against = [guard["name"] for guard in self.hooks.get("/api/v1/explain?pool=cluster2", OPERATOR).json()["guards"]
                   if guard["state"] in ("fail", "unknown")]
        self.assertIn("host_emergency", against)
        self.assertEqual(len(self.enables()), 1)

    def test_lost_again_while_the_same_alert_fires_is_given_up(self):
        """Alertmanager goes on for minutes after HA is back; a second loss in that time brings no alert of its own."""
        self.start()
        self.sim.command("silent-disarm", pool="cluster1")
        self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN)
        wait_until("HA is back", lambda: self.newest("cluster1") == ("done", "already_enabled"), seconds=120)
        self.assertEqual(len(self.enables()), 1)
        self.sim.command("silent-disarm", pool="cluster1")
        again = self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN).json()["results"][0]
        self.assertEqual((again["result"], again["reason"]), ("duplicate", "still_open"))
        wait_until("it gives up", lambda: self.newest("cluster1") in (("refuse", "flap"), ("refuse", "gave_up")), seconds=90)
        wait_until("the metric says so", lambda: self.hooks.metrics().value("xenha_hooks_gave_up", pool="cluster1") == 1)
        self.assertEqual(self.hooks.post("/api/v1/alerts", message("cluster1", "resolved"), TOKEN).status, 200)
        self.assertEqual(self.hooks.metrics().value("xenha_hooks_gave_up", pool="cluster1"), 1)
        self.assertEqual(len(self.enables()), 1)

    def test_what_an_operator_switched_off_is_left_alone(self):
        self.start()
        faults.as_operator(self.sim, "cluster1", "disable")
        wait_until("HA is off", lambda: not self.sim.pool("cluster1")["ha_enabled"])
        before = len(self.sim.writes())
        self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN)
        wait_until("the operator's word is found", lambda: self.newest("cluster1") == ("refuse", "operator_intent"), seconds=90)
        time.sleep(5)
        self.assertEqual(len(self.sim.writes()), before)
        explained = self.hooks.get("/api/v1/explain?pool=cluster1", TOKEN).json()
        self.assertEqual((explained["verdict"], explained["reason"]), ("refuse", "operator_intent"))
        print("\n" + json.dumps(explained, indent=1)[:600])

    def test_dry_run_and_a_pause_do_nothing(self):
        self.start(mode="dry-run")
        self.sim.command("silent-disarm", pool="cluster1")
        self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN)
        wait_until("it would act", lambda: self.newest("cluster1") == ("would_act", "safe_to_enable"), seconds=90)
        self.assertEqual(self.hooks.post("/api/v1/pause", {"pool": "cluster1", "reason": "disks", "for": "1h"}, TOKEN).status, 403)
        self.assertEqual(self.hooks.post("/api/v1/pause", {"pool": "cluster1", "reason": "disks", "for": "1h"}).status, 401)
        self.assertEqual(self.hooks.post("/api/v1/pause", {"pool": "no", "reason": "disks", "for": "1h"}, OPERATOR).status, 404)
        self.assertEqual(self.hooks.post("/api/v1/pause", {"pool": "cluster1", "reason": "disks", "for": "1h"}, OPERATOR).status, 200)
        wait_until("it is paused", lambda: self.newest("cluster1") == ("wait", "paused"), seconds=60)
        self.assertEqual(self.hooks.post("/api/v1/resume", {"pool": "cluster1"}, OPERATOR).status, 200)
        self.assertEqual(self.hooks.post("/api/v1/resume", {"pool": "cluster1"}, OPERATOR).status, 409)
        self.assertEqual(self.hooks.post("/api/v1/clear", {"pool": "cluster1"}, OPERATOR).status, 409)
        self.assertEqual(self.sim.writes(), [])
        self.assertIn("would_act", self.hooks.get("/").text)

    def test_an_alert_that_lost_its_policy_is_not_acted_for(self):
        self.start()
        self.assertEqual(self.hooks.post("/api/v1/pause", {"pool": "cluster1", "reason": "disks", "for": "1h"}, OPERATOR).status, 200)
        self.sim.command("silent-disarm", pool="cluster1")
        self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN)
        wait_until("the pause holds it", lambda: self.newest("cluster1") == ("wait", "paused"), seconds=90)
        text = self.config.read_text(encoding="utf-8")
        self.assertIn("alert: XenHAPoolHADisabled", text)
        self.config.write_text(text.replace("alert: XenHAPoolHADisabled", "alert: XenHAHostDisarmed"), encoding="utf-8")
        self.hooks.signal(signal.SIGHUP)
        self.assertEqual(self.hooks.post("/api/v1/resume", {"pool": "cluster1"}, OPERATOR).status, 200)
        wait_until("nothing names it", lambda: self.newest("cluster1") == ("ignored", "no_policy"), seconds=90)
        time.sleep(5)
        self.assertEqual(self.sim.writes(), [])

    def test_what_is_no_webhook_is_refused(self):
        self.start()
        self.assertEqual(self.hooks.post("/api/v1/alerts", message("cluster1")).status, 401)
        self.assertEqual(self.hooks.post("/api/v1/alerts", message("cluster1"), "wrong").status, 401)
        self.assertEqual(self.hooks.post("/api/v1/alerts", message("cluster1"), OPERATOR).status, 403)
        self.assertEqual(self.hooks.post("/api/v1/alerts", {"version": "3"}, TOKEN).status, 400)
        self.assertEqual(story.http(self.hooks.url + "/api/v1/alerts", b"{}", {"Authorization": f"Bearer {TOKEN}",
                                                                                "Content-Type": "text/plain"}, "POST").status, 415)
        self.assertEqual(self.hooks.get("/api/v1/decisions").status, 401)
        self.assertEqual(self.hooks.get("/api/v1/explain?pool=none", TOKEN).status, 404)
        ignored = self.hooks.post("/api/v1/alerts", message("elsewhere"), TOKEN).json()["results"][0]
        self.assertEqual((ignored["result"], ignored["reason"]), ("ignored", "unknown_pool"))
        code, took = self.hooks.stop()
        self.assertEqual(code, 0)
        self.assertLess(took, 5)

    def test_a_hanging_host_does_not_hold_up_the_end(self):
        self.start()
        self.sim.command("network", pool="cluster1", host=2, mode="hang")
        self.sim.command("silent-disarm", pool="cluster1")
        self.hooks.post("/api/v1/alerts", message("cluster1"), TOKEN)
        time.sleep(3)
        code, took = self.hooks.stop()
        self.assertEqual(code, 0)
        self.assertLess(took, 5)


if __name__ == "__main__":
    story.main()
