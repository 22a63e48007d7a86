"""States as people see them, the same on every screen, and the ladder that says how bad a pool is."""

from panels import BAD, CALM, GOOD, LEADS, NOTE, PLANNED, UNKNOWN, WARN, State, coded, first, limits, most, select

UNKNOWN_FACT = State(-1, "unknown", UNKNOWN)

HOST = [State(1, "slave", GOOD), State(2, "master", LEADS), State(3, "booting", NOTE), State(4, "no login", NOTE),
        State(5, "TLS refused", NOTE), State(6, "emergency", WARN), State(7, "unreachable", BAD), State(0, "other", UNKNOWN),
        UNKNOWN_FACT]
HOST_CODES = {"slave": 1, "master": 2, "booting": 3, "auth_error": 4, "tls_error": 5, "emergency": 6, "unreachable": 7}

# Alert is the worst: from CloudStack 4.5 on nothing restarts the VMs of such a host, while Down does.
CLOUD = [State(1, "Up", GOOD), State(2, "Creating", NOTE), State(3, "Connecting", NOTE), State(4, "Rebalancing", NOTE),
         State(5, "Unknown", UNKNOWN), State(6, "Removed", UNKNOWN), State(7, "Error", WARN), State(8, "Disconnected", NOTE),
         State(9, "Down", WARN), State(10, "Alert", BAD), State(0, "other", UNKNOWN)]
CLOUD_CODES = {state.text: state.code for state in CLOUD if state.code > 0}

ON_OFF = [State(1, "on", GOOD), State(0, "OFF", BAD), State(2, "not needed", LEADS), UNKNOWN_FACT]
YES_NO = [State(1, "yes", GOOD), State(0, "no", BAD), UNKNOWN_FACT]
MASTERS = [State(1, "1", GOOD), State(0, "NONE", BAD), State(-1, "unknown", UNKNOWN),
           *(State(n, f"{n}", BAD) for n in range(2, 5))]
WORK = [State(0, "no", GOOD), State(1, "XenServer", PLANNED), State(2, "CloudStack", PLANNED), State(3, "xenha", PLANNED)]

MARGIN = limits(BAD, (0.25, WARN), (0.5, GOOD))  # of the HA timeout
STALE = limits(GOOD, (60, NOTE), (300, BAD))     # seconds since the last good answer

# What operators published for a lost master, in seconds: the yardstick of every failover.
PUBLISHED = {"detected": 75, "master_elected": 180, "cloudstack_host_down": 195, "cloudstack_ha_started": 210,
             "all_vms_running": 330}
PHASES = {"detected": "Failure detected", "master_elected": "New master", "cloudstack_host_down": "Down in CloudStack",
          "host_declared_dead": "Declared dead by XenServer", "cloudstack_ha_started": "CloudStack starts VM HA",
          "first_vm_running": "First VM runs again", "all_vms_running": "All VMs run again"}

# How bad is a pool? The first line that holds is what the pool is called, and lines further up sort before it.
POOL = [State(17, "split brain", BAD), State(16, "no master", BAD), State(15, "VMs wait", BAD), State(14, "HA off", BAD),
        State(13, "failover open", WARN), State(12, "emergency", WARN), State(11, "host down", WARN),
        State(10, "no login", WARN), State(9, "not armed", WARN), State(8, "margin low", WARN),
        State(7, "heartbeat SR", NOTE), State(6, "not Up in cloud", NOTE), State(5, "no answer", NOTE),
        State(4, "planned work", PLANNED), State(2, "HA not needed", LEADS), State(1, "fine", GOOD),
        State(0, "unknown", UNKNOWN)]


def calm(those):
    """The same states, but what is right has no colour: in a row the eye should find what is wrong."""
    return [State(state.code, state.text, CALM if state.colour == GOOD else state.colour) for state in those]


def known_pools(**pool):
    """Every pool that Prometheus heard of in the last hour: rows stay when the exporter is gone, and say unknown."""
    return f"max by (pool) (last_over_time({select('xenha_pool_up', **pool)}[1h]))"


def known_hosts(**pool):
    return f"max by (pool, host) (last_over_time({select('xenha_host_reachable', **pool)}[1h]))"


def ha(**pool):
    """Is HA on? Off is no harm where CloudStack still replaces a dead master itself."""
    enabled, required = most("xenha_pool_ha_enabled", "pool", **pool), most("xenha_pool_ha_required", "pool", **pool)
    return f"{enabled} == 1 or ({enabled} + 2) and on (pool) ({required} == 0) or {enabled}"


def host_state(*by, **matchers):
    return coded("xenha_host_state", "state", HOST_CODES, *by, **matchers)


def cloud_state(*by, **matchers):
    return coded("xenha_cloudstack_host_state", "state", CLOUD_CODES, *by, **matchers)


def pool_state(**pool):
    """The pool's rung on the ladder."""
    def fact(metric, *more, **matchers):
        return most(metric, "pool", *more, **pool, **matchers)

    announced = most("xenha_host_maintenance", "pool", "host", **pool, source="~cloudstack|xenha")
    refused = fact("xenha_host_state", state="~auth_error|tls_error")
    masters, enabled = fact("xenha_pool_masters"), fact("xenha_pool_ha_enabled")
    needed = f"({enabled} == 0) unless on (pool) ({fact('xenha_pool_ha_required')} == 0)"
    cloud = fact("xenha_cloudstack_host_state", state="~Alert|Down|Disconnected|Error")
    return first(
        (17, f"{masters} > 1"),
        (10, f"({masters} == 0) and on (pool) ({refused} == 1)"),
        (16, f"{masters} == 0"),
        (15, f"sum by (pool) ({fact('xenha_vm_restart_pending', 'vm_kind')}) > 0"),
        (14, f"{needed} unless on (pool) ({announced} == 1)"),
        (13, fact("xenha_failover_in_progress")),
        (12, f"{fact('xenha_host_state', state='emergency')} == 1"),
        (11, f"min by (pool) ({fact('xenha_host_reachable', 'host')} unless on (pool, host) ({announced} == 1)) == 0"),
        (11, f"min by (pool) ({fact('xenha_host_live', 'host')} unless on (pool, host) ({announced} == 1)) == 0"),
        (10, f"{refused} == 1"),
        (9, f"(min by (pool) ({fact('xenha_host_ha_armed', 'host')} unless on (pool, host) ({announced} == 1)) == 0)"
            f" and on (pool) ({enabled} == 1)"),
        (8, f"min by (pool) ({fact('xenha_heartbeat_margin_ratio', 'host')}) < 0.5"),
        (7, f"min by (pool) ({fact('xenha_heartbeat_sr_attached', 'host', 'sr')}) == 0"),
        (7, f"max by (pool) ({fact('xenha_heartbeat_sr_paths', 'host', 'sr')}"
            f" > {fact('xenha_heartbeat_sr_paths_active', 'host', 'sr')})"),
        (7, f"{fact('xenha_heartbeat_sr_is_primary_storage')} == 1"),
        (7, f"{fact('xenha_heartbeat_statefile_resolves')} == 0"),
        (6, f"{cloud} == 1 unless on (pool) ({announced} == 1)"),
        (5, f"{fact('xenha_pool_up')} == 0"),
        (4, f"max by (pool) ({announced}) == 1"),
        (2, f"{enabled} == 0"),
        (1, f"{enabled} == 1"),
        (0, known_pools(**pool)))
