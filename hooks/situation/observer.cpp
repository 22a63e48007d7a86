#include "hooks/situation/observer.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "hooks/situation/audit_reading.h"
#include "hooks/situation/changes.h"
#include "hooks/situation/cloud_reading.h"
#include "hooks/situation/heartbeat_choice.h"
#include "hooks/situation/host_inquiry.h"
#include "hooks/situation/master_reading.h"
#include "hooks/situation/pool_situation.h"
#include "lib/model/heartbeat_reading.h"

namespace xenha::hooks {
namespace {

/// Where nobody knows when HA was last on, the audit log is read this far back.
constexpr std::chrono::hours kAuditBack{7 * 24};
/// Two clocks, each read to the second.
constexpr std::chrono::seconds kAuditSlack{5};
/// More former masters than these were never seen in one outage: the oldest go.
constexpr std::size_t kMostMasters = 16;

bool is_in(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_listed(const config::PoolConfig& pool, const std::string& address) {
  return std::any_of(pool.hosts.begin(), pool.hosts.end(),
                     [&](const config::HostConfig& host) { return host.address == address; });
}

std::vector<std::string> known_addresses(const config::PoolConfig& pool, const Remembered& remembered) {
  std::vector<std::string> out;
  for (const config::HostConfig& host : pool.hosts) out.push_back(host.address);
  if (pool.may_follow_unlisted())
    for (const std::string& member : remembered.members)
      if (!is_in(out, member)) out.push_back(member);
  return out;
}

std::vector<model::Identity> identify(const MasterWord& word, const std::list<HostAnswer>& answers) {
  std::vector<model::AskedAddress> asked;
  for (const HostAnswer& answer : answers) asked.push_back({answer.address, answer.peer_ip});
  return model::identify(word.db, asked);
}

/// Which of those that claim the role is our master; a pool that was never seen is the one they agree on.
void choose_master(PoolWord& word, const std::string& expected, const std::string& last_master,
                   std::vector<std::string>& failed) {
  std::vector<const HostAnswer*> claims;
  for (const HostAnswer& answer : word.answers)
    if (answer.claims_master == true) claims.push_back(&answer);
  word.pool_uuid = expected;
  if (expected.empty() && !claims.empty()) {
    word.pool_uuid = claims.front()->pool_uuid;
    for (const HostAnswer* claim : claims) {
      if (claim->pool_uuid == word.pool_uuid) continue;
      failed.push_back("the configured hosts are of two pools: " + claims.front()->address + " and " +
                       claim->address + " are their masters");
      word.pool_uuid.clear();
      break;
    }
  }
  for (const HostAnswer* claim : claims) {
    if (word.pool_uuid.empty() || claim->pool_uuid != word.pool_uuid) continue;
    if (word.master == nullptr || claim->address == last_master) word.master = claim;
  }
  if (word.master == nullptr && failed.empty())
    failed.emplace_back("no host gave a session as master of this pool");
}

}  // namespace

struct Observer::Impl {
  Impl(config::PoolConfig of, const config::CloudConfig* its_cloud, http::Transport& transport,
       const Clock& clock, Settings how)
      : pool(std::move(of)),
        settings(std::move(how)),
        client(transport, clock, settings.methods, settings.user_agent, {}),
        line{transport, client, clock},
        passwords(pool) {
    if (its_cloud != nullptr) cloud.emplace(*its_cloud, transport, clock, settings.request_timeout);
  }

  Look look(const Remembered& remembered, SteadyTime deadline);
  Look glance(const Remembered& remembered, SteadyTime deadline);

  PoolAccess access_to(OpenSessions& sessions, SteadyTime deadline);
  void read_pool(Look& out, PoolWord& word, HostInquiry& inquiry, PoolAccess& access,
                 const Remembered& remembered);
  void ask_other_members(PoolWord& word, HostInquiry& inquiry);
  void add_heartbeat(Look& out, const PoolWord& word, const Remembered& remembered) const;
  void add_audit(Situation& s, const PoolWord& word, const PoolAccess& access,
                 const Remembered& remembered) const;
  void add_cloud(Situation& s, const PoolWord& word, const PoolAccess& access);
  void add_times(Situation& s, const PoolWord& word, const Remembered& remembered);
  void remember(Look& out, const PoolWord& word, const Remembered& remembered);

  config::PoolConfig pool;
  const Settings settings;
  xapi::Client client;
  const xapi::Line line;
  Passwords passwords;
  std::optional<CloudReading> cloud;
  Changes changes;
  std::atomic<bool> stopped{false};
  std::string last_master;  ///< address
  std::string first_uuid;   ///< of the pool that was first seen here
};

/// The logouts need a moment of their own before the deadline.
PoolAccess Observer::Impl::access_to(OpenSessions& sessions, SteadyTime deadline) {
  const Duration left = deadline - line.clock.steady();
  const Duration kept = std::clamp<Duration>(left / 5, Duration{}, std::chrono::seconds(1));
  return {pool, settings, line, passwords, sessions, deadline - kept, stopped};
}

Look Observer::Impl::look(const Remembered& remembered, SteadyTime deadline) {
  Look out;
  Situation& s = out.situation;
  s.pool = pool.name;
  s.configured_sr = pool.heartbeat_sr;
  OpenSessions sessions(line, deadline, stopped);
  PoolAccess access = access_to(sessions, deadline);
  const std::string password_problem = passwords.renew();
  if (cloud) cloud->start();

  HostInquiry inquiry(access);
  inquiry.prefer(last_master);
  for (const std::string& address : known_addresses(pool, remembered)) inquiry.add(address);
  inquiry.run();
  PoolWord word{.config = pool, .answers = inquiry.answers()};
  read_pool(out, word, inquiry, access, remembered);
  // The password that was read before may do as well.
  if (word.master == nullptr && !password_problem.empty()) s.failed_reads.push_back(password_problem);
  add_heartbeat(out, word, remembered);
  add_audit(s, word, access, remembered);
  add_cloud(s, word, access);
  s.now = line.clock.wall();
  add_times(s, word, remembered);
  remember(out, word, remembered);
  out.db = std::move(word.word.db);
  out.members = std::move(word.hosts);
  return out;
}

void Observer::Impl::read_pool(Look& out, PoolWord& word, HostInquiry& inquiry, PoolAccess& access,
                               const Remembered& remembered) {
  std::vector<std::string>& failed = out.situation.failed_reads;
  choose_master(word, remembered.pool_uuid.empty() ? first_uuid : remembered.pool_uuid, last_master, failed);
  if (word.master != nullptr) {
    out.master_address = word.master->address;
    word.word = read_master(access, *word.master->session,
                            {"pool", "host", "host_metrics", "pbd", "sr", "vdi", "task"});
    word.hosts = identify(word.word, inquiry.answers());
    ask_other_members(word, inquiry);
    std::vector<model::Ref> awake;
    for (const HostAnswer& answer : inquiry.answers())
      for (const model::Identity& host : word.hosts)
        if (answer.reachable == true && answer.address == host.probe_address) awake.push_back(host.ref);
    word.clocks = read_clocks(access, *word.master->session, awake);
    const model::PoolRecord* record = word.word.db.pool();
    if (record != nullptr && !word.clocks.contains(record->master))
      failed.push_back(word.master->address + ": the time of its clock was not read");
    if (settings.also) settings.also(access, *word.master->session, word.word.db);
  }
  add_pool(out.situation, word);
}

/// Members that neither the config nor memory knows.
void Observer::Impl::ask_other_members(PoolWord& word, HostInquiry& inquiry) {
  bool more = false;
  for (const model::Identity& host : word.hosts) {
    if (!host.probe_address.empty() || host.record_address.empty() || !pool.may_follow_unlisted()) continue;
    inquiry.add(host.record_address);
    more = true;
  }
  if (!more) return;
  inquiry.run();
  word.hosts = identify(word.word, inquiry.answers());
}

void Observer::Impl::add_heartbeat(Look& out, const PoolWord& word, const Remembered& remembered) const {
  Situation& s = out.situation;
  const model::PoolDb& db = word.word.db;
  const model::PoolRecord* record = db.pool();
  const std::string from_pool = word.word.has("vdi") && word.word.has("sr") ? sr_of_statefiles(db) : "";
  s.last_good_sr = remembered.last_good_sr_uuid;
  if (s.last_good_sr.empty() || (s.ha_enabled == true && !from_pool.empty())) s.last_good_sr = from_pool;
  out.last_good_timeout = remembered.last_good_timeout;
  if (record != nullptr && (s.ha_enabled == true || !out.last_good_timeout) &&
      (s.ha_enabled == true || record->ha_timeout)) {
    if (const std::optional<double> told = model::effective_timeout(*record))
      out.last_good_timeout = static_cast<int>(*told);
  }
  HeartbeatChoice choice = choose_heartbeat(db, word.hosts, {s.configured_sr, s.last_good_sr},
                                            word.word.has("pbd"), word.word.has("vdi"));
  s.sr = std::move(choice.sr);
  out.sr_ref = choice.ref;
}

void Observer::Impl::add_audit(Situation& s, const PoolWord& word, const PoolAccess& access,
                               const Remembered& remembered) const {
  if (!settings.audit) return;
  if (word.master == nullptr) {
    s.audit.problem = "no master answered";
    return;
  }
  if (s.ha_enabled == true) {  // whatever stands there is from before
    s.audit.read = true;
    return;
  }
  std::vector<AuditHost> logs;
  std::string dead;
  std::vector<std::string> addresses = remembered.masters_since;
  if (!is_in(addresses, word.master->address)) addresses.push_back(word.master->address);
  for (const std::string& address : addresses) {
    const auto answer = std::find_if(word.answers.begin(), word.answers.end(),
                                     [&](const HostAnswer& each) { return each.address == address; });
    const bool gone = answer != word.answers.end() && answer->reachable == false;
    const bool barred = !pool.may_follow_unlisted() && !is_listed(pool, address);
    if (gone || barred) {
      dead += (dead.empty() ? "" : "; ") + address + " was master and " +
              (gone ? "does not answer" : "is not listed in hosts") + ": its audit log cannot be read";
      continue;
    }
    AuditHost one{.address = address};
    if (const model::PoolRecord* record = word.word.db.pool())
      one.clock_offset = word.clock_of(record->master);
    for (const model::Identity& host : word.hosts)
      if (host.probe_address == address || host.record_address == address)
        one.clock_offset = word.clock_of(host.ref);
    logs.push_back(std::move(one));
  }
  const WallTime since =
      remembered.last_seen_on ? *remembered.last_seen_on - kAuditSlack : line.clock.wall() - kAuditBack;
  s.audit = read_audit_logs(access, word.master->session->ref(), logs, since);
  if (dead.empty()) return;
  s.audit.read = false;
  s.audit.problem = dead + (s.audit.problem.empty() ? "" : "; ") + s.audit.problem;
}

void Observer::Impl::add_cloud(Situation& s, const PoolWord& word, const PoolAccess& access) {
  if (!cloud) return;
  while (!cloud->done() && !access.over()) line.transport.poll(access.deadline);
  std::vector<CloudMember> members;
  for (const model::Identity& host : word.hosts) {
    CloudMember member{.label = host.label, .addresses = {host.record_address, host.probe_address}};
    member.name_label = word.word.db.hosts.at(host.ref).name_label;
    for (const HostAnswer& answer : word.answers)
      if (answer.address == host.probe_address) member.addresses.push_back(answer.peer_ip);
    members.push_back(std::move(member));
  }
  CloudView view = view_of_pool(cloud->take(), pool.name, pool.cloudstack_cluster, members);
  s.cloud = std::move(view.situation);
  if (view.last_maintenance) changes.maintenance(*view.last_maintenance);
  if (!s.cloud->problem.empty() || s.cloud->managed_state.empty()) return;
  changes.cloud_planned(view.planned_now, line.clock.wall());
  if (const auto seen = changes.cloud_maintenance_ended())
    s.cloud->maintenance_ended = std::max(s.cloud->maintenance_ended.value_or(*seen), *seen);
}

void Observer::Impl::add_times(Situation& s, const PoolWord& word, const Remembered& remembered) {
  changes.see(s);
  if (const std::optional<WallTime> sign = maintenance_sign(word, s.now)) changes.maintenance(*sign);
  s.last_maintenance = changes.last_maintenance();
  const auto take = [&s](WallTime when, const std::string& what) {
    if (s.last_change && *s.last_change >= when) return;
    s.last_change = when;
    s.last_change_what = what;
  };
  if (const std::optional<Start> start = newest_start(word)) take(start->at, start->what);
  // It went off later than that; when exactly, only looks in a row can tell.
  if (s.ha_enabled == false && remembered.last_seen_on) take(*remembered.last_seen_on, "HA was still on");
  if (changes.last_change()) take(*changes.last_change(), changes.what());
}

void Observer::Impl::remember(Look& out, const PoolWord& word, const Remembered& remembered) {
  const Situation& s = out.situation;
  out.learnt = remembered;
  if (word.master == nullptr) return;
  last_master = word.master->address;
  first_uuid = word.pool_uuid;
  Remembered& learnt = out.learnt;
  learnt.pool_uuid = word.pool_uuid;
  if (!word.hosts.empty()) {
    learnt.members.clear();
    for (const model::Identity& host : word.hosts)
      if (pool.may_follow_unlisted() && !host.record_address.empty() &&
          !is_listed(pool, host.record_address) && !is_listed(pool, host.probe_address))
        learnt.members.push_back(host.record_address);
  }
  if (!s.ha_enabled) return;
  std::vector<std::string>& masters = learnt.masters_since;
  if (*s.ha_enabled) masters.clear();
  if (!is_in(masters, last_master)) masters.push_back(last_master);
  if (masters.size() > kMostMasters) masters.erase(masters.begin());
  if (!*s.ha_enabled) return;
  learnt.last_seen_on = s.now;
  learnt.last_good_timeout = out.last_good_timeout;
  const model::PoolDb& db = word.word.db;
  for (const auto& [ref, sr] : db.srs) {
    if (sr.uuid != s.last_good_sr || s.last_good_sr.empty()) continue;
    learnt.last_good_sr_uuid = sr.uuid;
    learnt.last_good_sr_name = sr.name_label;
  }
}

/// One host after the other, the last master first, until one claims the role.
Look Observer::Impl::glance(const Remembered& remembered, SteadyTime deadline) {
  Look out;
  Situation& s = out.situation;
  s.pool = pool.name;
  s.configured_sr = pool.heartbeat_sr;
  OpenSessions sessions(line, deadline, stopped);
  PoolAccess access = access_to(sessions, deadline);
  const std::string password_problem = passwords.renew();

  HostInquiry inquiry(access, Asked::kMaster);
  inquiry.prefer(last_master);
  std::vector<std::string> order = known_addresses(pool, remembered);
  std::stable_partition(order.begin(), order.end(),
                        [&](const std::string& address) { return address == last_master; });
  const auto claimed = [&inquiry] {
    return std::any_of(inquiry.answers().begin(), inquiry.answers().end(),
                       [](const HostAnswer& answer) { return answer.claims_master == true; });
  };
  for (const std::string& address : order) {
    if (claimed() || access.over()) break;
    inquiry.add(address);
    inquiry.run();
  }
  PoolWord word{.config = pool, .answers = inquiry.answers()};
  choose_master(word, remembered.pool_uuid.empty() ? first_uuid : remembered.pool_uuid, last_master,
                s.failed_reads);
  if (word.master != nullptr) {
    out.master_address = word.master->address;
    word.word = read_master(access, *word.master->session, {"pool", "host", "sr", "vdi"});
    word.hosts = identify(word.word, inquiry.answers());
    s.oldest_read = word.word.asked;
    s.failed_reads.insert(s.failed_reads.end(), word.word.failed.begin(), word.word.failed.end());
    if (const model::PoolRecord* record = word.word.db.pool()) s.ha_enabled = record->ha_enabled;
    if (const model::HostRecord* master = model::master_of(word.word.db)) s.master_uuid = master->uuid;
    for (const model::Identity& identity : word.hosts) {
      HostSituation host{.uuid = identity.uuid, .label = identity.label};
      if (s.ha_enabled == true) host.armed = word.word.db.hosts.at(identity.ref).has_ha_statefile;
      if (s.ha_enabled == false) host.armed = false;
      s.hosts.push_back(std::move(host));
    }
  }
  if (word.master == nullptr && !password_problem.empty()) s.failed_reads.push_back(password_problem);
  for (const HostAnswer& answer : inquiry.answers())
    if (word.master == nullptr && !answer.problem.empty()) s.failed_reads.push_back(answer.problem);
  add_heartbeat(out, word, remembered);
  s.now = line.clock.wall();
  changes.see(s);
  remember(out, word, remembered);
  return out;
}

Observer::Observer(config::PoolConfig pool, const config::CloudConfig* cloud, http::Transport& transport,
                   const Clock& clock, Settings settings)
    : impl_(std::make_unique<Impl>(std::move(pool), cloud, transport, clock, std::move(settings))) {}
Observer::~Observer() = default;

Look Observer::look(const Remembered& remembered, SteadyTime deadline) {
  return impl_->look(remembered, deadline);
}

Look Observer::glance(const Remembered& remembered, SteadyTime deadline) {
  return impl_->glance(remembered, deadline);
}

void Observer::stop() noexcept {
  impl_->stopped = true;
  impl_->line.transport.wake();
}

}  // namespace xenha::hooks
