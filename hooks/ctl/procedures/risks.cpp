#include "hooks/ctl/procedures/risks.h"

#include <algorithm>
#include <functional>
#include <set>

#include "hooks/ctl/procedures/next_step.h"

namespace xenha::ctl {
namespace {

constexpr std::string_view kHostDown = "another-host-is-down", kHostOut = "another-host-is-out",
                           kStuckVms = "vms-cannot-leave", kStatefile = "statefile-lost",
                           kPrimary = "heartbeat-on-primary-storage", kUpgrade = "during-upgrade",
                           kWithoutHa = "without-ha";

std::string list(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

std::vector<std::string> labels(const Facts& facts, const std::function<bool(const HostFacts&)>& fits,
                                bool with_target = false) {
  std::vector<std::string> out;
  for (const HostFacts& host : facts.hosts)
    if ((with_target || host.uuid != facts.target) && fits(host)) out.push_back(host.label);
  return out;
}

bool is_out_of_cloud(const HostFacts& host) {
  return host.cloud && !host.cloud->resource_state.empty() && host.cloud->resource_state != "Enabled";
}

bool is_down(const HostFacts& host) {
  return host.reachable == false || host.live == false || host.emergency == true;
}

class Finder {
 public:
  Finder(const Facts& facts, const Position& position) : facts_(facts), position_(position) {}

  void masters() {
    const std::vector<std::string> claim = facts_.masters();
    if (claim.size() > 1)
      return add(
          "", list(claim) + " all say they are master: the pool is split, and both sides may start VMs",
          "find out which side CloudStack uses, power the other master off at its console, then look again: "
          "xenhactl status " +
              facts_.pool);
    if (!facts_.agree_on_master())
      add("", "not every host names the same master",
          "wait for it to settle: xenhactl status " + facts_.pool);
  }
  void upgrade(bool can_be_taken) {
    std::set<std::string> versions;
    for (const HostFacts& host : facts_.hosts) versions.insert(host.version);
    const bool mixed = versions.size() > 1 && !versions.contains("");
    if (facts_.rolling_upgrade != true && !mixed) return;
    add(can_be_taken ? kUpgrade : "",
        facts_.rolling_upgrade == true
            ? "a rolling upgrade is under way: what runs it restarts hosts by itself"
            : "hosts have different versions, and XenServer refuses to switch HA on until they are equal",
        "let the upgrade end first");
  }
  void others_down(bool can_be_taken) {
    const auto down = labels(facts_, is_down);
    if (down.empty()) return;
    add(can_be_taken ? kHostDown : "",
        list(down) +
            " is down as well: the pool would lose another host, and HA cannot be switched on with a "
            "member off",
        "bring it back (xenhactl host return " + facts_.pool + " " + down.front() +
            "), or remove it from the pool");
  }
  void others_out() {
    const auto out = labels(facts_, [](const HostFacts& host) {
      return !is_down(host) && (host.enabled == false || is_out_of_cloud(host));
    });
    if (!out.empty())
      add(kHostOut, list(out) + " takes no VMs: in maintenance, or disabled",
          "end its maintenance first: xenhactl host return " + facts_.pool + " " + out.front());
  }
  void statefile() {
    if (facts_.ha_enabled != true) return;
    const auto lost = labels(facts_, [](const HostFacts& host) { return host.armed == false; });
    if (!lost.empty())
      add(kStatefile,
          list(lost) +
              " has lost the statefile: while no host reaches it, the crash of any one fences all others",
          "mend the storage first; if that cannot be, xenhactl ha disable " + facts_.pool);
    const HostFacts* target = facts_.of_target();
    const bool goes_off =
        position_.form.procedure == Procedure::kRestart || position_.form.procedure == Procedure::kShutdown;
    if (target != nullptr && target->armed == false && goes_off && !position_.form.of_master)
      add("",
          target->label +
              " itself has lost the statefile: XenServer refuses to restart it (HA_LOST_STATEFILE)",
          "mend its storage; or xenhactl ha disable " + facts_.pool +
              ", then this command again with --without-ha");
  }
  void primary() {
    if (facts_.heartbeat_is_primary == true)
      add(kPrimary,
          "the heartbeat SR " + facts_.heartbeat_sr +
              " is CloudStack's primary storage too: its load delays the heartbeat, and its maintenance ends "
              "HA",
          "give the heartbeat an SR of its own");
  }
  void without_ha() {
    if (facts_.ha_enabled == false && position_.form.ha)
      add(kWithoutHa, "HA is off: if the master fails meanwhile, no other host takes over",
          command_line(Procedure::kHaEnable, facts_.pool));
  }
  void stuck_vms() {
    if (facts_.stuck_vms && !facts_.stuck_vms->empty())
      add(kStuckVms, "VMs cannot leave the host: " + list(*facts_.stuck_vms),
          "make room, or stop them in CloudStack");
  }
  void cloud() {
    if (!facts_.cloud || !position_.form.cloud) return;
    if (!facts_.cloud->problem.empty())
      return add("", "CloudStack was not read: " + facts_.cloud->problem,
                 "mend that, or leave CloudStack out: --no-cloudstack");
    if (facts_.cloud->managed_state != "Managed")
      return add("",
                 facts_.cloud->managed_state.empty() ? "the pool's cluster was not found in CloudStack"
                                                     : "the cluster is " + facts_.cloud->managed_state +
                                                           " in CloudStack, so it does not act on its hosts",
                 "manage it there again, or leave CloudStack out: --no-cloudstack");
    const HostFacts* target = facts_.of_target();
    if (target == nullptr) return;
    if (!target->cloud)
      return add("", "CloudStack does not know " + target->label, "leave it out: --no-cloudstack");
    const bool goes_off =
        position_.form.procedure == Procedure::kRestart || position_.form.procedure == Procedure::kShutdown;
    const CloudHostFacts& known = *target->cloud;
    if (!goes_off || position_.step > 0) return;
    if (known.resource_state == "Disabled" || known.resource_state == "Degraded")
      add("",
          target->label + " is " + known.resource_state + " in CloudStack, so it cannot go into maintenance",
          "enable it there, or leave CloudStack out: --no-cloudstack");
    if (known.resource_state == "Enabled" && known.state != "Up")
      add("", "CloudStack has " + target->label + " in " + known.state + ", so it cannot move its VMs away",
          "wait until it is Up, or leave CloudStack out: --no-cloudstack");
  }
  void nothing_to_recover() {
    const HostFacts* target = facts_.of_target();
    if (target == nullptr) return;
    const bool in_pool = target->reachable == true && target->live == true && target->emergency != true;
    if (!in_pool) return;
    const bool whole = target->enabled == true && facts_.ha_enabled == true && target->armed == true;
    add("", target->label + " is in the pool: it answers, is live and in no emergency",
        whole                        ? "nothing is to be done"
        : facts_.ha_enabled == false ? command_line(Procedure::kHaEnable, facts_.pool)
                                     : command_line(Procedure::kReturn, facts_.pool, target->label));
  }
  void new_master() {
    if (!position_.form.of_master) return;
    const HostFacts* next = facts_.host(position_.new_master);
    if (next != nullptr && can_be_master(facts_, *next)) return;
    add("",
        next == nullptr
            ? "no other host can become master: none is live, enabled, of the same version and out of "
              "maintenance"
            : next->label +
                  " cannot become master: it must be another host, live, enabled, of the same version "
                  "and out of maintenance",
        next == nullptr ? "bring another host back first" : "name another host, or let one be chosen");
  }

  std::vector<Risk> found;

 private:
  void add(std::string_view flag, std::string what, std::string step) {
    if (!flag.empty() && position_.risks_it(flag)) return;
    found.push_back({std::string(flag), std::move(what), std::move(step)});
  }

  const Facts& facts_;
  const Position& position_;
};

bool leaves_the_pool(const Position& position) {
  return position.form.procedure == Procedure::kRestart || position.form.procedure == Procedure::kShutdown;
}

}  // namespace

std::vector<RiskFlag> risk_flags(Procedure procedure) {
  const RiskFlag down{kHostDown, "Go on although another host is down."};
  const RiskFlag primary{kPrimary, "Go on although the heartbeat SR is CloudStack's primary storage too."};
  switch (procedure) {
    case Procedure::kRestart:
    case Procedure::kShutdown:
      return {down,
              {kHostOut, "Go on although another host takes no VMs."},
              {kStuckVms, "Try although VMs may not be able to leave."},
              {kStatefile, "Go on although hosts have lost the statefile."},
              primary,
              {kUpgrade, "Go on although an upgrade is under way."},
              {kWithoutHa, "Go on although HA is off, and leave it off."}};
    case Procedure::kRecover:
    case Procedure::kReturn:
      return {primary, {kWithoutHa, "Leave HA off at the end."}};
    case Procedure::kHaEnable:
      return {primary};
    case Procedure::kHaDisable:
      return {};
  }
  return {};
}

std::vector<Risk> risks_at_begin(const Facts& facts, const Position& position) {
  Finder finder(facts, position);
  finder.masters();
  if (leaves_the_pool(position)) {
    finder.new_master();
    // Changing the master talks to every host, and HA cannot be switched on again without all of them.
    finder.others_down(!position.form.of_master);
    finder.upgrade(!(position.form.of_master && position.form.ha));
    finder.without_ha();
    finder.statefile();
    finder.others_out();
    finder.stuck_vms();
  }
  if (position.form.procedure == Procedure::kRecover) finder.nothing_to_recover();
  if (position.form.ha && position.form.procedure != Procedure::kHaDisable) finder.primary();
  finder.cloud();
  return std::move(finder.found);
}

std::vector<Risk> risks_of_step(const Facts& facts, const Position& position) {
  Finder finder(facts, position);
  finder.masters();
  if (leaves_the_pool(position)) {
    finder.others_down(!position.form.of_master);
    finder.statefile();
  }
  return std::move(finder.found);
}

}  // namespace xenha::ctl
