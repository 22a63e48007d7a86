"""One pool: is HA on, on every host? Who is master, and do all agree? How near is each host to being fenced?"""

import states
from panels import (BAD, CALM, GOOD, LEADS, NOTE, ONE_POOL, SECONDS, SOURCE, UNKNOWN, WARN, Board, Column, State,
                    hosts, limits, most, select, stat, table, timeline, timeseries)

POOL = {"pool": "$pool"}
HOSTS = {"pool": "$pool", "host": "~$host"}


def pool(metric, *by, **matchers):
    return most(metric, "pool", *by, **POOL, **matchers)


def host(metric, *by, **matchers):
    return most(metric, "host", *by, **HOSTS, **matchers)


EVERY_HOST = f"max by (host) (last_over_time({select('xenha_host_reachable', **HOSTS)}[1h]))"


def each(expr, otherwise=-1):
    """The value for each host, `otherwise` where it is not known."""
    return f"{expr}\nor {otherwise:g} + 0 * {EVERY_HOST}"


def said(expr, label, otherwise="-"):
    return f'{expr}\nor on (host) label_replace(0 * {EVERY_HOST}, "{label}", "{otherwise}", "", "")'


enabled = pool("xenha_pool_ha_enabled")
off_since = pool("xenha_pool_ha_disabled_since_timestamp_seconds")
masters = pool("xenha_pool_masters")
last_answer = f"max(max_over_time({select('xenha_pool_last_success_timestamp_seconds', **POOL)}[1d]))"
# 1 where a host names a host that claims to be master, which includes the master itself.
follows = (f"max by (host) ({host('xenha_host_believed_master', 'master')} * on (master) group_left () "
           f'(label_replace(max by (host) ({select("xenha_pool_master", **POOL)}), "master", "$1", "host", "(.+)") == 1))')
names = f"max by (host) ({select('xenha_host_believed_master', **HOSTS)})"
agreement = (f"2 * (max by (host) ({select('xenha_pool_master', **HOSTS)}) == 1)\nor {follows}"
             f"\nor 3 * {names} and on () ({masters} == 0)\nor 0 * {names}")
AGREEMENT = [State(1, "follows the master", GOOD), State(2, "claims to be master", LEADS),
             State(3, "its master is silent", WARN), State(0, "names another", BAD), State(-1, "not known", UNKNOWN)]
NO_MARGIN = [State(-1, "not known", UNKNOWN), State(-2, "HA is off", UNKNOWN), State(-3, "not recorded", UNKNOWN)]
YES_NO = [*states.calm(states.YES_NO[:2]), State(-1, "?", UNKNOWN)]
ARMED = [State(1, "armed", GOOD), State(0, "NOT ARMED", BAD), State(3, "HA on", GOOD), State(2, "HA OFF", BAD),
         State(4, "enabling HA", NOTE), State(5, "disabling HA", NOTE), State(-1, "unknown", UNKNOWN)]
# Of a host that the master holds for dead it repeats what was true before.
ARMED_HOST = f"{host('xenha_host_ha_armed')} and {host('xenha_host_live')} == 1"
SWITCH = f"5 * ({pool('xenha_pool_ha_operation', operation='ha_disable')} == 1)\n" \
         f"or 4 * ({pool('xenha_pool_ha_operation', operation='ha_enable')} == 1)\nor {enabled} + 2"

FAILOVERS = {"name": "Failovers", "datasource": {"type": "prometheus", "uid": "${datasource}"}, "enable": True,
             "hide": False, "iconColor": WARN, "expr": most("xenha_failover_in_progress", "pool", "host", "role", pool="$pool"),
             "step": "15s", "titleFormat": "Failover", "textFormat": "{{role}} {{host}} was lost", "tagKeys": ""}


def latency(title, description, metric, limit, limit_name):
    return timeseries(title, description, [
        (host(metric), "{{host}}"), (f"{limit} and on () {host(metric)}", limit_name)], SECONDS, minimum=0,
                      no_value="No latency: HA is off, or hosts do not record it (xenhactl latency enable).",
                      overrides=[{"matcher": {"id": "byName", "options": limit_name}, "properties": [
                          {"id": "color", "value": {"mode": "fixed", "fixedColor": BAD}},
                          {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [10, 10]}}]}])


def board():
    board = Board("xenha-pool", "xenha: one pool", "One pool: HA, master, hosts, heartbeat.", [SOURCE, ONE_POOL, hosts(
        'pool="$pool"')], "6h", annotations=[FAILOVERS])

    board.line(
        4,
        (3, stat("The pool is", "The worst that is true of the pool; the same word as on the screen of all pools.",
                 states.pool_state(**POOL), states=states.POOL)),
        (2, stat("HA", "Is pool HA on? Off is no harm where CloudStack still replaces a dead master itself.",
                 states.ha(**POOL), states=states.ON_OFF)),
        (3, stat("HA off for", "Time since HA was first seen off after it was on.",
                 f"time() - {off_since} or -1 * ({enabled} == 1) or {enabled} - 2",
                 unit="s", decimals=1, thresholds=limits(BAD),
                 states=[State(-1, "it is on", GOOD), State(-2, "never was on", NOTE)])),
        (4, stat("Master", "The host that claims to be master when asked directly. Two names: split brain.",
                 [(f"(max by (host) ({select('xenha_pool_master', **POOL)}) == 1) * scalar({masters})\n"
                   f'or on () label_replace({masters} == 0, "host", "none", "", "")\n'
                   f'or on () label_replace({states.known_pools(**POOL)} * 0 - 1, "host", "unknown", "", "")', "{{host}}")],
                 name=True, states=[*states.MASTERS[1:], State(1, "1", LEADS)])),
        (3, stat("All agree", "Do all hosts that answer name a host as master that claims to be it?",
                 f"min({follows}\nor 0 * max by (host) ({select('xenha_host_believed_master', **POOL)})) "
                 f"* scalar({masters} <= bool 1)", states=[State(1, "yes", GOOD), State(0, "NO", BAD)])),
        (3, stat("Hosts not armed", "Hosts that HA would not fence and that cannot take over. Every host while HA is off.",
                 f"sum(max by (host) ({select('xenha_host_ha_armed', **POOL)}) == bool 0)",
                 thresholds=limits(GOOD, (1, BAD)))),
        (3, stat("Lowest margin", "How far the host nearest to being fenced is from it: 100 % is all of the HA timeout"
                 " left.",
                 f"min({select('xenha_heartbeat_margin_ratio', **POOL)}) or 0 * max({enabled} == 0) - 2"
                 f" or 0 * max({pool('xenha_heartbeat_latency_recorded')} == 0) - 3 or 0 * max({enabled}) - 1",
                 unit="percentunit", decimals=0, thresholds=states.MARGIN, states=NO_MARGIN)),
        (3, stat("Last answer", "Time since the last good answer of the pool's master. All that the master says is as old.",
                 f"round(time() - {last_answer})", unit="s", decimals=0, thresholds=states.STALE, no_value="never")))

    board.line(
        10,
        (24, table("Hosts", "A row for each host, as it said itself when asked directly and as the master sees it.", [
            Column("Host", label="host"),
            Column("State", each(states.host_state("host", **HOSTS)), states=states.HOST, width=105),
            Column("Emergency reason", said(host("xenha_host_emergency_reason", "reason"), "reason"), label="reason",
                   width=340),
            Column("Follows", said(host("xenha_host_believed_master", "master"), "master"), label="master"),
            Column("Live", each(host("xenha_host_live")), states=YES_NO, width=55),
            Column("Enabled", each(host("xenha_host_enabled")), states=[
                State(1, "yes", CALM), State(0, "no", WARN), State(-1, "?", UNKNOWN)], width=70),
            Column("Armed", each(ARMED_HOST), states=[*YES_NO[:2], State(-1, "-", CALM)], width=65),
            Column("Margin", each(f"{host('xenha_heartbeat_margin_ratio')}\nor 0 * ({host('xenha_host_ha_armed')}"
                                  f" unless on () {enabled} == 1) - 2\n"
                                  f"or {host('xenha_heartbeat_latency_recorded')} - 3 <= -3"), unit="percentunit",
                   decimals=0, width=105, thresholds=limits(BAD, (0.25, WARN), (0.5, CALM)),
                   states=[State(state.code, state.text, CALM) for state in NO_MARGIN]),
            Column("Heartbeat SR", each(f"min by (host) ({host('xenha_heartbeat_sr_attached', 'sr')})"), width=110, states=[
                State(1, "attached", CALM), State(0, "DETACHED", BAD), State(-1, "unknown", UNKNOWN)]),
            Column("Paths lost", each(f"max by (host) ({host('xenha_heartbeat_sr_paths', 'sr')}"
                                      f" - {host('xenha_heartbeat_sr_paths_active', 'sr')})\n"
                                      f"or 0 * {host('xenha_heartbeat_sr_attached')} - 2"), width=85,
                   states=[State(-2, "one path", CALM), State(0, "0", CALM), State(-1, "?", UNKNOWN)],
                   thresholds=limits(CALM, (1, WARN))),
            Column("Planned work", each("max by (host) (" + " or ".join(
                f"{code} * ({host('xenha_host_maintenance', 'source', source=source)} == 1)"
                for code, source in ((3, "xenha"), (2, "cloudstack"), (1, "xenserver")))
                + f")\nor 0 * {host('xenha_host_reachable')}"), states=[*states.calm(states.WORK), states.UNKNOWN_FACT],
                   width=115),
            Column("Up for", each(f"time() - {host('xenha_host_boot_timestamp_seconds')}"), unit="s", decimals=1, width=85,
                   states=[State(-1, "unknown", CALM)], thresholds=limits(CALM)),
            Column("Toolstack for", each(f"time() - {host('xenha_host_agent_start_timestamp_seconds')}"), unit="s",
                   decimals=1, width=105, states=[State(-1, "unknown", CALM)], thresholds=limits(CALM)),
            Column("Clock off", each(f"abs({host('xenha_host_clock_offset_seconds')})"), unit="s", decimals=1, width=85,
                   states=[State(-1, "unknown", CALM)], thresholds=limits(CALM, (10, NOTE), (30, WARN)))],
            sort=[("State", True), ("Host", False)], no_value="No host of this pool in this Prometheus.")))

    board.line(
        9,
        (12, timeline("Host states", "What each host was when asked directly. A gap is a time without an answer from the"
                      " exporter.", [(states.host_state("host", **HOSTS), "{{host}}")], states.HOST)),
        (12, timeline("Who follows whom", "Each host's own word: claims to be master, names a host that claims it, or another"
                      ". A gap: it named nobody.", [(agreement, "{{host}}")], AGREEMENT)))
    board.line(
        9,
        (12, timeline("HA and armed hosts", "The pool's switch on top, then whether each host would be fenced and can take"
                      " over.", [(SWITCH, "Pool"), (ARMED_HOST, "{{host}}")], ARMED)),
        (12, timeline("In CloudStack", "The state that CloudStack holds each host in. From 4.5 on only Down restarts"
                      " VMs, Alert does not.", [(states.cloud_state("host", **HOSTS), "{{host}}")], states.CLOUD,
                      no_value="No CloudStack is attached to this pool.")))

    newest = f"max by (message) ({select('xenha_ha_message_last_timestamp_seconds', **POOL)})"
    board.line(
        7,
        (12, table("Alerts that fire", "xenha's alerts of this pool, and for how long their condition has held.", [
            Column("Alert", label="alertname"), Column("Severity", label="severity", width=100, texts={
                "critical": ("critical", BAD), "warning": ("warning", WARN), "info": ("info", LEADS)}),
            Column("Host", label="host"),
            Column("For", 'time() - max by (alertname, severity, host) (ALERTS_FOR_STATE{alertname=~"XenHA.+",pool="$pool"})'
                          ' and on (alertname, severity, host)'
                          ' ALERTS{alertname=~"XenHA.+",alertstate="firing",pool="$pool"}',
                   unit="s", decimals=1, width=110)],
            sort=[("For", True)], no_value="No alert fires for this pool, or no rules are loaded.")),
        (12, table("HA messages", "XenServer's messages about HA: how many came in this time range, and the newest ever.", [
            Column("Message", label="message"),
            Column("In this time range", f"round(max by (message) (increase("
                                         f"{select('xenha_ha_messages_total', **POOL)}[$__range]))) and {newest}", width=150,
                   thresholds=limits(CALM, (1, NOTE)), states=[State(0, "0", CALM)], null="-"),
            Column("Newest", f"1000 * {newest}", unit="dateTimeAsIso", width=180, null="-")],
            sort=[("Newest", True)], no_value="No HA message is known since the exporter first ran.")))

    timeout = f"max({select('xenha_pool_ha_timeout_seconds', **POOL)})"
    board.row("Heartbeat")
    board.line(
        8,
        (12, timeseries("Margin to fencing", "How much of the HA timeout is left on each host: at 0 % it is fenced.",
                        [(host("xenha_heartbeat_margin_ratio"), "{{host}}")], "percentunit", thresholds=states.MARGIN,
                        minimum=0, maximum=1, area=True,
                        no_value="No margin: HA is off, or hosts do not record latencies (xenhactl latency enable).")),
        (12, latency("Statefile access", "Time of each host's last access to the statefile; a host whose access takes longer"
                     " than the HA timeout is fenced.", "xenha_heartbeat_statefile_latency_seconds", timeout, "HA timeout")))
    board.line(
        8,
        (12, latency("Network heartbeat", "Time between a host's last two network heartbeats beyond the nominal interval.",
                     "xenha_heartbeat_network_latency_seconds", timeout, "HA timeout")),
        (12, latency("Toolstack check", "Duration of each host's last health check of its toolstack; after 120 s HA restarts"
                     " or fences.", "xenha_heartbeat_xapi_latency_seconds", "vector(120)", "limit")))

    board.line(
        5,
        (24, table("Heartbeat storage", "Each storage repository that carries the pool's HA statefile.", [
            Column("SR", label="sr"),
            Column("Type", sr("xenha_heartbeat_sr_info", "sr_type"), label="sr_type", width=120),
            Column("As configured", sr("xenha_heartbeat_sr_expected") + sr_or(-1), width=130, states=[
                State(1, "yes", CALM), State(0, "ANOTHER SR", BAD), State(-1, "none configured", CALM)]),
            Column("Size", sr("xenha_heartbeat_sr_size_bytes") + sr_or(-1), unit="bytes", decimals=1,
                   width=110, states=[State(-1, "unknown", CALM)], thresholds=limits(CALM)),
            Column("Free", f"{sr('xenha_heartbeat_sr_size_bytes')} - "
                           f"{sr('xenha_heartbeat_sr_used_bytes')}" + sr_or(-1), unit="bytes", decimals=1,
                   width=110, states=[State(-1, "unknown", CALM)], thresholds=limits(CALM)),
            Column("Next enabling needs", sr("xenha_heartbeat_sr_required_bytes") + sr_or(-1), unit="bytes",
                   decimals=1, width=160, states=[State(-1, "unknown", CALM), State(0, "nothing new", CALM)],
                   thresholds=limits(CALM)),
            Column("Room for it", f"{sr('xenha_heartbeat_sr_size_bytes')} - "
                                  f"{sr('xenha_heartbeat_sr_used_bytes')} >= bool "
                                  f"{sr('xenha_heartbeat_sr_required_bytes')}" + sr_or(-1), width=110,
                   states=states.calm(states.YES_NO)),
            Column("Foreign disks", sr("xenha_heartbeat_sr_foreign_vdis") + sr_or(-1), width=120,
                   states=[State(0, "0", CALM), State(-1, "unknown", UNKNOWN)], thresholds=limits(CALM, (1, NOTE))),
            Column("Also CloudStack's", sr("xenha_heartbeat_sr_is_primary_storage") + sr_or(-1), width=150,
                   states=[State(0, "no", CALM), State(1, "PRIMARY STORAGE", BAD), State(-1, "unknown", UNKNOWN)]),
            Column("Hosts without it", f"sum by (sr) (max by (sr, host) "
                                       f"({select('xenha_heartbeat_sr_attached', **POOL)}) == bool 0)" + sr_or(-1),
                   width=140, states=[State(0, "0", CALM), State(-1, "unknown", UNKNOWN)],
                   thresholds=limits(CALM, (1, BAD)))],
            sort=[("SR", False)], no_value="No HA statefile is known: HA was never on, or there is no data.")))

    board.row("How it is set up")
    board.line(
        4,
        (3, stat("HA timeout", "How long a host may miss heartbeats before it is fenced.", timeout, unit=SECONDS,
                 thresholds=limits(GOOD))),
        (3, stat("Long enough", "Is the HA timeout at least what the configuration expects?",
                 f"{timeout} >= bool max({select('xenha_pool_ha_timeout_expected_seconds', **POOL)})",
                 states=states.YES_NO)),
        (3, stat("VMs under HA", "VMs that XenServer itself would restart. Must be 0 where CloudStack restarts VMs, or"
                 " one VM may run twice.", f"max({select('xenha_pool_ha_protected_vms', **POOL)})",
                 thresholds=limits(GOOD, (1, BAD)))),
        (3, stat("Failures planned", "Host failures for which XenServer is asked to plan VM restarts. With CloudStack this"
                 " should be 0.", f"max({select('xenha_pool_ha_host_failures_to_tolerate', **POOL)})",
                 thresholds=limits(GOOD, (1, NOTE)))),
        (3, stat("HA licensed", "Does the licence allow HA? If not, enabling it is refused.",
                 f"max({select('xenha_pool_ha_licensed', **POOL)})", states=states.YES_NO)),
        (3, stat("Hotfix missing", "Hosts without the hotfix that HA needs; XenServer 6.x only.",
                 f"sum({pool('xenha_host_hotfix_applied', 'host')} == bool 0) or 0 * max({enabled}) - 1",
                 thresholds=limits(GOOD, (1, BAD)), states=[State(-1, "not needed", GOOD)])),
        (3, stat("Certificate", "Time until the first of the hosts' TLS certificates expires.",
                 f"min({select('xenha_host_tls_certificate_expiry_timestamp_seconds', **POOL)}) - time()"
                 f" or 0 * max({enabled}) - 1", unit="s", decimals=0, states=[State(-1, "none", UNKNOWN)],
                 thresholds=limits(BAD, (604800, WARN), (2592000, GOOD)))),
        (3, stat("Master changes", "Changes of the master role in this time range.",
                 f"round(max(increase({select('xenha_pool_master_changes_total', **POOL)}[$__range])))",
                 thresholds=limits(GOOD, (1, NOTE)))))
    return board


def sr(metric, *by):
    return most(metric, "sr", *by, **POOL)


def sr_or(otherwise):
    return f"\nor {otherwise:g} + 0 * {sr('xenha_heartbeat_sr_info')}"
