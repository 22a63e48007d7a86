"""Python's xmlrpc.client, which knows nothing of XenAPI, against one simulated pool.

    plain_python.py MASTER_URL SLAVE_URL RELEASE
"""

import os
import ssl
import sys
import xmlrpc.client

MASTER, SLAVE, RELEASE = sys.argv[1:4]
PASSWORD = os.environ.get("XENHA_SIM_PASSWORD", "root-password")
OLD = RELEASE in ("6.2", "6.5")


def proxy(url):
    context = ssl._create_unverified_context() if url.startswith("https") else None
    return xmlrpc.client.ServerProxy(url, context=context)


def call(server, method, *params):
    """The value, or the ErrorDescription as a list in an exception."""
    answer = getattr(server, method)(*params)
    if answer["Status"] != "Success":
        raise Failure(answer["ErrorDescription"])
    return answer["Value"]


class Failure(Exception):
    pass


def expect_failure(code, server, method, *params):
    try:
        value = call(server, method, *params)
    except Failure as failure:
        assert failure.args[0][0] == code, f"{method}: {failure.args[0]} instead of {code}"
        return failure.args[0][1:]
    raise AssertionError(f"{method}: {value!r} instead of {code}")


def read_everything(master, session):
    methods = master.system.listMethods()
    assert isinstance(methods, list), "system.listMethods has no envelope"
    records = [name for name in methods if name.endswith(".get_all_records") and not name.startswith("Async.")]
    assert len(records) > 20, records
    for name in records:
        answer = call(master, name, session)
        assert isinstance(answer, dict), name
        for record in answer.values():
            for value in record.values():
                assert not isinstance(value, int) or isinstance(value, bool), f"{name}: integers are text"
    pool_ref, pool = next(iter(call(master, "pool.get_all_records", session).items()))
    hosts = call(master, "host.get_all_records", session)
    assert pool["master"] in hosts
    assert ("ha_cluster_stack" in pool) == (not OLD), sorted(pool)
    templates = call(master, "VM.get_all_records_where", session, 'field "is_a_template" = "true"')
    every = call(master, "VM.get_all_records", session)
    assert set(templates) == {ref for ref, vm in every.items() if vm["is_a_template"]}
    expect_failure("INTERNAL_ERROR", master, "VM.get_all_records_where", session, "field 'quoted' = 'wrongly'")
    return pool_ref


def follow_events(master, session, pool_ref):
    first = call(master, "event.from", session, ["pool"], "", 10.0)
    assert [(e["class"], e["operation"], e["ref"]) for e in first["events"]] == [("pool", "add", pool_ref)], first
    assert first["valid_ref_counts"]["pool"] == 1, "a real integer"
    quiet = call(master, "event.from", session, ["pool"], first["token"], 0.2)
    assert quiet["events"] == [], quiet["events"]
    call(master, "pool.add_to_other_config", session, pool_ref, "xenha-python", "x")
    changed = call(master, "event.from", session, ["pool"], quiet["token"], 10.0)
    assert changed["events"][0]["snapshot"]["other_config"]["xenha-python"] == "x"
    expect_failure("MAP_DUPLICATE_KEY", master, "pool.add_to_other_config", session, pool_ref, "xenha-python", "y")
    call(master, "pool.remove_from_other_config", session, pool_ref, "xenha-python")
    expect_failure("EVENT_FROM_TOKEN_PARSE_FAILURE", master, "event.from", session, ["pool"], "nonsense", 1.0)


def strictness(master, session, pool_ref):
    expect_failure("MESSAGE_PARAMETER_COUNT_MISMATCH", master, "pool.disable_ha", session, "more")
    expect_failure("MESSAGE_METHOD_UNKNOWN", master, "Pool.disable_ha", session)
    expect_failure("HANDLE_INVALID", master, "host.get_record", session, "OpaqueRef:nobody")
    if OLD:
        expect_failure("FIELD_TYPE_ERROR", master, "pool.set_ha_host_failures_to_tolerate", session, pool_ref, 0)
        expect_failure("FIELD_TYPE_ERROR", master, "event.from", session, ["pool"], "", 1)
    else:
        call(master, "pool.set_ha_host_failures_to_tolerate", session, pool_ref, 0)
    try:
        getattr(master, "Async.event.from")(session, ["pool"], "", 1.0)
    except xmlrpc.client.Fault:
        return
    raise AssertionError("an Async call without such a form must be a fault")


def slave_and_local_session(slave, session):
    master = expect_failure("HOST_IS_SLAVE", slave, "session.login_with_password", "root", PASSWORD, "1.0", "test")
    assert len(master) == 1 and "://" not in master[0], master
    local = call(slave, "session.slave_local_login_with_password", "root", PASSWORD)
    assert call(slave, "host.is_in_emergency_mode", local) is False
    assert call(slave, "host.local_assert_healthy", local) == ""
    call(slave, "session.local_logout", local)
    expect_failure("SESSION_INVALID", slave, "host.is_in_emergency_mode", local)


def main():
    master, slave = proxy(MASTER + "/RPC2"), proxy(SLAVE)
    expect_failure("SESSION_AUTHENTICATION_FAILED", master, "session.login_with_password", "root", "wrong", "1.0", "t")
    session = call(master, "session.login_with_password", "root", PASSWORD, "1.0", "xenha-real-clients")
    pool_ref = read_everything(master, session)
    follow_events(master, session, pool_ref)
    strictness(master, session, pool_ref)
    slave_and_local_session(slave, session)
    call(master, "session.logout", session)
    expect_failure("SESSION_INVALID", master, "pool.get_all", session)
    print(f"xmlrpc.client {MASTER}: ok")


main()
