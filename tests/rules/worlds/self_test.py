#!/usr/bin/python3
"""Does the judge of the worlds see what it must?"""

import unittest

import engine
import recording
import run

ALERT = engine.Alert("XenHAHostDown", "critical", frozenset({("pool", "a"), ("host", "h1")}))
INFO = ALERT._replace(severity="info")


def expected(text):
    return [run.Expectation(text, 1)]


class Judge(unittest.TestCase):
    def complaints(self, text, *episodes):
        return run.judge(expected(text) if text else [], episodes)

    def test_what_happens_as_it_was_said_is_right(self):
        self.assertEqual(self.complaints("alert XenHAHostDown critical host=h1 fires 10m..11m resolves 20m..21m",
                                         engine.Episode(ALERT, 630, 1230)), [])

    def test_too_early_too_late_another_host_another_severity_or_no_end_are_wrong(self):
        text = "alert XenHAHostDown critical host=h1 fires 10m..11m resolves 20m..21m"
        other = ALERT._replace(labels=frozenset({("pool", "a"), ("host", "h2")}))
        for episode in (engine.Episode(ALERT, 585, 1230), engine.Episode(ALERT, 675, 1230), engine.Episode(other, 630, 1230),
                        engine.Episode(ALERT._replace(severity="warning"), 630, 1230), engine.Episode(ALERT, 630, None),
                        engine.Episode(ALERT, 630, 1275)):
            self.assertEqual(len(self.complaints(text, episode)), 2, episode)

    def test_what_was_not_said_is_wrong_unless_it_is_info(self):
        self.assertEqual(len(self.complaints("", engine.Episode(ALERT, 630, 1230))), 1)
        self.assertEqual(self.complaints("", engine.Episode(INFO, 630, 1230)), [])

    def test_an_alert_that_comes_twice_needs_two_lines(self):
        text = "alert XenHAHostDown critical host=h1 fires 10m..60m resolves 20m..61m"
        self.assertEqual(len(self.complaints(text, engine.Episode(ALERT, 630, 1230), engine.Episode(ALERT, 1800, 1900))), 1)

    def test_a_world_says_alerts_or_quiet(self):
        alert = {"line": 1, "text": "alert A critical fires 1m..2m"}
        for lines in ([], [alert, {"line": 2, "text": "quiet"}]):
            with self.assertRaises(ValueError):
                run.expectations_of(lines)
        for text in ("alert A critical fires 1m", "alert A critical fires 1..2", "alert A critical",
                     "alert A critical x fires 1m..2m",
                     "alert A critical fires 1m..2m until 3m..4m"):
            with self.assertRaises(ValueError):
                run.Expectation(text, 1)


class Engine(unittest.TestCase):
    def test_no_answer_is_no_silence(self):
        with self.assertRaises(engine.EngineFailed):
            engine.firing_at("Unit Testing:  x.yml\n  FAILED:\nparse error\n")

    def test_the_answer_is_read_with_odd_labels(self):
        output = ('    expr: "ALERTS{alertstate=\\"firing\\"}", time: 1h0m15s,\n        exp: nil\n'
                  '        got: {__name__="ALERTS", '
                  'alertname="A", alertstate="firing", pool="x\\"y}", severity="info"} 1E+00, {__name__="ALERTS", alertname="B", '
                  'alertstate="firing"} 1E+00\n    expr: "vector(4242)", time: 2m,\n        exp: nil\n        got: {} 4.242E+03\n')
        self.assertEqual(engine.firing_at(output), {3615: {engine.Alert("A", "info", frozenset({("pool", 'x"y}')})),
                                                           engine.Alert("B", "", frozenset())}})

    def test_a_failed_scrape_makes_everything_stale(self):
        self.assertEqual(recording.encode(engine.drop_scrapes([1, 1, 1, None, 2, 2], 3)), "1x1 stale _x1 2 stale")


class Recording(unittest.TestCase):
    def test_samples_come_back(self):
        for text in ("1x4 _x2 0x3 stale _x3 7 stale", "1790000012.502+15x451", "_x2 -0.001x3", "+Infx1 NaNx1"):
            values = recording.expand(text)
            self.assertEqual(repr(recording.expand(recording.encode(values))), repr(values))
        self.assertEqual(recording.expand("1+15x2 _x2 3 stale 0.5-0.25x1"), [1, 16, 31, None, None, 3, None, 0.5, 0.25])


if __name__ == "__main__":
    unittest.main()
