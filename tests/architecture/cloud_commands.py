"""CloudStack's commands: those that the exporter may send, and what of the others a program would have to name."""

import pathlib
import re

# Commands that change something, or open or follow such a change. CloudStack publishes no data model like
# XenServer's: these are the names of its API reference, 4.3 to 4.22, that act on hosts, clusters, storage, VMs,
# HA, settings, alerts and keys. VERBS catches those that are not listed, and those of releases to come.
CHANGING = """
    prepareHostForMaintenance cancelHostMaintenance declareHostAsDegraded cancelHostAsDegraded reconnectHost
    addHost updateHost deleteHost updateHostPassword releaseHostReservation provisionCertificate migrateDetachedVm
    addCluster updateCluster deleteCluster dedicateCluster dedicateHost releaseDedicatedHost
    enableHAForHost disableHAForHost configureHAForHost enableHAForCluster disableHAForCluster enableHAForZone
    disableHAForZone enableOutOfBandManagementForHost disableOutOfBandManagementForHost
    configureOutOfBandManagement issueOutOfBandManagementPowerAction changeOutOfBandManagementPassword
    createStoragePool updateStoragePool deleteStoragePool enableStorageMaintenance cancelStorageMaintenance
    deployVirtualMachine startVirtualMachine stopVirtualMachine rebootVirtualMachine destroyVirtualMachine
    expungeVirtualMachine recoverVirtualMachine restoreVirtualMachine updateVirtualMachine scaleVirtualMachine
    migrateVirtualMachine migrateVirtualMachineWithVolume assignVirtualMachine unmanageVirtualMachine
    startRouter stopRouter rebootRouter destroyRouter changeServiceForRouter upgradeRouterTemplate
    startSystemVm stopSystemVm rebootSystemVm destroySystemVm migrateSystemVm scaleSystemVm patchSystemVm
    updateConfiguration resetConfiguration updateServiceOffering createServiceOffering deleteServiceOffering
    archiveAlerts deleteAlerts generateAlert archiveEvents deleteEvents
    prepareForShutdown triggerShutdown cancelShutdown prepareForMaintenance cancelMaintenance
    registerUserKeys updateUser createUser deleteUser updateRolePermission createRolePermission
    queryAsyncJobResult resetApiLimit login logout
""".split()

# What the names of CloudStack's commands begin with, but for what only reads. "list" and "get" are here because the
# exporter asks for twelve lists and for nothing else: other ones hand out users, accounts and their keys.
VERBS = """
    accept activate add allocate archive assign associate attach authorize cancel change cleanup clone configure copy
    create declare dedicate delete deploy destroy detach disable disassociate download enable execute expunge export
    extract find generate get import install issue link list lock login logout manage mark migrate move notify patch
    prepare provision purge query readd rebalance reboot reconnect recover register release remove replace reset
    resize restart restore revert revoke run scale search setup shrink start stop suspend sync trigger
    unmanage unlink update upgrade upload validate verify
""".split()


def names_of(root, header, array):
    """The list that an encoder accepts, and the size its array is declared with."""
    text = (pathlib.Path(root) / header).read_text(encoding="utf-8")
    found = re.search(rf"std::array<std::string_view, (\d+)> {array}\b(.*?)\}};", text, re.S)
    return re.findall(r'"([^"]*)"', re.sub(r"//[^\n]*", "", found[2])), int(found[1])


def listed(root):
    """What the daemons may send."""
    return names_of(root, "lib/cloudstack/allowed_commands.h", "kAllowedCommands")


def operators(root):
    """What xenhactl may send besides."""
    return names_of(root, "lib/cloudstack_operator/operator_commands.h", "kOperatorCommands")


def simulated(root):
    """The commands that the simulated CloudStack answers: name -> whether it only lists."""
    text = (pathlib.Path(root) / "tests" / "sim" / "cloud" / "api_table.cpp").read_text(encoding="utf-8")
    out = {name: True for name in re.findall(r'\blist\("(\w+)"', text)}
    out.update({name: False for name in re.findall(r'\bwrite\("(\w+)"', text)})
    # The others, in full: ..., writes, is async, is for readers, function.
    for name, reader in re.findall(r'push_back\(\s*\{"(\w+)".*?, \w+, \w+, (true|false), \w+\}\)', text, re.S):
        out[name] = reader == "true"
    return out


def words_in(data):
    """Names of commands, or what looks like one, in the printable parts of a binary. Symbols of C++ are no words of
    their own in it: letters, digits and "_" stand around their parts. One that is a plain word, like "login", must
    be a whole string."""
    found = set()
    shape = re.compile(r"(?<![\w.])(?:" + "|".join(VERBS) + r")[A-Z][A-Za-z]+(?!\w)")
    plain = {name for name in CHANGING if name.islower()}
    for run in re.findall(rb"[\x20-\x7e]{4,}", data):
        text = run.decode("ascii")
        found.update(shape.findall(text))
        found.update(name for name in CHANGING if name not in plain and re.search(rf"(?<!\w){name}(?!\w)", text))
        found.update(name for name in plain if text in (name, f"command={name}"))
    return found
