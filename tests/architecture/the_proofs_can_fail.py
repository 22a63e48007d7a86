#!/usr/bin/python3 -B
"""Each proof of this directory objects to what it is there for. A proof that cannot fail proves nothing.

    the_proofs_can_fail.py SOURCE_ROOT
"""

import pathlib
import sys
import unittest

import allowed_commands
import allowed_methods
import ctl_strings
import cloud_commands
import ctl_links
import datamodel
import cloud_strings
import exporter_links
import hooks_links
import hooks_strings
import exporter_strings
import include_rule
import tracked_files

ROOT = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(ROOT / "tests/e2e"))

import harmless  # noqa: E402

MODEL = datamodel.methods(ROOT)
GOOD = sorted(datamodel.HARMLESS) + ["pool.get_all"]
SIMULATED = cloud_commands.simulated(ROOT)


class AllowedMethods(unittest.TestCase):
    def found(self, names):
        return allowed_methods.problems(names, None, MODEL)

    def test_accepts_getters_and_the_exemptions(self):
        self.assertEqual(self.found(GOOD), [])

    def test_objects_to_every_kind_of_write(self):
        for name in ["pool.enable_ha", "pool.disable_ha", "host.reboot", "pool.set_name_label", "task.destroy",
                     "pool.add_to_other_config", "host.emergency_ha_disable", "event.inject", "VM.start"]:
            self.assertIn(name, MODEL)
            self.assertTrue(self.found(GOOD + [name]), name)

    def test_objects_to_methods_that_do_not_exist_and_to_doubles(self):
        self.assertTrue(self.found(GOOD + ["pool.get_everything"]))
        self.assertTrue(self.found(GOOD + [""]))
        self.assertTrue(self.found(GOOD + ["Async.pool.get_all"]))
        self.assertTrue(self.found(GOOD + ["pool.get_all"]))

    def test_objects_to_an_array_that_ends_in_empty_names(self):
        self.assertEqual(allowed_methods.problems(GOOD, len(GOOD), MODEL), [])
        self.assertTrue(allowed_methods.problems(GOOD, len(GOOD) + 1, MODEL))

    def test_objects_to_an_exemption_that_nobody_needs(self):
        self.assertTrue(self.found(GOOD[1:]))

    def test_the_hooks_may_act_once_and_no_more(self):
        def found(names):
            return allowed_methods.problems(names, None, MODEL, datamodel.HOOKS_MAY)

        good = [*datamodel.HOOKS_MAY, "pool.get_all"]
        self.assertEqual(found(good), [])
        for name in ["pool.enable_ha", "Async.pool.disable_ha", "pool.disable_ha", "Async.pool.get_all", "task.cancel"]:
            self.assertTrue(found([*good, name]), name)
        self.assertTrue(found(["pool.get_all"]))


    def test_xenhactl_may_do_what_its_procedures_need_and_no_more(self):
        def found(names):
            return allowed_methods.problems(names, None, MODEL, datamodel.PROCEDURES_MAY)

        good = [*datamodel.PROCEDURES_MAY, "pool.get_all"]
        self.assertEqual(found(good), [])
        for name in ["pool.emergency_transition_to_master", "pool.recover_slaves", "host.declare_dead", "host.destroy",
                     "VM.power_state_reset", "pool.eject", "Async.host.disable", "host.reboot", "task.cancel"]:
            self.assertTrue(found([*good, name]), name)
        self.assertTrue(found(good[1:]))


class ExporterStrings(unittest.TestCase):
    def found(self, data):
        return exporter_strings.problems(data, ["pool.get_all"], MODEL)

    def test_accepts_allowed_names_and_names_of_tasks(self):
        self.assertEqual(self.found(b"\0pool.get_all\0pool.enable_ha\0lib/model/pool.h\0"), [])

    def test_objects_to_other_methods(self):
        self.assertTrue(self.found(b"\0pool.get_all\0host.reboot\0"))
        self.assertTrue(self.found(b"\0pool.get_all\0please call VM.start now\0"))

    def test_notices_that_it_looks_at_the_wrong_file(self):
        self.assertTrue(self.found(b"\0nothing\0"))


class AllowedCommands(unittest.TestCase):
    def found(self, *names):
        return allowed_commands.problems(list(names), len(names), SIMULATED)

    def test_accepts_lists(self):
        self.assertEqual(self.found("listHosts", "listCapabilities"), [])

    def test_objects_to_every_command_that_changes_something(self):
        for name in cloud_commands.CHANGING:
            self.assertTrue(self.found("listHosts", name), name)

    def test_objects_to_what_the_simulator_takes_as_a_write(self):
        writes = [name for name, lists in SIMULATED.items() if not lists]
        self.assertIn("prepareHostForMaintenance", writes)
        self.assertIn("queryAsyncJobResult", writes)
        self.assertEqual(set(writes) - set(cloud_commands.CHANGING), set())

    def test_objects_to_what_only_sounds_like_a_list_to_doubles_and_to_empty_names(self):
        for name in ["listEverything", "listhosts", "list", "listHosts&command=deleteHost", "listenHosts", ""]:
            self.assertTrue(self.found("listHosts", name), name)
        self.assertTrue(self.found("listHosts", "listHosts"))
        self.assertTrue(allowed_commands.problems(["listHosts"], 2, SIMULATED))


class OperatorCommands(unittest.TestCase):
    def found(self, *names):
        return allowed_commands.operator_problems(list(names), len(names), SIMULATED)

    def test_accepts_maintenance_and_nothing_else(self):
        names = sorted(allowed_commands.MAINTENANCE)
        self.assertEqual(self.found(*names), [])
        for name in cloud_commands.CHANGING:
            if name not in names:
                self.assertTrue(self.found(*names, name), name)
        self.assertTrue(self.found(*names, ""))
        self.assertTrue(self.found(*names, names[0]))


class CloudStrings(unittest.TestCase):
    def found(self, data):
        return cloud_strings.problems(data, ["listHosts"])

    def test_accepts_allowed_names_words_and_symbols(self):
        self.assertEqual(self.found(b"\0listHosts\0by local login\0_ZN5xenha10updateHostEv\0kUpdateHost\0"), [])

    def test_objects_to_every_command_that_changes_something(self):
        for name in cloud_commands.CHANGING:
            self.assertTrue(self.found(b"\0listHosts\0" + name.encode() + b"\0"), name)
            self.assertTrue(self.found(b"\0listHosts\0command=" + name.encode() + b"\0"), name)

    def test_objects_to_commands_that_nobody_listed(self):
        for name in ["listUsers", "getUserKeys", "deleteEverything", "enableHAForMoon", "listHostsH", "listHostTags"]:
            self.assertTrue(self.found(b"\0listHosts\0call " + name.encode() + b" now\0"), name)

    def test_notices_that_it_looks_at_the_wrong_file(self):
        self.assertTrue(self.found(b"\0nothing\0"))


class ExporterLinks(unittest.TestCase):
    def test_objects_to_libraries_that_write(self):
        good = sorted(exporter_links.NEEDED) + ["CURL::libcurl"]
        self.assertEqual(exporter_links.problems(good), [])
        for name in ["xenha_xapi_enable", "xenha_xapi_operator", "xenha_xapi_other", "xenha_cloudstack_operator", "xenha_sim"]:
            self.assertTrue(exporter_links.problems(good + [name]), name)
        self.assertTrue(exporter_links.problems(["xenha-exporter"]))


class HooksLinksAndStrings(unittest.TestCase):
    def test_objects_to_other_libraries(self):
        good = sorted(hooks_links.NEEDED) + ["CURL::libcurl"]
        self.assertEqual(hooks_links.problems(good), [])
        for name in ("xenha_xapi_operator", "xenha_xapi_other", "xenha_cloudstack_operator", "xenha_exporter_poll", "xenha_sim"):
            self.assertTrue(hooks_links.problems(good + [name]), name)
        self.assertTrue(hooks_links.problems(["xenha-hooks"]))

    def test_objects_to_other_methods(self):
        allowed, model = ["Async.pool.enable_ha", "pool.get_all"], {"pool.enable_ha", "pool.get_all", "host.reboot"}
        good = b"\0Async.pool.enable_ha\0pool.get_all\0pool.disable_ha\0"
        self.assertEqual(hooks_strings.problems(good, allowed, model), [])
        self.assertTrue(hooks_strings.problems(good + b"host.reboot\0", allowed, model))
        self.assertTrue(hooks_strings.problems(good + b"Async.host.reboot\0", allowed, model))
        self.assertTrue(hooks_strings.problems(b"\0", allowed, model))


    def test_xenhactl_looks_only_and_latency_writes_two_statistics(self):
        def found(names, may=()):
            return allowed_methods.problems(names, None, MODEL, may, None if may else ())

        self.assertEqual(found(["pool.get_all", "message.get_since"]), [])
        for name in ["pool.enable_ha", "host.record_data_source", "host.reboot", "message.create", "Async.pool.get_all"]:
            self.assertTrue(found(["pool.get_all", name]), name)
        good = [*datamodel.LATENCY_MAY, "host.get_data_sources"]
        self.assertEqual(found(good, datamodel.LATENCY_MAY), [])
        for name in ["host.reboot", "pool.disable_ha", "VM.record_data_source"]:
            self.assertTrue(found([*good, name], datamodel.LATENCY_MAY), name)
        self.assertTrue(found(["host.get_data_sources"], datamodel.LATENCY_MAY))


class LogOfCalls(unittest.TestCase):
    def found(self, client, method):
        return harmless.problems([{"client": client, "method": method, "host": "127.10.1.1", "cloud": "", "outcome": "Success"}])

    def test_accepts_the_act_and_what_people_do(self):
        self.assertEqual(self.found("127.0.0.1 xenha-hooks/0.1", "Async.pool.enable_ha"), [])
        self.assertEqual(self.found("127.0.0.1 xenhactl/0.1", "Async.pool.disable_ha"), [])
        self.assertEqual(self.found("127.0.0.1 Python-xmlrpc/3.11", "host.reboot"), [])

    def test_objects_to_every_other_write_of_a_daemon(self):
        for method in ("Async.pool.disable_ha", "pool.enable_ha", "pool.add_to_other_config", "task.cancel", "reconnectHost"):
            self.assertTrue(self.found("127.0.0.1 xenha-hooks/0.1", method), method)
        for method in ("Async.pool.enable_ha", "host.reboot"):
            self.assertTrue(self.found("127.0.0.1 xenha-exporter/0.1", method), method)


class CtlLinksAndStrings(unittest.TestCase):
    def test_objects_to_other_libraries(self):
        good = sorted(ctl_links.NEEDED)
        self.assertEqual(ctl_links.problems([*good, "xenha_xapi_operator"], good), [])
        for name in ("xenha_exporter_poll", "xenha_hooks_action", "xenha_hooks_app", "xenha_web", "xenha_sim"):
            self.assertTrue(ctl_links.problems([*good, name], good), name)
        for name in ("xenha_xapi_operator", "xenha_cloudstack_operator", "xenha_xapi_enable", "xenha_ctl_procedures"):
            self.assertTrue(ctl_links.problems(good, [*good, name]), name)
        self.assertTrue(ctl_links.problems(["xenhactl"], good))
        self.assertTrue(ctl_links.problems(good, ["xenha_ctl_app"]))

    def test_objects_to_other_methods(self):
        allowed, model = {"pool.get_all"}, {"pool.get_all", "pool.disable_ha", "host.reboot"}
        self.assertEqual(ctl_strings.problems(b"\0pool.get_all\0pool.disable_ha\0", allowed, model), [])
        self.assertTrue(ctl_strings.problems(b"\0pool.get_all\0host.reboot\0", allowed, model))
        self.assertTrue(ctl_strings.problems(b"\0nothing\0", allowed, model))

    def test_the_lists_are_found(self):
        self.assertIn("host.record_data_source", ctl_strings.lists(ROOT))
        self.assertIn("message.get_since", ctl_strings.lists(ROOT))


class IncludeRule(unittest.TestCase):
    def found(self, path, included):
        return include_rule.problems([(path, f"// x\n#include {included}\n")])

    def test_accepts_arrows_that_point_down(self):
        self.assertEqual(self.found("lib/xapi/client.cpp", '"lib/http/transport.h"'), [])
        self.assertEqual(self.found("lib/http/curl_transport.cpp", "<curl/curl.h>"), [])
        self.assertEqual(self.found("exporter/pages.cpp", '"lib/web/router.h"'), [])
        self.assertEqual(self.found("tests/unit/x_test.cpp", '"exporter/poll/judge.h"'), [])
        self.assertEqual(self.found("exporter/poll/failover_feed.h", '"exporter/failover/stopwatch.h"'), [])
        self.assertEqual(self.found("exporter/failover/stopwatch.h", '"exporter/cloud/focus.h"'), [])

    def test_objects_to_arrows_that_point_up_or_aside(self):
        self.assertTrue(self.found("lib/model/records.h", '"lib/xapi/value.h"'))
        self.assertTrue(self.found("lib/http/send.cpp", '"exporter/pages.h"'))
        self.assertTrue(self.found("exporter/metrics/pool_ha.cpp", '"lib/xapi/client.h"'))
        self.assertTrue(self.found("exporter/main.cpp", '"tests/sim/sim.h"'))

    def test_objects_to_a_stop_watch_that_could_reach_something(self):
        for included in ["lib/http/transport.h", "lib/xapi/client.h", "lib/cloudstack/reader.h",
                         "exporter/cloud/cloud_watcher.h", "exporter/poll/pool_context.h",
                         "exporter/exporter_config.h"]:
            for path in ["exporter/failover/stopwatch.cpp", "exporter/failover/record.h", "exporter/cloud/focus.h",
                         "exporter/snapshot/cloud_snapshot.h", "exporter/kept_json.h"]:
                self.assertTrue(self.found(path, f'"{included}"'), (path, included))

    def test_objects_to_a_decision_that_could_reach_something(self):
        for included in ["lib/http/transport.h", "lib/xapi/client.h", "lib/model/records.h", "lib/config/access.h",
                         "hooks/situation/observer.h", "exporter/pages.h"]:
            for path in ["hooks/decision/guards.cpp", "hooks/situation/situation.h"]:
                self.assertTrue(self.found(path, f'"{included}"'), (path, included))
        self.assertEqual(self.found("hooks/decision/guards.cpp", '"hooks/situation/situation.h"'), [])

    def test_objects_to_an_xenhactl_that_reaches_further_than_it_may(self):
        for path, included in [("hooks/ctl/commands/status.cpp", "hooks/action/enable_ha.h"),
                               ("hooks/ctl/commands/status.cpp", "exporter/findings.h"),
                               ("hooks/ctl/commands/status.cpp", "hooks/pool_worker.h"),
                               ("hooks/ctl/status/judge.cpp", "lib/xapi/client.h"),
                               ("hooks/ctl/render/table.cpp", "lib/http/transport.h")]:
            self.assertTrue(self.found(path, f'"{included}"'), (path, included))
        self.assertEqual(self.found("hooks/ctl/status/read_pool.cpp", '"hooks/situation/observer.h"'), [])

    def test_objects_to_daemons_that_know_each_other(self):
        self.assertTrue(self.found("hooks/situation/observer.cpp", '"exporter/poll/judge.h"'))
        self.assertTrue(self.found("hooks/main.cpp", '"exporter/pages.h"'))
        self.assertTrue(self.found("exporter/pages.cpp", '"hooks/decision/guards.h"'))
        self.assertTrue(self.found("lib/base/log.cpp", '"hooks/decision/reason.h"'))

    def test_objects_to_a_pool_that_reaches_into_the_watcher_of_a_cloud(self):
        self.assertTrue(self.found("exporter/poll/pool_watcher.h", '"exporter/cloud/cloud_watcher.h"'))
        self.assertTrue(self.found("exporter/poll/pool_watcher.h", '"lib/cloudstack/client.h"'))
        self.assertTrue(self.found("exporter/cloud/cloud_join.cpp", '"exporter/failover/stopwatch.h"'))

    def test_objects_to_daemons_that_reach_for_the_calls_of_xenhactl(self):
        for included in ["lib/xapi_operator/pool_calls.h", "lib/cloudstack_operator/maintenance.h", "hooks/ctl/allowed_methods.h"]:
            for path in ["hooks/pool_worker.cpp", "hooks/action/enable_ha.cpp", "exporter/main.cpp", "lib/xapi_enable/enable_ha.h"]:
                self.assertTrue(self.found(path, f'"{included}"'), (path, included))
            self.assertEqual(self.found("hooks/ctl/run/acts.cpp", f'"{included}"'), [])

    def test_objects_to_libraries_away_from_home(self):
        self.assertTrue(self.found("exporter/main.cpp", "<curl/curl.h>"))
        self.assertTrue(self.found("lib/web/router.cpp", "<civetweb.h>"))
        self.assertTrue(self.found("exporter/exporter_config.cpp", "<yaml-cpp/yaml.h>"))
        self.assertTrue(self.found("exporter/poll/history.cpp", "<sqlite3.h>"))
        self.assertTrue(self.found("exporter/flags.cpp", "<CLI/CLI.hpp>"))
        self.assertTrue(self.found("exporter/poll/host_probe.cpp", "<xmlrpc-c/base.h>"))


class TrackedFiles(unittest.TestCase):
    def found(self, text):
        return tracked_files.problems("x", text, tracked_files.RULES)

    def test_accepts_installed_paths_and_examples(self):
        self.assertEqual(self.found("/etc/xenha/xenha.yml https://10.0.0.11/ /usr/bin/x ~/.local $HOME/root/x"), [])

    def test_objects_to_machines_hosts_and_secrets(self):
        for text in ["see /ho" "me/joe/x", "in /ro" "ot/build", '"resol' 'ved": "https://x.example/a.tgz"',
                     "https://regi" "stry.example.org/x", "AKI" "A0123456789ABCDEF",
                     "-----BEGIN PRIVATE " "KEY-----\n" + "A" * 64]:
            self.assertTrue(self.found(text), text)

    def test_objects_to_the_place_of_this_checkout(self):
        rules = tracked_files.of_this_machine(ROOT.resolve())
        self.assertTrue(tracked_files.problems("x", f"cd {ROOT.resolve()}\n", rules))


if __name__ == "__main__":
    unittest.main()
