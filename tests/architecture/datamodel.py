"""XenAPI's data model as the simulator keeps it, and what of it is a write."""

import json
import pathlib
import re

# Methods that are no plain getters, and yet change nothing of a pool. Each with the reason.
HARMLESS = {
    "session.login_with_password": "gives us a session of our own",
    "session.logout": "ends our own session",
    "session.slave_local_login_with_password": "gives us a local session of our own",
    "session.local_logout": "ends our own local session",
    "event.from": "waits for changes; the server keeps nothing of it",
    "host.local_assert_healthy": "says why a host is in emergency mode",
    "host.is_in_emergency_mode": "says whether it is",
}

# What the hooks may call besides reads.
HOOKS_MAY = {
    "Async.pool.enable_ha": "the one thing that they change",
    "task.destroy": "ends our own finished task",
}


# What xenhactl's `latency` may call besides reads. Its procedures have a list of their own.
LATENCY_MAY = {
    "host.record_data_source": "has a host record a statistic of its own",
    "host.forget_data_source_archives": "has it stop that",
}

# What a person at a terminal may have a procedure of xenhactl do besides reads: S4, S10 to S14 and the marks.
PROCEDURES_MAY = {
    "Async.pool.enable_ha": "the last step of most procedures",
    "Async.pool.disable_ha": "before a master is demoted, or a host recovered",
    "pool.designate_new_master": "before the master is restarted or shut down",
    "host.disable": "before a host is restarted or shut down",
    "host.enable": "when it does not enable itself after its return",
    "Async.host.evacuate": "moves away what CloudStack left",
    "Async.host.reboot": "restart",
    "Async.host.shutdown": "shutdown",
    "host.emergency_ha_disable": "recovers a host whose HA does not start",
    "pool.add_to_other_config": "writes the marks",
    "pool.remove_from_other_config": "takes them off",
    "task.destroy": "ends our own finished task",
}


class Method:
    def __init__(self, class_name, row):
        short, self.result, _, _, self.role, _, self.implicit, _ = row
        self.name = f"{class_name}.{short}"
        self.short = short

    def is_read(self):
        """A getter that the read-only role may call and that gives something back, or one of the few above."""
        getter = self.short.startswith("get_") and self.result != "void" and self.role == "read-only"
        return getter or self.name in HARMLESS


def methods(root):
    """Name -> Method, of every release, hidden ones included."""
    wire = pathlib.Path(root) / "tests" / "sim" / "wire"
    model = json.loads((wire / "datamodel.json").read_text(encoding="utf-8"))
    supplement = json.loads((wire / "datamodel_supplement.json").read_text(encoding="utf-8"))
    out = {}
    for item in model["classes"]:
        for row in item["messages"]:
            method = Method(item["name"], row)
            out[method.name] = method
            if method.short == "get_all_records":  # every class answers it too; the published model leaves it out
                where = Method(item["name"], ["get_all_records_where", *row[1:]])
                out[where.name] = where
    for class_name, rows in supplement["hidden"].items():
        for row in rows:
            method = Method(class_name, row)
            out.setdefault(method.name, method)
    return out


EXPORTERS_LIST = "exporter/poll/allowed_methods.h"
HOOKS_LIST = "hooks/allowed_methods.h"
CTL_LIST = "hooks/ctl/allowed_methods.h"
PROCEDURES_LIST = "lib/xapi_operator/procedure_methods.h"


def allowed(root, header=EXPORTERS_LIST, array="kAllowedMethods"):
    """The list that a program's encoder accepts, and the size its array is declared with (None: as many)."""
    text = (pathlib.Path(root) / header).read_text(encoding="utf-8")
    found = re.search(r"(?:std::array<std::string_view, (\d+)> )?" + array + r"\b(.*?)\};", text, re.S)
    names = re.findall(r'"([^"]+)"', re.sub(r"//[^\n]*", "", found[2]))
    return names, int(found[1]) if found[1] else None
