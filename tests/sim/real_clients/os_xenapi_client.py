"""Citrix' XenAPI.py, as Debian's python3-os-xenapi has it, against one simulated pool.

    os_xenapi_client.py MASTER_URL SLAVE_URL      ends with 77 when the package is not installed
"""

import os
import ssl
import sys

try:
    from os_xenapi.client import XenAPI
except ImportError:
    print("python3-os-xenapi is not installed")
    sys.exit(77)

MASTER, SLAVE = sys.argv[1:3]
PASSWORD = os.environ.get("XENHA_SIM_PASSWORD", "root-password")
ssl._create_default_https_context = ssl._create_unverified_context


def main():
    session = XenAPI.Session(MASTER)
    session.login_with_password("root", PASSWORD)
    pools = session.xenapi.pool.get_all_records()
    assert len(pools) == 1, pools
    (ref, pool), = pools.items()
    assert session.xenapi.pool.get_master(ref) == pool["master"]
    assert session.xenapi.host.get_API_version_major(pool["master"]) == "2"
    try:
        session.xenapi.host.get_record("OpaqueRef:nobody")
    except XenAPI.Failure as failure:
        assert failure.details == ["HANDLE_INVALID", "host", "OpaqueRef:nobody"], failure.details
    else:
        raise AssertionError("a record of nobody")
    session.xenapi.session.logout()

    redirected = XenAPI.Session(SLAVE)
    try:
        redirected.login_with_password("root", PASSWORD)
    except XenAPI.Failure as failure:
        assert failure.details[0] == "HOST_IS_SLAVE", failure.details
    else:
        raise AssertionError("a session on a slave")
    print(f"os-xenapi {MASTER}: ok")


main()
