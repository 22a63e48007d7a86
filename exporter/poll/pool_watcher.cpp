#include "exporter/poll/pool_watcher.h"

#include <algorithm>
#include <array>

#include "exporter/poll/allowed_methods.h"
#include "lib/base/log.h"

namespace xenha::exporter {
namespace {

constexpr std::chrono::milliseconds kTurnPause{50};
constexpr std::chrono::seconds kCredentialLookEvery{5};

/// Their counters start at 0; rarer ones appear when they happen.
constexpr std::array<std::string_view, 9> kUsualErrors{
    "unreachable",     "timeout",           "tls", "auth", "bad_reply", "too_large", "fault",
    "session_invalid", "host_still_booting"};

PoolSelf zeroed_self(const PollSettings& settings) {
  PoolSelf self;
  for (const std::string_view method : kUsualMethods) self.calls.emplace(method, 0);
  for (const std::string_view word : kUsualErrors) self.errors.emplace(word, 0);
  self.call_seconds_buckets.assign(kCallSecondsBuckets.size() + 1, 0);
  self.probe_interval = settings.probe_interval;
  return self;
}

}  // namespace

PoolWatcher::PoolWatcher(PoolConfig config, PollSettings settings, const std::filesystem::path& state_dir,
                         const Clock& clock, http::Transport& transport, Isolation& isolation,
                         Publish publish, CloudLink cloud)
    : clock_(clock),
      transport_(transport),
      isolation_(isolation),
      publish_(std::move(publish)),
      client_(
          std::make_unique<xapi::Client>(transport, clock, kAllowedMethods, std::string(),
                                         [this](const xapi::CallReport& report) { context_.count(report); })),
      context_{.config = std::move(config),
               .settings = settings,
               .clock = clock,
               .transport = transport,
               .client = *client_,
               .self = zeroed_self(settings)},
      history_(state_dir, context_.config.name, clock.wall()),
      bin_(context_),
      follower_(context_, *this),
      chores_(context_,
              [this](const std::vector<HaMessage>& messages) {
                history_.count_messages(messages, clock_.wall());
              }),
      failovers_(context_, isolation, state_dir),
      cloud_link_(std::move(cloud)) {
  for (const HostConfig& host : context_.config.hosts) add_probe(host.address, true);
  if (!context_.config.may_follow_unlisted()) return;
  for (const auto& [address, member] : history_.state().members) {
    if (find(address) == nullptr) add_probe(address, false);
  }
}

PoolWatcher::~PoolWatcher() {
  isolation_.forget_pool(context_.config.name);
}

void PoolWatcher::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { transport_.wake(); });
  while (!stop.stop_requested()) {
    const SteadyTime next = step(clock_.steady());
    if (stop.stop_requested()) break;
    transport_.poll(next);
  }
  shut_down();
}

SteadyTime PoolWatcher::step(SteadyTime now) {
  if (!began_) began_ = now;
  remove_dropped();
  renew_credentials(now);
  look_at_cloud();
  // A suspicion asks sooner; its end goes back to the usual pace.
  next_round_ = std::min(next_round_, last_round_ + failovers_.probe_interval());
  if (now >= next_round_) start_rounds(now);
  SteadyTime next = next_round_;
  for (const auto& probe : probes_) {
    if (!probe->waits_for_turn()) continue;
    probe->start_round();
    next = std::min(next, now + kTurnPause);
  }
  next = std::min(next, follower_.tick(now));
  do_chores(now);
  bin_.tick([this](const std::string& address) {
    HostProbe* probe = find(address);
    return probe == nullptr || probe->verdict().reachable == true;
  });
  if (failovers_.tick(now) && !publish_at_) publish_at_ = now;
  if (publish_at_ && now >= *publish_at_) publish();
  if (publish_at_) next = std::min(next, *publish_at_);
  next = std::min(next, failovers_.next_tick());
  tell_cloud_focus();
  failovers_.save(false);
  return next;
}

/// Once nothing is under way there that could still open a session.
void PoolWatcher::remove_dropped() {
  std::erase_if(dropped_, [this](const std::string& address) {
    HostProbe* probe = find(address);
    if (probe != nullptr) {
      probe->wind_down();
      if (probe->login_under_way() || probe->checking_locally()) return false;
      bin_.put(address, probe->take_session(), false);
      probes_.remove_if([probe](const auto& each) { return each.get() == probe; });
    }
    isolation_.forget(context_.config.name, address);
    last_contact_.erase(address);
    return true;
  });
}

void PoolWatcher::start_rounds(SteadyTime now) {
  const Duration interval = failovers_.probe_interval();
  // A late wake-up must not make up for missed rounds.
  next_round_ = std::max(next_round_ + interval, now + interval / 2);
  last_round_ = now;
  context_.self.probe_interval = interval;
  if (!round_open_) round_began_ = now;
  round_open_ = true;
  for (const auto& probe : probes_) probe->start_round();
  // Old facts expire by time alone.
  if (!publish_at_) publish_at_ = now + kGather;
}

/// A refused password is used again when its file has changed.
void PoolWatcher::renew_credentials(SteadyTime now) {
  if (now < next_credential_look_) return;
  next_credential_look_ = now + kCredentialLookEvery;
  const auto renew = [&](Credential& credential, CredentialGate& gate) {
    if (!gate.blocked(now) || !credential.changed_since_read()) return;
    Result<Credential> renewed = credential.read_again();
    if (!renewed) return;
    credential = *std::move(renewed);
    gate.renew();
    log::info("the password file changed, trying it",
              {{"pool", context_.config.name}, {"user", credential.username}});
  };
  const bool same = context_.host_login_is_login();
  renew(context_.config.login, context_.login_gate);
  if (same && !context_.host_login_is_login()) {
    context_.config.host_login = context_.config.login;
    context_.host_gate.renew();
  } else if (context_.config.host_login) {
    renew(*context_.config.host_login, context_.host_gate);
  }
}

void PoolWatcher::do_chores(SteadyTime now) {
  HostProbe* master = find(master_);
  const model::PoolDb* db = good_db();
  if (!up_ || master == nullptr || master->session().empty() || db == nullptr || db->pool() == nullptr)
    return;
  if (now < chores_.next_due()) return;
  std::vector<ChoreHost> hosts;
  for (const Identity& host : identify(*db, probed_hosts())) {
    const HostProbe* probe = find(host.probe_address);
    const bool answers = probe != nullptr && (probe->verdict().state == HostState::kMaster ||
                                              probe->verdict().state == HostState::kSlave);
    if (answers) hosts.push_back({host.ref, host.uuid, host.probe_address});
  }
  const auto master_record = db->hosts.find(db->pool()->master);
  const Duration offset =
      master_record == db->hosts.end() ? Duration{} : chores_.clock_offset(master_record->second.uuid);
  chores_.tick(now, master_, master->session(), hosts, db->pool()->ha_enabled == true,
               history_.messages_since(clock_.wall()) + offset);
}

HostProbe* PoolWatcher::find(const std::string& address) {
  if (address.empty()) return nullptr;
  const auto found = std::find_if(probes_.begin(), probes_.end(),
                                  [&](const auto& probe) { return probe->address() == address; });
  return found == probes_.end() ? nullptr : found->get();
}

void PoolWatcher::add_probe(const std::string& address, bool listed) {
  ProbeListener& listener = *this;
  probes_.push_back(std::make_unique<HostProbe>(context_, address, listed, listener));
}

bool PoolWatcher::is_our_pool(HostProbe& probe, const std::string& uuid) {
  const std::string known = history_.state().pool_uuid;
  if (uuid == known || known.empty()) {
    foreign_pools_.erase(probe.address());
    history_.pool_is(uuid);
    return true;
  }
  // Rebuilt from scratch under the same addresses, or only this host ejected? The majority of the listed
  // hosts tells.
  std::size_t with_it = 1;
  for (const auto& other : probes_) {
    if (other.get() == &probe || !other->listed()) continue;
    const std::string& names = other->verdict().believed_address;
    with_it += names == probe.address() || (!names.empty() && names == probe.peer_ip());
  }
  if (probe.listed() && with_it * 2 > context_.config.hosts.size()) {
    log::warn("the configured hosts now form another pool; counters and times begin anew",
              {{"pool", context_.config.name}, {"pool_uuid", uuid}, {"before", known}});
    history_.forget_pool(clock_.wall());
    history_.pool_is(uuid);
    return true;
  }
  if (foreign_pools_[probe.address()] != uuid) {
    foreign_pools_[probe.address()] = uuid;
    log::warn(probe.listed()
                  ? "a configured host belongs to another pool; it is not counted here, remove it from the "
                    "configuration or join it again"
                  : "a host has left the pool and is dropped",
              {{"pool", context_.config.name}, {"address", probe.address()}, {"its_pool_uuid", uuid}});
  }
  if (!probe.listed()) dropped_.insert(probe.address());
  return false;
}

void PoolWatcher::on_master(HostProbe& probe) {
  HostProbe* followed = find(master_);
  const bool still_claims =
      followed != nullptr && followed != &probe && followed->verdict().claims_master == true;
  if (still_claims) return;  // a split brain: keep to the one we know
  if (followed != &probe || follower_.following() != probe.address()) return adopt(probe);
  on_master_answered();
}

void PoolWatcher::adopt(HostProbe& probe) {
  log::info("following the pool's master", {{"pool", context_.config.name}, {"address", probe.address()}});
  master_ = probe.address();
  chores_.cancel();
  follower_.follow(master_);
  on_master_answered();
}

void PoolWatcher::lose_master(const std::string& why) {
  if (up_) {
    log::warn("the pool's master does not answer; its last facts are kept for a while",
              {{"pool", context_.config.name}, {"address", master_}, {"problem", why}});
  }
  up_ = false;
  chores_.cancel();
}

void PoolWatcher::on_named(HostProbe& probe, const std::string& address) {
  if (find(address) != nullptr) return;
  for (const auto& other : probes_) {
    if (other->peer_ip() == address) return;
  }
  if (context_.config.may_follow_unlisted()) {
    add_probe(address, false);
    probes_.back()->start_round();
  } else if (complained_of_.insert(address).second) {
    log::warn(
        "a host names a master that is not listed; without verified TLS no password is sent there: list "
        "every "
        "member under hosts",
        {{"pool", context_.config.name}, {"address", probe.address()}, {"names", address}});
  }
}

void PoolWatcher::on_probed(HostProbe& probe, const ProbeVerdict& before) {
  const ProbeVerdict& verdict = probe.verdict();
  const std::string& pool = context_.config.name;
  if (verdict.reachable == true) {
    last_contact_[probe.address()] = probe.verdict_began();
    isolation_.saw(pool, probe.address(), std::nullopt);
  } else if (const auto last = last_contact_.find(probe.address()); last != last_contact_.end()) {
    isolation_.saw(pool, probe.address(), last->second);
  }
  if (verdict.state != before.state || verdict.believed_address != before.believed_address) {
    const std::string state =
        verdict.state ? kHostStateWords[static_cast<std::size_t>(*verdict.state)] : "unknown";
    if (verdict.state == HostState::kMaster || verdict.state == HostState::kSlave) chores_.soon();
    log::info("host state", {{"pool", pool},
                             {"address", probe.address()},
                             {"state", state},
                             {"follows", verdict.believed_address},
                             {"problem", verdict.problem}});
  }
  if (probe.address() == master_ && verdict.claims_master != true) {
    lose_master(verdict.problem);
    if (verdict.reachable == true) {  // it answers, as somebody else
      follower_.stop();
      master_.clear();
    }
  }
  const bool round_over =
      std::none_of(probes_.begin(), probes_.end(), [](const auto& each) { return each->under_way(); });
  if (round_open_ && round_over) {
    round_open_ = false;
    probe_duration_ = clock_.steady() - round_began_;
  }
  tell_stopwatch(probe);
  if (!publish_at_) publish_at_ = clock_.steady() + kGather;
}

void PoolWatcher::on_records(bool full) {
  take_history();
  failovers_.records_changed();
  compare_vms_ = true;
  if (full) {
    learn_members();
    chores_.soon();
  }
  if (!publish_at_) publish_at_ = clock_.steady() + kGather;
}

void PoolWatcher::on_master_answered() {
  compare_vms_ = compare_vms_ || !up_;
  up_ = true;
  last_success_ = clock_.wall();
  last_success_steady_ = clock_.steady();
  if (!publish_at_) publish_at_ = clock_.steady() + kGather;
}

void PoolWatcher::on_stream_failed(const Error& error) {
  log::debug("event stream broken", {{"pool", context_.config.name}, {"problem", error.message}});
  lose_master(error.message);
  if (const KnownMember* member = member_at(follower_.following())) failovers_.stream_failed(member->uuid);
  // Ask the master at once rather than at the next round: is it the stream or the host?
  if (HostProbe* probe = find(master_)) probe->start_round();
  if (!publish_at_) publish_at_ = clock_.steady() + kGather;
}

void PoolWatcher::discard(const std::string& address, const std::string& session, bool local) {
  bin_.put(address, session, local);
}

void PoolWatcher::on_refused_password(const std::string& address, const std::string& username) {
  log::error("the password was refused; it is tried again in 15 minutes or when its file changes",
             {{"pool", context_.config.name}, {"address", address}, {"user", username}});
}

void PoolWatcher::take_history() {
  const model::PoolDb& db = follower_.db();
  const model::PoolRecord* pool = db.pool();
  if (pool == nullptr) return;
  const WallTime now = clock_.wall();
  if (const auto master = db.hosts.find(pool->master); master != db.hosts.end()) {
    history_.master_is(master->second.uuid, now);
    context_.api_major = master->second.api_major;
    context_.api_minor = master->second.api_minor;
  }
  if (pool->ha_enabled) history_.ha_is(*pool->ha_enabled, now);
}

/// After a full reading: members we did not know are probed, those that are gone are dropped.
void PoolWatcher::learn_members() {
  const std::vector<ProbedHost> probes = probed_hosts();
  const std::vector<Identity> hosts = identify(follower_.db(), probes);
  std::map<std::string, KnownMember> members;
  const bool names_settled = std::all_of(
      probes_.begin(), probes_.end(), [](const auto& probe) { return !probe->listed() || probe->probed(); });
  for (const Identity& host : hosts) {
    if (!host.probe_address.empty()) {
      members[host.probe_address] = {host.uuid, host.label};
    } else if (!host.record_address.empty() && context_.config.may_follow_unlisted() && names_settled) {
      members[host.record_address] = {host.uuid, host.label};
      add_probe(host.record_address, false);
      probes_.back()->start_round();
    }
  }
  for (const auto& probe : probes_) {
    if (probe->listed() || members.contains(probe->address())) continue;
    log::info("a host is no longer a member of the pool",
              {{"pool", context_.config.name}, {"address", probe->address()}});
    dropped_.insert(probe->address());
  }
  history_.members_are(std::move(members));
}

bool PoolWatcher::every_host_probed() const {
  return std::all_of(probes_.begin(), probes_.end(), [](const auto& probe) { return probe->probed(); });
}

std::vector<ProbedHost> PoolWatcher::probed_hosts() const {
  const SteadyTime now = clock_.steady();
  // Local logins, the waiting turn of an unproven password and a retry may each take their time; then a
  // verdict is old.
  const Duration current = context_.settings.probe_interval * 2 + context_.settings.request_timeout * 3;
  std::vector<ProbedHost> out;
  for (const auto& probe : probes_) {
    if (dropped_.contains(probe->address())) continue;
    ProbedHost one{.address = probe->address(), .peer_ip = probe->peer_ip()};
    one.foreign = probe->foreign();
    one.probed = probe->probed() && (one.foreign || now - probe->verdict_ended() <= current);
    one.verdict = probe->verdict();
    one.emergency = probe->emergency(now);
    one.certificate_expiry = probe->certificate_expiry();
    out.push_back(std::move(one));
  }
  return out;
}

/// The master's word, as long as it may be repeated.
const model::PoolDb* PoolWatcher::good_db() const {
  const bool fresh = last_success_ && clock_.steady() - last_success_steady_ <= context_.settings.keep_facts;
  return follower_.complete() && fresh ? &follower_.db() : nullptr;
}

/// Has every source been tried once? Until then there is nothing to show, but not for long.
bool PoolWatcher::first_look_taken(SteadyTime now) {
  if (!published_) {
    const bool facts_due = !follower_.following().empty() && !follower_.complete() && up_;
    const Duration patience = context_.settings.request_timeout * 2 + CredentialGate::kTurn;
    published_ = (every_host_probed() && !facts_due) || now - *began_ > patience;
  }
  return published_;
}

const KnownMember* PoolWatcher::member_at(const std::string& address) const {
  const auto& members = history_.state().members;
  const auto found = members.find(address);
  return found == members.end() ? nullptr : &found->second;
}

void PoolWatcher::tell_stopwatch(HostProbe& probe) {
  const KnownMember* member = member_at(probe.address());
  // Not used up while nobody knows whose answer it was: the first one counts, too.
  if (member == nullptr || !probe.take_round_end()) return;
  const std::string& believed = probe.verdict().believed_address;
  const KnownMember* named = believed.empty() ? nullptr : member_at(believed);
  for (const auto& other : probes_)
    if (named == nullptr && !believed.empty() && other->peer_ip() == believed)
      named = member_at(other->address());
  failovers_.probed(probe, member->uuid, member->label, named == nullptr ? std::string() : named->uuid);
}

void PoolWatcher::take_cloud(std::shared_ptr<const CloudSnapshot> snapshot) {
  {
    const std::lock_guard lock(cloud_mutex_);
    cloud_inbox_ = std::move(snapshot);
  }
  transport_.wake();
}

void PoolWatcher::look_at_cloud() {
  std::shared_ptr<const CloudSnapshot> news;
  {
    const std::lock_guard lock(cloud_mutex_);
    news = std::exchange(cloud_inbox_, nullptr);
  }
  if (!news) return;
  cloud_ = std::move(news);
  compare_vms_ = true;
  failovers_.cloud(*cloud_);
  if (!publish_at_) publish_at_ = clock_.steady() + kGather;
}

void PoolWatcher::tell_cloud_focus() {
  if (!cloud_link_.focus) return;
  CloudFocus focus = failovers_.focus();
  if (focus == told_focus_) return;
  told_focus_ = focus;
  cloud_link_.focus(std::move(focus));
}

/// What the join needs, when that changed. With the master away the members stay as they were.
void PoolWatcher::tell_cloud_members() {
  const model::PoolDb* db = good_db();
  if (!cloud_link_.members || db == nullptr) return;
  PoolMembers members{.pool = context_.config.name, .pinned_cluster = context_.config.cloudstack_cluster};
  for (const Identity& host : identify(*db, probed_hosts())) {
    PoolMembers::Host one{.uuid = host.uuid, .label = host.label};
    const auto record = db->hosts.find(host.ref);
    if (record != db->hosts.end()) one.name_label = record->second.name_label;
    for (const std::string& address : {host.record_address, host.probe_address})
      if (!address.empty() && (one.addresses.empty() || one.addresses.front() != address))
        one.addresses.push_back(address);
    if (const HostProbe* probe = find(host.probe_address); probe != nullptr && !probe->peer_ip().empty())
      one.addresses.push_back(probe->peer_ip());
    members.hosts.push_back(std::move(one));
  }
  if (told_members_ == members) return;
  told_members_ = members;
  cloud_link_.members(std::move(members));
}

void PoolWatcher::publish() {
  publish_at_.reset();
  tell_cloud_members();
  if (!first_look_taken(clock_.steady())) return;
  PoolView view{.config = context_.config,
                .now = clock_.wall(),
                .up = up_,
                .last_success = last_success_,
                .db = good_db(),
                .probes = probed_hosts(),
                .every_host_probed = every_host_probed(),
                .history = history_.state(),
                .clock_offsets = chores_.clock_offsets(),
                .hotfix = chores_.hotfix()};
  const SteadyTime now = clock_.steady();
  if (view.db != nullptr) {
    for (const auto& [ref, host] : view.db->hosts) {
      if (const auto latencies = chores_.latencies(host.uuid, now)) view.latencies[host.uuid] = *latencies;
    }
  }
  PoolSnapshot snapshot = judge(view);
  snapshot.cloudstack = context_.config.cloudstack;
  if (cloud_) {
    add_cloud(snapshot, view.db, *cloud_);
    // Compared anew only when one of both sides said something new.
    if (std::exchange(compare_vms_, false) || view.db == nullptr || !snapshot.up)
      newest_drift_ = vm_drift(snapshot, view.db, *cloud_);
    drift_.add(snapshot, newest_drift_, *cloud_);
  }
  for (HostSnapshot& host : snapshot.hosts) {
    rejoins_.see(host.uuid, {host.reachable, host.live, host.enabled, host.boot_time}, view.now);
    if (view.db != nullptr) host.rejoin = rejoins_.newest(host.uuid);
  }
  context_.self.sessions =
      static_cast<int>(std::count_if(probes_.begin(), probes_.end(),
                                     [](const auto& probe) { return !probe->session().empty(); }) +
                       (follower_.session().empty() ? 0 : 1));
  failovers_.judged(snapshot, view.db);
  failovers_.tick(now);
  snapshot.failovers = failovers_.book();
  snapshot.probe_duration = probe_duration_;
  snapshot.self = context_.self;
  publish_(std::move(snapshot));
  history_.save();
}

void PoolWatcher::shut_down() {
  const SteadyTime deadline = clock_.steady() + kStopTakesAtMost;
  chores_.cancel();
  follower_.stop();
  for (const auto& probe : probes_) {
    probe->wind_down();
    bin_.put(probe->address(), probe->take_session(), false);
  }
  const auto busy = [this] {
    const bool logging_in =
        follower_.login_under_way() || std::any_of(probes_.begin(), probes_.end(), [](const auto& probe) {
          return probe->login_under_way() || probe->checking_locally();
        });
    return logging_in || !bin_.idle();
  };
  while (busy() && clock_.steady() < deadline) transport_.poll(deadline);
  if (busy()) {
    log::warn("some sessions could not be given back in time", {{"pool", context_.config.name}});
  }
  history_.save();
  failovers_.save(true);
}

}  // namespace xenha::exporter
