"""python3-cs, as Debian has it, against one simulated CloudStack.

    cloudstack_client.py URL API_KEY SECRET_KEY VERSION METHOD      ends with 77 when the package is not installed
"""

import sys

try:
    from cs import CloudStack, CloudStackApiException
except ImportError:
    print("python3-cs is not installed")
    sys.exit(77)

URL, KEY, SECRET, VERSION, METHOD = sys.argv[1:6]


def expect_error(code, call, **params):
    try:
        answer = call(**params)
    except CloudStackApiException as failure:
        assert failure.error["errorcode"] == code, failure.error
        assert failure.response.status_code == code
        return
    raise AssertionError(f"{answer!r} instead of error {code}")


def lists(cs):
    assert cs.listCapabilities()["capability"]["cloudstackversion"] == VERSION
    hosts = cs.listHosts(type="Routing", details="events")
    assert hosts["count"] == len(hosts["host"]) == 3, hosts
    assert {host["state"] for host in hosts["host"]} == {"Up"}
    assert len(cs.listClusters()["cluster"]) == 1
    assert cs.listHosts(name="nobody") == {}, "no count and no array"
    # Spaces, a star, a comma and brackets are signed as they are sent.
    assert cs.listEvents(keyword="HA * [x], +", listall=True) == {}


def pages(cs):
    everything = cs.listVirtualMachines(listall=True, details="min", fetch_list=True, pagesize=4)
    assert len(everything) == 15, len(everything)
    assert len({vm["id"] for vm in everything}) == 15, "no row twice"
    assert all(vm["instancename"].startswith("i-") for vm in everything)
    past = cs.listVirtualMachines(listall=True, page=9, pagesize=4)
    assert past == {"count": 15}, past


def errors(cs):
    expect_error(431, cs.listVirtualMachines, page=1, pagesize=501)
    expect_error(431, cs.listHosts, clusterid="not-there")
    expect_error(431, cs.listHosts, details="everything")
    old = VERSION.startswith(("4.3", "4.5"))
    expect_error(432 if old else 401, cs.listEverything)
    wrong = CloudStack(endpoint=URL, key=KEY, secret=SECRET + "x", method=METHOD)
    expect_error(401, wrong.listHosts)
    expect_error(401, CloudStack(endpoint=URL, key="nobody", secret=SECRET, method=METHOD).listHosts)


def jobs(cs):
    vm = cs.listVirtualMachines(listall=True, details="min")["virtualmachine"][0]
    stopped = cs.stopVirtualMachine(id=vm["id"], fetch_result=True)
    assert stopped["virtualmachine"]["state"] == "Stopped", stopped
    assert "hostid" not in stopped["virtualmachine"]
    try:
        cs.stopVirtualMachine(id=vm["id"], fetch_result=True)
    except CloudStackApiException as failure:
        assert failure.error["errorcode"] == 530, failure.error
    else:
        raise AssertionError("a stopped VM was stopped")
    started = cs.startVirtualMachine(id=vm["id"], fetch_result=True)
    assert started["virtualmachine"]["state"] == "Running", started
    events = cs.listEvents(listall=True, type="VM.START")["event"]
    assert [event["state"] for event in events] == ["Completed", "Started", "Scheduled"], events


def main():
    cs = CloudStack(endpoint=URL, key=KEY, secret=SECRET, method=METHOD, poll_interval=0.1)
    lists(cs)
    pages(cs)
    errors(cs)
    jobs(cs)
    print(f"python3-cs {VERSION} {METHOD}: ok")


main()
