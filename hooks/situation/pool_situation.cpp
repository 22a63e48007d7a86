#include "hooks/situation/pool_situation.h"

#include <algorithm>

namespace xenha::hooks {
namespace {

using model::HostRecord;
using model::Identity;
using model::PoolRecord;

/// A text of other people's choice, for the journal and the log.
std::string printable(std::string text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest) text.resize(kLongest);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~') c = '?';
  return text;
}

/// What the mark says beside its end.
std::string mark_text(const std::string& mark) {
  std::string out;
  for (std::size_t begin = 0; begin <= mark.size();) {
    const std::size_t end = std::min(mark.find(';', begin), mark.size());
    const std::string part = mark.substr(begin, end - begin);
    if (!part.empty() && !part.starts_with("until=")) out += (out.empty() ? "" : ";") + part;
    begin = end + 1;
  }
  return printable(out.empty() ? mark : out);
}

std::optional<Mark> mark_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return Mark{mark_text(*text), model::mark_until(*text)};
}

std::string version_of(const HostRecord& host) {
  if (host.product_version.empty()) return {};
  return host.product_version + (host.build_number.empty() ? "" : " " + host.build_number);
}

WallTime ours(WallTime theirs, Duration offset) {
  return theirs - std::chrono::duration_cast<WallTime::duration>(offset);
}

bool of_another_pool(const PoolWord& word, const HostAnswer& answer) {
  return answer.claims_master == true && answer.pool_uuid != word.pool_uuid;
}

bool is_asked_for(const Identity& host, const HostAnswer& answer) {
  if (answer.address == host.probe_address || answer.address == host.record_address) return true;
  return !answer.peer_ip.empty() && answer.peer_ip == host.record_address;
}

std::string label_of(const PoolWord& word, const std::string& address) {
  for (const Identity& host : word.hosts)
    if (host.record_address == address || host.probe_address == address) return host.label;
  for (const HostAnswer& answer : word.answers)
    if (answer.peer_ip == address)
      for (const Identity& host : word.hosts)
        if (is_asked_for(host, answer)) return host.label;
  return address;
}

/// Without local root: a plain slave of the master that answered us is in no emergency, nor is that master.
std::optional<bool> emergency_of(const PoolWord& word, const HostAnswer& answer) {
  if (answer.emergency) return answer.emergency;
  if (word.config.host_login || word.master == nullptr) return std::nullopt;
  if (answer.claims_master == true && !of_another_pool(word, answer)) return false;
  const HostAnswer& master = *word.master;
  if (answer.names.empty()) return std::nullopt;
  const bool names_it = answer.names == master.address || answer.names == master.peer_ip ||
                        label_of(word, answer.names) == label_of(word, master.address);
  return names_it ? std::optional(false) : std::nullopt;
}

/// One host may have been asked at two addresses: the one that answered counts, a claim before all.
void add_answer(HostSituation& out, const PoolWord& word, const HostAnswer& answer) {
  const auto better = [](std::optional<bool>& known, std::optional<bool> told) {
    if (told && known != true) known = told;
  };
  better(out.reachable, answer.reachable);
  if (out.problem.empty()) out.problem = answer.problem;
  if (out.failure.empty()) out.failure = printable(answer.failure);
  if (of_another_pool(word, answer)) {
    if (!out.claims_master) out.claims_master = false;  // of this pool
    return;
  }
  better(out.claims_master, answer.claims_master);
  better(out.emergency, emergency_of(word, answer));
  if (answer.claims_master == true) out.believed_master = out.label;
  if (out.believed_master.empty() && !answer.names.empty())
    out.believed_master = label_of(word, answer.names);
}

void add_record(HostSituation& out, const PoolWord& word, const Identity& identity,
                std::optional<bool> ha_enabled) {
  const HostRecord& host = *model::find_host(word.word.db, identity.ref);
  const auto metrics = word.word.db.host_metrics.find(host.metrics);
  if (metrics != word.word.db.host_metrics.end()) out.live = metrics->second.live;
  out.enabled = host.enabled;
  out.version = version_of(host);
  if (ha_enabled == true) out.armed = host.has_ha_statefile;
  if (ha_enabled == false) out.armed = false;
}

void add_hosts(Situation& out, const PoolWord& word) {
  std::vector<const HostAnswer*> of_nobody;
  for (const HostAnswer& answer : word.answers) of_nobody.push_back(&answer);
  for (const Identity& identity : word.hosts) {
    HostSituation host{.uuid = identity.uuid, .label = identity.label};
    for (const HostAnswer& answer : word.answers) {
      if (!is_asked_for(identity, answer)) continue;
      add_answer(host, word, answer);
      std::erase(of_nobody, &answer);
    }
    add_record(host, word, identity, out.ha_enabled);
    out.hosts.push_back(std::move(host));
  }
  for (const HostAnswer* answer : of_nobody) {
    // With the members known, an address that is nobody's counts only if it plays our master.
    const bool plays_master = answer->claims_master == true && !of_another_pool(word, *answer);
    if (!word.hosts.empty() && !plays_master) continue;
    HostSituation host{.label = answer->address};
    add_answer(host, word, *answer);
    out.hosts.push_back(std::move(host));
  }
}

void add_answers_failures(Situation& out, const PoolWord& word) {
  for (const HostAnswer& answer : word.answers) {
    const bool member =
        word.hosts.empty() || std::any_of(word.hosts.begin(), word.hosts.end(),
                                          [&](const Identity& host) { return is_asked_for(host, answer); });
    if (!member) continue;
    if (!answer.problem.empty()) out.failed_reads.push_back(answer.problem);
    if (of_another_pool(word, answer))
      out.failed_reads.push_back(answer.address + ": answers as the master of another pool");
    if (!answer.failure.empty() && answer.emergency != true)
      out.failed_reads.push_back(answer.address + ": answers " + printable(answer.failure) + " to a login");
  }
  for (const Identity& host : word.hosts) {
    const bool asked = std::any_of(word.answers.begin(), word.answers.end(),
                                   [&](const HostAnswer& answer) { return is_asked_for(host, answer); });
    if (asked) continue;
    out.failed_reads.push_back(
        host.label + (host.record_address.empty()
                          ? ": has no address, so it was not asked"
                          : ": not asked, without verified TLS every member must be listed in hosts"));
  }
}

}  // namespace

Duration PoolWord::clock_of(const model::Ref& host) const {
  if (const auto own = clocks.find(host); own != clocks.end()) return own->second;
  const PoolRecord* pool = word.db.pool();
  const auto of_master = pool == nullptr ? clocks.end() : clocks.find(pool->master);
  return of_master == clocks.end() ? Duration{} : of_master->second;
}

void add_pool(Situation& out, const PoolWord& word) {
  for (const HostAnswer& answer : word.answers)
    if (answer.asked) out.oldest_read = std::min(out.oldest_read.value_or(*answer.asked), *answer.asked);
  if (word.word.asked)
    out.oldest_read = std::min(out.oldest_read.value_or(*word.word.asked), *word.word.asked);

  const PoolRecord* pool = word.word.db.pool();
  if (pool != nullptr) {
    out.ha_enabled = pool->ha_enabled;
    out.rolling_upgrade = pool->rolling_upgrade;
    out.licensed = pool->ha_licensed;
    out.paused = mark_of(pool->paused);
    out.intent = mark_of(pool->intent);
    if (word.word.has("task")) out.operations = model::running_operations(word.word.db);
    if (!pool->ha_enabled) out.failed_reads.push_back("pool: whether HA is on was not understood");
    // It holds the marks: without it nobody knows whether somebody asked for quiet.
    if (!pool->rolling_upgrade) out.failed_reads.push_back("pool: other_config could not be read");
  }
  if (const HostRecord* master = model::master_of(word.word.db)) {
    out.master_uuid = master->uuid;
    if (master->agent_start_time)
      out.master_started = ours(*master->agent_start_time, word.clock_of(pool->master));
  }
  add_hosts(out, word);
  add_answers_failures(out, word);
  out.failed_reads.insert(out.failed_reads.end(), word.word.failed.begin(), word.word.failed.end());
}

std::optional<Start> newest_start(const PoolWord& word) {
  std::optional<Start> newest;
  for (const Identity& identity : word.hosts) {
    const HostRecord& host = *model::find_host(word.word.db, identity.ref);
    const auto take = [&](const std::optional<WallTime>& theirs, const char* what) {
      if (!theirs) return;
      const WallTime at = ours(*theirs, word.clock_of(identity.ref));
      if (!newest || at > newest->at) newest = Start{at, what + identity.label + " started"};
    };
    take(host.boot_time, "host ");
    take(host.agent_start_time, "the toolstack of ");
  }
  return newest;
}

std::optional<WallTime> maintenance_sign(const PoolWord& word, WallTime now) {
  std::optional<WallTime> sign;
  const auto take = [&](WallTime when) { sign = std::max(sign.value_or(when), when); };
  if (const PoolRecord* pool = word.word.db.pool(); pool != nullptr && pool->intent) {
    // Over: it ended then at the latest. Without a readable end it holds.
    const std::optional<WallTime> until = model::mark_until(*pool->intent);
    take(until ? std::min(*until, now) : now);
  }
  for (const Identity& identity : word.hosts) {
    const HostRecord& host = *model::find_host(word.word.db, identity.ref);
    const auto metrics = word.word.db.host_metrics.find(host.metrics);
    const std::optional<bool> live =
        metrics == word.word.db.host_metrics.end() ? std::nullopt : metrics->second.live;
    if (model::in_maintenance(host, live, model::master_of(word.word.db), word.clock_of(identity.ref), now) ==
        true)
      take(now);
  }
  return sign;
}

}  // namespace xenha::hooks
