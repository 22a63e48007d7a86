"""All pools on one display, the worst on top: is anything wrong, where, and since when?"""

import states
from panels import (BAD, CALM, GOOD, NOTE, SOURCE, UNKNOWN, WARN, Board, Column, State, limits, most, stat, table, timeline)

TO_POOL = {"title": "Open the pool", "url": "/d/xenha-pool?${datasource:queryparam}&var-pool=${__data.fields.Pool}&"
                                            "${__url_time_range}", "targetBlank": False}
NONE_IS_GOOD = limits(GOOD, (1, BAD))
POOLS = states.known_pools()
ANSWERED = most("xenha_pool_up", "pool")  # pools that the exporter tells of now


def each(expr, otherwise=-1):
    """The value of `expr` for each pool, `otherwise` where it is not known: no column ever vanishes."""
    return f"{expr}\nor {otherwise:g} + 0 * {POOLS}"


def named(expr, label):
    return f'{expr}\nor on (pool) label_replace(0 * {POOLS}, "{label}", "-", "", "")'


NONE = [State(0, "0", CALM), states.UNKNOWN_FACT]
NOT_SEEN = State(-1, "?", UNKNOWN)  # where there is no room for more

enabled = most("xenha_pool_ha_enabled", "pool")
required = most("xenha_pool_ha_required", "pool")
masters = most("xenha_pool_masters", "pool")
reachable = most("xenha_host_reachable", "pool", "host")
live = most("xenha_host_live", "pool", "host")
emergency = most("xenha_host_state", "pool", "host", state="emergency")
armed = most("xenha_host_ha_armed", "pool", "host")
down = f"({reachable} == 0 or {live} == 0) unless on (pool, host) ({emergency} == 1)"
margin = most("xenha_heartbeat_margin_ratio", "pool", "host")
recorded = most("xenha_heartbeat_latency_recorded", "pool")
oldest = most("xenha_vm_restart_pending_oldest_timestamp_seconds", "pool")
open_ = most("xenha_failover_in_progress", "pool", "host")
waiting = most("xenha_vm_restart_pending", "pool", "vm_kind")
last_answer = "max by (pool) (max_over_time(xenha_pool_last_success_timestamp_seconds[1d]))"
alerts = 'ALERTS{alertname=~"XenHA.+",alertstate="firing",severity=~"critical|warning"}'


def board():
    board = Board("xenha-fleet", "xenha: all pools", "Every pool's HA on one display, the worst on top.", [SOURCE], "6h")

    board.line(
        4,
        (3, stat("Pools without HA", "Pools where a dead master is replaced only by pool HA, and HA is off.",
                 f"sum(({enabled} == bool 0) * ({required} or 0 * {enabled} + 1))", thresholds=NONE_IS_GOOD)),
        (3, stat("No single master", "Pools where no host, or more than one, claims to be master.",
                 f"sum({masters} != bool 1)", thresholds=NONE_IS_GOOD)),
        (3, stat("Hosts down", "Hosts that do not answer when asked directly, or that the master holds for dead; those in"
                 " emergency are counted apart.", f"count({down}) or 0 * count({reachable})",
                 thresholds=NONE_IS_GOOD)),
        (3, stat("In emergency", "Hosts without a master they can work with. Seconds of it at a toolstack restart are"
                 " normal.", f"sum({emergency})", thresholds=limits(GOOD, (1, WARN)))),
        (2, stat("Margin", "Lowest of all: how far the host nearest to being fenced is from it: 100 % is all of the HA"
                 " timeout left. Hosts record it only after xenhactl latency enable.", f"min({margin}) or 0 * count({ANSWERED}) - 1",
                 unit="percentunit", decimals=0, thresholds=states.MARGIN, states=[State(-1, "not recorded", UNKNOWN)])),
        (3, stat("VMs waiting", "VMs of lost hosts that HA protects and that do not run again yet.",
                 f"sum({waiting})", thresholds=NONE_IS_GOOD)),
        (2, stat("Clouds", "CloudStacks that did not answer the last question.",
                 f"sum({most('xenha_cloudstack_up', 'cloudstack')} == bool 0) or 0 * count({ANSWERED}) - 1",
                 thresholds=NONE_IS_GOOD, states=[State(-1, "none", UNKNOWN)])),
        (2, stat("Alerts", "xenha's alerts that fire, critical and warning.",
                 f"count({alerts}) or 0 * count(pool:xenha_pool_masters:last)", thresholds=limits(GOOD, (1, WARN)),
                 no_value="no rules")),
        (3, stat("Last news", "Time since any pool gave a good answer. When it grows, the exporter is down or cut off, and"
                 " all else here is old.", f"(max(xenha_exporter_isolated) == 1) - 2 or round(time() - max({last_answer}))",
                 unit="s", decimals=0, thresholds=states.STALE, states=[State(-1, "cut off", BAD)])))

    board.line(
        14,
        (24, table("Pools, worst first", "A row for each pool. The first column is the worst that is true of it; a click"
                   " on the pool opens its own screen.", [
                       Column("State", states.pool_state(), states=states.POOL, width=120),
                       Column("Pool", label="pool", link=TO_POOL),
                       Column("HA", each(states.ha()), states=states.ON_OFF, width=90),
                       Column("Masters", each(masters), states=states.calm(states.MASTERS), width=75),
                       Column("Master", named(f'max by (pool, host) (xenha_pool_master == 1) and on (pool) ({masters} == 1)',
                                              "host"), label="host"),
                       Column("Hosts", each(f"count by (pool) ({reachable})"), states=[NOT_SEEN],
                              width=60),
                       Column("Down", each(f"count by (pool) ({down}) or 0 * count by (pool) ({reachable})"),
                              states=[State(0, "0", CALM), NOT_SEEN], thresholds=limits(CALM, (1, BAD)), width=60),
                       Column("Emergency", each(f"sum by (pool) ({emergency})"), states=NONE,
                              thresholds=limits(CALM, (1, WARN)), width=95),
                       Column("Not armed", each(f"sum by (pool) ({armed} == bool 0) and on (pool) ({enabled} == 1)"
                                                f" or {enabled} - 2 and on (pool) ({enabled} == 0)", -1),
                              states=[State(0, "0", CALM), State(-2, "HA is off", CALM), states.UNKNOWN_FACT],
                              thresholds=limits(CALM, (1, WARN)), width=90),
                       Column("Margin", each(f"min by (pool) ({margin})\nor {enabled} - 2 and on (pool) ({enabled} == 0)"
                                             f"\nor {recorded} - 3 and on (pool) ({recorded} == 0)"), unit="percentunit",
                              decimals=0, thresholds=limits(BAD, (0.25, WARN), (0.5, CALM)), width=105,
                              states=[State(-2, "HA is off", CALM), State(-3, "not recorded", CALM),
                                      states.UNKNOWN_FACT]),
                       Column("CloudStack", each(f"{states.cloud_state('pool')}\nor 0 * {ANSWERED} - 2"), width=115,
                              states=[*states.calm(states.CLOUD), State(-2, "not attached", CALM), states.UNKNOWN_FACT]),
                       Column("Failover", each(f"count by (pool) ({open_}) or 0 * {ANSWERED}"), width=80,
                              states=[State(0, "none", CALM), states.UNKNOWN_FACT], thresholds=limits(CALM, (1, WARN))),
                       Column("VMs wait", each(f"sum by (pool) ({waiting})"), states=NONE,
                              thresholds=limits(CALM, (1, BAD)), width=80),
                       Column("Longest wait", each(f"time() - {oldest}"), unit="s", decimals=1,
                              states=[State(-1, "-", CALM)],
                              thresholds=limits(CALM, (330, BAD)), width=105),
                       Column("Master since", each(f"time() - {most('xenha_pool_master_since_timestamp_seconds', 'pool')}"),
                              unit="s", decimals=1, states=[State(-1, "unknown", CALM)],
                              thresholds=limits(CALM), width=105),
                       Column("Last answer", each(f"round(time() - {last_answer})"), unit="s", decimals=0,
                              states=[State(-1, "never", UNKNOWN)], thresholds=limits(CALM, (60, NOTE), (300, BAD)),
                              width=100)],
                   sort=[("State", True), ("Pool", False)],
                   no_value="No pool in this Prometheus: is xenha-exporter scraped?")))

    # Which are the worst is asked once, for the whole range: a row stays where it is.
    worst = f"topk(10, max_over_time(({states.pool_state()})[$__range:$__interval] @ end()))"
    board.line(
        9,
        (24, timeline("What each pool was", "The same word as in the table's first column, at each time; of more than"
                      " ten pools the ten that were worst. A gap is a time without any data.",
                      [(f"({states.pool_state()}) and on (pool) {worst}", "{{pool}}")], states.POOL,
                      points=360,
                      no_value="No pool in this Prometheus: is xenha-exporter scraped?")))
    return board
