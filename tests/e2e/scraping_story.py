#!/usr/bin/python3 -B
"""Prometheus scrapes the exporter in both ways that the README shows, and believes every byte."""

import story
from story import wait_until

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Scraping(story.Story):
    def test_both_jobs_are_up_and_every_series_arrives(self):
        _, exporter = self.watched("--pools", 2, "--hosts", 3, "--scheme", "https")
        prometheus = self.stage.prometheus(exporter)

        def all_up():
            prometheus.must_be_alive()
            up = {(labels["job"], labels["instance"]): value for labels, value in prometheus.query("up")}
            return up if len(up) == 3 and all(value == 1 for value in up.values()) else None

        up = wait_until("all three targets are up", all_up)
        self.assertEqual(sorted(up), [("xenha", exporter.address), ("xenha-pools", "pool1"), ("xenha-pools", "pool2")])
        for target in prometheus.targets():
            self.assertEqual((target["health"], target["lastError"]), ("up", ""))

        exposed = {name for name, _, _ in exporter.metrics()}
        self.assertGreater(len(exposed), 40)
        stored = {labels["__name__"] for labels, _ in prometheus.query('{job="xenha"}')}
        # In OpenMetrics, which Prometheus asks for, the same names arrive.
        self.assertEqual(exposed - stored, set())

        self.assertEqual(prometheus.query('sum(xenha_pool_up{job="xenha"})')[0][1], 2)
        self.assertEqual(prometheus.query('sum(probe_success{job="xenha-pools"})')[0][1], 2)
        self.assertEqual(prometheus.query('sum(xenha_pool_masters{job="xenha-pools",instance="pool2"})')[0][1], 1)
        self.assertEqual(prometheus.query('count(process_start_time_seconds{job="xenha-pools"})'), [])

    def test_it_is_openmetrics_that_strict_readers_take(self):
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        except ImportError:
            self.fail("python3-prometheus-client is missing: tests/setup/install --for test")
        _, exporter = self.watched("--hosts", 2)
        for path in ["/metrics", "/metrics?pool=pool1", "/probe?target=pool1"]:
            reply = exporter.get(path, Accept=OPENMETRICS)
            self.assertEqual(reply.headers["Content-Type"], OPENMETRICS + "; charset=utf-8")
            families = {family.name for family in text_string_to_metric_families(reply.text)}
            self.assertIn("xenha_pool_ha_enabled", families)
            self.assertNotIn("xenha_pool_ha_enabled", {f.name for f in text_string_to_metric_families("# EOF\n")})

    def test_unknown_targets_are_refused_with_a_sentence(self):
        _, exporter = self.watched("--hosts", 1)
        for path in ["/probe", "/probe?target=", "/probe?target=nobody", "/metrics?pool=nobody"]:
            reply = exporter.get(path)
            self.assertEqual(reply.status, 400, path)
            self.assertIn("pool1", reply.text)
        self.assertEqual(exporter.get("/nothing").status, 404)
        self.assertEqual(exporter.get("/sd").json(), [{"targets": ["pool1"], "labels": {"__meta_xenha_pool": "pool1"}}])


if __name__ == "__main__":
    story.main()
