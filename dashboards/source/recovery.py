"""Failovers: what is still down, how long each phase took against what was published, and what the hooks decided and why."""

import states
from panels import (BAD, CALM, GOOD, LEADS, NOTE, PLANNED, POOLS, SOURCE, UNKNOWN, WARN, Board, Column, State, bargauge,
                    hosts, limits, most, select, stat, table, timeline, timeseries)

POOL = {"pool": "~$pool"}
KINDS = {"user": "user VM", "router": "virtual router", "consoleproxy": "console proxy",
         "secondarystoragevm": "secondary storage VM"}
OUTCOMES = {"recovered": ("recovered", GOOD), "partial": ("partial", WARN),
            "expired": ("expired", BAD), "false_alarm": ("false alarm", UNKNOWN)}
CLOUD_ALERTS = {
    "host_down": ("host is down", BAD), "ha_scheduled": ("VM HA starts on a host's VMs", WARN),
    "host_disconnected": ("host disconnected", WARN), "host_alert": ("host in Alert", BAD),
    "maintenance_complete": ("maintenance of a host complete", PLANNED),
    "vm_stopped_unexpectedly": ("VM stopped unexpectedly", WARN), "vm_restart_failed": ("VM could not be restarted", BAD),
    "vm_restarted": ("VM restarted by HA", GOOD), "migration_failed": ("migration failed", WARN),
    "ha_disabled": ("VM has HA off and stays down", NOTE), "vm_stopped_storage": ("VM stopped, storage trouble", BAD)}
# The furthest phase a failover has reached; the colours go from trouble to recovered.
REACHED = [State(1, "detected", BAD), State(2, "new master", "semi-dark-orange"), State(3, "declared dead", WARN),
           State(4, "down in cloud", "light-orange"), State(5, "VM HA starts", NOTE),
           State(6, "first VM runs", "light-green"), State(7, "all VMs run", GOOD), State(0, "host lost", BAD)]
# Of a lost host: Up is not good news, CloudStack has not noticed yet; Down is what makes it restart VMs.
LOST_IN_CLOUD = [State(state.code, state.text, {"Up": NOTE, "Down": CALM}.get(state.text, state.colour))
                 for state in [*states.CLOUD, State(-1, "unknown", UNKNOWN)]]
ORDER = ["detected", "master_elected", "host_declared_dead", "cloudstack_host_down", "cloudstack_ha_started",
         "first_vm_running", "all_vms_running"]

alive = f"count({select('xenha_pool_up', **POOL)})"
open_ = most("xenha_failover_in_progress", "pool", "host", "role", **POOL)
pending = most("xenha_vm_restart_pending", "pool", "vm_kind", **POOL)
oldest = most("xenha_vm_restart_pending_oldest_timestamp_seconds", "pool", **POOL)


def in_range(metric, *by, **matchers):
    """How often in the time range; a counter that both ways of scraping tell of counts once."""
    return f"max by ({', '.join(by)}) (increase({select(metric, **matchers)}[$__range]))"


def times(metric, *by, **matchers):
    return f"round({in_range(metric, *by, **matchers)})"


def happened(metric, *by, **matchers):
    """The same for a counter that begins with its first event, which increase does not see."""
    grouped = f"max by ({', '.join(by)})"
    return (f"{times(metric, *by, **matchers)} > 0\n"
            f"or {grouped} (last_over_time({select(metric, **matchers)}[$__range])) > 0\n"
            f"unless {grouped} ({select(metric, **matchers)} offset $__range)")


def mmss(seconds):
    return f"{seconds // 60}:{seconds % 60:02}"


def reached():
    cases = " or ".join(f"{code} + 0 * {most('xenha_failover_last_phase_seconds', 'pool', 'phase', **POOL, phase=phase)}"
                        for code, phase in enumerate(ORDER, 1))
    inner = f"max by (pool) ({cases}) and on (pool) max by (pool) ({open_})"
    return f"{inner}\nor 0 * max by (pool) ({open_})"


def newest(phase=None):
    """Phases of the newest failover of each pool; while one is open, only of those that are."""
    reached_in = most("xenha_failover_last_phase_seconds", "pool", "phase", **POOL, **({"phase": phase} if phase else {}))
    return f"({reached_in}) and on (pool) {open_}\nor {reached_in} unless on () {open_}"


def phase_name(phase):
    name = states.PHASES[phase]
    return f"{name} ({mmss(states.PUBLISHED[phase])})" if phase in states.PUBLISHED else name


def against_published(phase, fine):
    """Yellow from a quarter more than published, red from twice as long."""
    published = states.PUBLISHED[phase]
    return limits(fine, (1.25 * published, NOTE), (2 * published, BAD))


def phase_override(phase):
    steps = against_published(phase, GOOD) if phase in states.PUBLISHED else limits(LEADS)
    return {"matcher": {"id": "byName", "options": phase_name(phase)}, "properties": [{"id": "thresholds", "value": steps}]}


def published(values):
    return "\nor ".join(f'label_replace(vector({value:g}), "phase", "{phase}", "", "")' for phase, value in values.items())


def board():
    board = Board("xenha-recovery", "xenha: recovery", "Failovers: what is still down, how long it took, what was decided.",
                  [SOURCE, POOLS, hosts('pool=~"$pool"')], "24h")

    board.row("Now")
    board.line(
        4,
        (4, stat("Failovers open", "Lost hosts whose failover has not ended.", f"count({open_}) or 0 * {alive}",
                 thresholds=limits(GOOD, (1, WARN)))),
        (4, stat("VMs waiting", "VMs of lost hosts that HA protects and that do not run again yet.",
                 f"sum({pending}) or 0 * {alive}", thresholds=limits(GOOD, (1, BAD)))),
        (4, stat("Longest wait", "How long the first lost of them has waited. The published failover took 5:30.",
                 f"time() - min({oldest}) or 0 * {alive} - 1", unit="dthms", states=[State(-1, "nobody waits", GOOD)],
                 thresholds=limits(WARN, (330, BAD)))),
        (4, stat("Not protected", "VMs of the newest failover that nobody restarts because their HA flag is off.",
                 f"sum({most('xenha_vm_not_protected', 'pool', **POOL)}) or 0 * {alive} - 1",
                 states=[State(-1, "no failover yet", GOOD)], thresholds=limits(GOOD, (1, NOTE)))),
        (4, stat("CloudStack answers", "Do all CloudStacks answer? If one does not, it may restart nothing, and nobody"
                 " sees it.",
                 f"min(xenha_cloudstack_up) or 0 * {alive} - 1",
                 states=[State(1, "yes", GOOD), State(0, "NO", BAD), State(-1, "none", UNKNOWN)])),
        (4, stat("Hooks", "Mode of xenha-hooks. In dry-run it only says what it would do.",
                 [('max by (mode) (xenha_hooks_mode) == 1 or on () label_replace(vector(0), "mode",'
                   ' "not running", "", "")', "{{mode}}")], name=True,
                 states=[State(1, "on", LEADS), State(0, "not running", UNKNOWN)])))

    board.line(
        6,
        (12, table("Open failovers", "Each lost host, and how far its pool's newest failover has come.", [
            Column("Pool", label="pool"), Column("Host", label="host"), Column("Was", label="role", width=70),
            Column("Furthest phase", f"0 * {host_open()} + on (pool) group_left () ({reached()})", width=130,
                   states=REACHED),
            Column("Lost for", f"0 * {host_open()} + on (pool) group_left () (time() - {oldest})\nor {host_open()} - 2",
                   unit="dthms", width=105, states=[State(-1, "no VM waits", CALM)], thresholds=limits(CALM, (330, BAD))),
            Column("In CloudStack", f"0 * {host_open()} + on (pool, host) group_left () "
                                    f"{states.cloud_state('pool', 'host', **POOL)}\nor {host_open()} - 2", width=110,
                   states=LOST_IN_CLOUD)],
            sort=[("Lost for", True)], no_value="No failover is known to be open.")),
        (12, table("VMs that wait", "VMs that HA protects and that do not run again yet, by kind.", [
            Column("Pool", label="pool"), Column("Kind", label="vm_kind", texts=KINDS),
            Column("Waiting", f"{pending} > 0", width=100, thresholds=limits(BAD)),
            Column("Lost for", f"0 * ({pending} > 0) + on (pool) group_left () (time() - {oldest})", unit="dthms", width=120,
                   thresholds=limits(CALM, (330, BAD)))],
            sort=[("Waiting", True)], no_value="No VM is known to wait.")))

    none_yet = published({phase: -1 for phase in ORDER})
    board.row("How failovers went")
    board.line(
        6,
        (24, timeline("Failovers", "Each pool while a failover was open: the furthest phase it had reached.",
                      [(reached(), "{{pool}}")], REACHED, no_value="No failover in this time range.")))
    board.line(
        9,
        (12, bargauge("Newest failover, phase by phase", "Time from the last contact with the lost host; in brackets"
                      " what was published for a lost master. Of several pools the slowest; while a failover is open, only"
                      " open ones.",
                      [(f"max({newest(phase)}) or 0 * {alive}", phase_name(phase)) for phase in ORDER], unit="dthms",
                      states=[State(0, "-", UNKNOWN)], overrides=[phase_override(phase) for phase in ORDER])),
        (12, table("Phases", "Every phase against what was published: the newest failover, as on the left, then all"
                   " failovers of this time range.", [
                       Column("Phase", label="phase", texts=states.PHASES),
                       Column("Published", published({phase: states.PUBLISHED.get(phase, -1) for phase in ORDER}),
                              unit="dthms", width=100, states=[State(-1, "-", CALM)]),
                       Column("Newest", f"max by (phase) ({newest()})\nor {none_yet}", unit="dthms", width=100,
                              states=[State(-1, "-", CALM)]),
                       Column("Mean", f"{by_phase('sum')} / ({by_phase('count')} > 0)\nor {none_yet}", unit="dthms",
                              width=100, states=[State(-1, "-", CALM)]),
                       Column("Failovers", f"round({by_phase('count')})", width=95, null="-")],
                   sort=[("order", False)], hidden=[Column("order", published({p: i for i, p in enumerate(ORDER)}))])))
    board.line(
        8,
        (12, table("Newest failover of each pool", "Times from the last contact; compared with the published ones.", [
            Column("Pool", label="pool"),
            *[Column(short, most("xenha_failover_last_phase_seconds", "pool", **POOL, phase=phase) + unless_reached(),
                     unit="dthms", states=[State(-1, "-", CALM)], width=85,
                     thresholds=against_published(phase, CALM) if phase in states.PUBLISHED else limits(CALM))
              for short, phase in (("Detected", "detected"), ("Master", "master_elected"), ("Down", "cloudstack_host_down"),
                                   ("HA starts", "cloudstack_ha_started"), ("First VM", "first_vm_running"),
                                   ("All VMs", "all_vms_running"))],
            Column("Unsure", most("xenha_failover_start_uncertainty_seconds", "pool", **POOL) + unless_reached(), unit="s",
                   decimals=0, width=75, states=[State(-1, "-", CALM)])],
            sort=[("All VMs", True), ("Pool", False)], no_value="No failover yet.")),
        (7, bargauge("Failovers by outcome", "Failovers that ended in this time range (partial: some VMs stayed"
                     " down; expired: after 3 hours), and suspicions that came to nothing.", [
            *[(f"round(sum({in_range('xenha_failovers_total', 'pool', 'role', **POOL, outcome=outcome)}))", text)
              for outcome, (text, _) in OUTCOMES.items()],
            (f"round(sum({in_range('xenha_failover_suspicions_total', 'pool', **POOL)}))", "suspicions only")],
            unit="none", thresholds=limits(GOOD), overrides=[colour(text, c) for text, c in
                                                            [*OUTCOMES.values(), ("suspicions only", UNKNOWN)]])),
        (5, stat("VMs back within 5:30", "Share of the lost VMs that ran again within the published 5:30, in this time"
                 " range, as XenServer saw it.", back_in_time(), unit="percentunit", decimals=0, no_value="no VM lost",
                 thresholds=limits(BAD, (0.5, WARN), (0.9, GOOD)))))
    board.line(
        7,
        (12, table("How long VMs took", "From the loss of the host to the VM running again, in this time range, by kind"
                   " and by the system that saw it. Read from a histogram: a few VMs give coarse times.", [
                       Column("Kind", label="vm_kind", texts=KINDS),
                       Column("Seen by", label="seen_by", texts={"xenserver": "XenServer", "cloudstack": "CloudStack"},
                              width=110),
                       Column("VMs", f"{vm_count()} > 0", width=70),
                       Column("Half within", vm_quantile(0.5), unit="dthms", width=110, null="-"),
                       Column("90 % within", vm_quantile(0.9), unit="dthms", width=110, null="-"),
                       Column("Within 5:30", vm_share(), unit="percentunit", decimals=0, width=110, null="-",
                              thresholds=limits(BAD, (0.5, WARN), (0.9, CALM)))],
                   sort=[("VMs", True)], no_value="No VM was restarted in this time range.")),
        (12, timeseries("VMs waiting, over time", "VMs that HA protects and that did not run again yet.",
                        [(f"sum by (pool) ({pending})", "{{pool}}")], "none", minimum=0, decimals=0, at_least=4,
                        no_value="No VM waited in this time range.")))

    board.row("CloudStack")
    board.line(
        9,
        (8, table("CloudStack's alerts", "CloudStack's alerts about hosts and VM HA in this time range, for all pools.", [
            Column("Alert", label="alert", texts={alert: text for alert, (text, _) in CLOUD_ALERTS.items()}),
            Column("In this time range", f"{times('xenha_cloudstack_alerts_total', 'alert')} > 0", width=150,
                   thresholds=limits(CALM))],
            sort=[("In this time range", True)], no_value="No alert in this time range.")),
        (8, table("Settings that decide", "CloudStack's settings that decide how failures end. Yellow: nobody has set"
                  " alert.wait, which then is 30 minutes.", [
            Column("Setting", label="setting"),
            Column("CloudStack", label="cloudstack", width=90),
            Column("Seconds", setting("xenha_cloudstack_setting_seconds"), width=75, null="-"),
            Column("Value", setting("xenha_cloudstack_setting_value"), width=60, null="-"),
            Column("Is", f"2 * ({setting('xenha_cloudstack_setting_default', 'alert.wait')} == 1)\n"
                         f"or {setting('xenha_cloudstack_setting_default')}", width=70,
                   states=[State(2, "default", NOTE), State(1, "default", CALM), State(0, "set", CALM)])],
            sort=[("Setting", False)], no_value="No CloudStack is attached.")),
        (8, table("Hosts that came back", "How long each host took from being reachable again to live and enabled, the last"
                  " time.", [
            Column("Host", label="host"), Column("Pool", label="pool"),
            Column("Back in", most("xenha_host_rejoin_seconds", "pool", "host", **POOL, host="~$host"), unit="dthms",
                   width=100, thresholds=limits(CALM, (900, WARN)))],
            sort=[("Back in", True)], no_value="No host has come back yet.")))
    board.line(
        7,
        (24, timeline("Hosts not Up in CloudStack", "Hosts that were not Up in CloudStack. From 4.5 on only Down"
                      " restarts VMs, Alert does not.",
                      [(f"{states.cloud_state('host', **POOL, host='~$host')} != 1", "{{host}}")],
                      states.CLOUD, no_value="Every host was Up in this time range.")))

    board.row("What the hooks decided, and why")
    board.line(
        8,
        (12, table("Decisions", "Each verdict of xenha-hooks in this time range with its reason. The page of the daemon and"
                   " xenhactl explain say more.", [
                       Column("Pool", label="pool"), Column("Action", label="action"),
                       Column("Verdict", label="verdict", width=120, texts=VERDICTS), Column("Reason", label="reason"),
                       Column("Times", happened("xenha_hooks_decisions_total", *DECISION, **POOL), width=80)],
                   sort=[("Times", True)], no_value="No decision in this time range.")),
        (12, table("Guards that object now", "For pools with an open alert: which guard of the hooks objects, or does not"
                   " know.", [
            Column("Pool", label="pool"), Column("Guard", label="guard"),
            Column("Says", label="state", width=110, texts={"fail": ("no", BAD), "unknown": ("not known", UNKNOWN)})],
            sort=[("Pool", False)], no_value="No guard objects: no pool waits for a decision.",
            hidden=[Column("now", most("xenha_hooks_guard_state", "pool", "guard", "state", **POOL, state="~fail|unknown")
                           + " == 1")])))
    board.line(
        5,
        (8, table("What actions came to", "Outcomes of the hooks' actions in this time range.", [
            Column("Pool", label="pool"), Column("Action", label="action"),
            Column("Outcome", label="outcome", width=140, texts=ACTIONS),
            Column("Times", happened("xenha_hooks_actions_total", "pool", "action", "outcome", **POOL), width=70)],
            sort=[("Times", True)], no_value="No action in this time range.")),
        (4, stat("Acting now", "Actions of the hooks that run at this moment.",
                 f"sum({most('xenha_hooks_action_in_progress', 'pool', 'action', **POOL)})",
                 thresholds=limits(GOOD, (1, PLANNED)), no_value="unknown")),
        (4, stat("Pools paused", "Pools where somebody told the hooks to wait.",
                 f"sum({most('xenha_hooks_paused', 'pool', **POOL)})", thresholds=limits(GOOD, (1, PLANNED)),
                 no_value="unknown")),
        (4, stat("Pools given up", "Pools where the hooks do nothing any more until xenhactl clears it.",
                 f"sum({most('xenha_hooks_gave_up', 'pool', **POOL)})", thresholds=limits(GOOD, (1, BAD)),
                 no_value="unknown")),
        (4, stat("Last success", "Time since the hooks last enabled HA somewhere.",
                 f"time() - max({select('xenha_hooks_last_success_timestamp_seconds', **POOL)})", unit="s", decimals=1,
                 thresholds=limits(GOOD), no_value="never")))
    return board


SETTINGS = ("~alert\\\\.wait|ping\\\\.interval|ping\\\\.timeout|force\\\\.ha|vm\\\\.ha\\\\.enabled|ha\\\\.workers|"
            "restart\\\\.retry\\\\.interval|time\\\\.between\\\\.failures|wait")
DECISION = ("pool", "action", "verdict", "reason")
VERDICTS = {"act": ("acts", GOOD), "would_act": ("would act", LEADS), "wait": ("waits", NOTE), "refuse": ("refuses", BAD),
            "done": ("nothing to do", GOOD), "standby": ("standby", LEADS), "ignored": ("ignored", UNKNOWN)}
ACTIONS = {"success": ("success", GOOD), "failed": ("failed", BAD), "rolled_back": ("rolled back", WARN),
           "not_armed": ("not armed", WARN), "unknown": ("unknown", UNKNOWN)}


def setting(metric, one=SETTINGS):
    return most(metric, "cloudstack", "setting", setting=one)


def host_open():
    return most("xenha_failover_in_progress", "pool", "host", "role", **POOL, host="~$host")


def unless_reached():
    return f"\nor 0 * max by (pool) ({most('xenha_failover_last_phase_seconds', 'pool', 'phase', **POOL)}) - 1"


def colour(name, value):
    return {"matcher": {"id": "byName", "options": name}, "properties": [{"id": "thresholds", "value": limits(value)}]}


def by_phase(part):
    return f"sum by (phase) ({in_range(f'xenha_failover_phase_seconds_{part}', 'pool', 'role', 'phase', **POOL)})"


WITHIN = "~330([.]0)?"  # the bucket of 5:30, in either format


def vm_count(metric="xenha_vm_restart_latency_seconds_count", *by, **matchers):
    return f"round(sum by (vm_kind, seen_by) ({in_range(metric, 'pool', 'vm_kind', 'seen_by', **POOL, **matchers)}))"


def vm_share():
    return f"{vm_count('xenha_vm_restart_latency_seconds_bucket', le=WITHIN)} / ({vm_count()} > 0)"


def back_in_time():
    seen = {**POOL, "seen_by": "xenserver"}
    in_time = in_range("xenha_vm_restart_latency_seconds_bucket", "pool", "vm_kind", **seen, le=WITHIN)
    return f"sum({in_time}) / sum({in_range('xenha_vm_restart_latency_seconds_count', 'pool', 'vm_kind', **seen)})"


def vm_quantile(share):
    counts = in_range("xenha_vm_restart_latency_seconds_bucket", "pool", "vm_kind", "seen_by", "le", **POOL)
    return (f"histogram_quantile({share}, sum by (le, vm_kind, seen_by) ({counts}))"
            f" and on (vm_kind, seen_by) ({vm_count()} > 0)")
