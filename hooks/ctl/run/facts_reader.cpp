#include "hooks/ctl/run/facts_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "hooks/ctl/allowed_methods.h"
#include "hooks/ctl/procedures/enable_verdict.h"
#include "hooks/situation/cloud_reading.h"
#include "lib/cloudstack_operator/maintenance.h"
#include "lib/model/pool_reading.h"
#include "lib/model/primary_storage.h"
#include "lib/xapi_enable/enable_ha.h"
#include "lib/xapi_operator/procedure_methods.h"

namespace xenha::ctl {
namespace {

using namespace std::chrono_literals;

/// Hosts take 5 s to refuse a password, and two requests may have to time out before.
constexpr Duration kLook = 30s;
constexpr std::size_t kMostSeen = 64;

bool is_cloud_step(StepId step) {
  return step == StepId::kEnterMaintenance || step == StepId::kLeaveMaintenance;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return text;
}

WorkFacts work_of(const xapi::TaskState& state) {
  WorkFacts out{.progress = state.progress};
  switch (state.status) {
    case xapi::TaskState::Status::kPending:
      break;
    case xapi::TaskState::Status::kSuccess:
      out.status = WorkFacts::Status::kSuccess;
      break;
    case xapi::TaskState::Status::kFailure:
    case xapi::TaskState::Status::kCancelled:
      out.status = WorkFacts::Status::kFailure;
      out.error = state.error_code.empty() ? "the task was cancelled" : state.error_code;
      for (const std::string& arg : state.error_args) out.error += " " + arg;
      out.error = one_line(std::move(out.error));
  }
  return out;
}

}  // namespace

/// One reading under way.
struct FactsReader::Reading {
  Facts& facts;
  xapi::Session& session;
  const Position& position;
  bool thorough;
};

FactsReader::FactsReader(const CtlPool& pool, const CtlCloud* cloud, http::Transport& transport,
                         const Clock& clock, Settings settings)
    : pool_(pool),
      transport_(transport),
      clock_(clock),
      settings_(settings),
      client_(transport, clock, xapi::kProcedureMethods, "xenhactl", {}),
      line_{transport, client_, clock},
      // CloudStack is read here: the observer would ask for its events as well, every time.
      observer_(pool.reach, nullptr, transport, clock,
                {.request_timeout = settings_.request_timeout,
                 .user_agent = "xenhactl",
                 .originator = "xenhactl",
                 .methods = kAllowedMethods,
                 .audit = false}) {
  if (cloud == nullptr) return;
  const cloudstack::Reader::Limits limits{.request_timeout = settings_.request_timeout};
  cloud_.emplace(transport, clock, hooks::server_of(cloud->reach), cloudstack::Reader::Observer{}, limits);
  if (!cloud->actor) return;
  cloud_actor_ = hooks::server_of(cloud->reach);
  cloud_actor_->keys = {cloud->actor->api_key.text, cloud->actor->secret_key.text};
}

FactsReader::~FactsReader() = default;

void FactsReader::remember(const Position& position) {
  if (!position.sr_uuid.empty()) {
    remembered_.last_good_sr_uuid = position.sr_uuid;
    remembered_.last_good_sr_name = position.sr_name;
  }
  if (position.ha_timeout) remembered_.last_good_timeout = position.ha_timeout;
}

HeartbeatChoice FactsReader::heartbeat() const {
  const std::chrono::seconds last{look_.last_good_timeout.value_or(0)};
  return {look_.sr_ref, std::max(last, pool_.reach.ha_timeout)};
}

Facts FactsReader::read(const Position& position, bool thorough, const std::stop_token& stop) {
  Facts facts;
  facts.pool = pool_.reach.name;
  facts.target = position.host_uuid;
  const std::stop_callback end(stop, [this] { observer_.stop(); });
  look_ = observer_.look(remembered_, clock_.steady() + kLook);
  facts.now = clock_.wall();
  if (stop.stop_requested()) return facts;
  remembered_ = look_.learnt;
  add_pool(facts, look_);
  add_db(facts, look_);
  if (!look_.master_address.empty()) {
    Result<xapi::Session> session =
        xapi::Session::log_in(line_, config::endpoint_of(pool_.reach, look_.master_address),
                              pool_.reach.login.username, pool_.reach.login.password, "xenhactl", soon());
    if (session) {
      Reading reading{facts, *session, position, thorough};
      add_operations(reading);
      add_vms(reading);
      add_work(reading);
    } else {
      facts.failed_reads.push_back(session.error().message);
    }
  }
  add_emergency(facts);
  add_cloud(facts, thorough);
  add_job(facts, position);
  add_enable(facts, look_);
  return facts;
}

void FactsReader::add_pool(Facts& facts, const hooks::Look& look) const {
  const hooks::Situation& seen = look.situation;
  facts.failed_reads = seen.failed_reads;
  facts.master = seen.master_uuid;
  facts.master_address = look.master_address;
  facts.ha_enabled = seen.ha_enabled;
  facts.operations = seen.operations;
  facts.rolling_upgrade = seen.rolling_upgrade;
  if (seen.sr) facts.heartbeat_sr = seen.sr->name;
  for (const hooks::HostSituation& host : seen.hosts) {
    if (host.uuid.empty()) continue;
    HostFacts out{.uuid = host.uuid, .label = host.label, .reachable = host.reachable};
    out.claims_master = host.claims_master;
    out.believed_master = host.believed_master;
    out.emergency = host.emergency;
    out.live = host.live;
    out.enabled = host.enabled;
    out.armed = host.armed;
    out.version = host.version;
    facts.hosts.push_back(std::move(out));
  }
}

/// What the look read of the hosts' records.
void FactsReader::add_db(Facts& facts, const hooks::Look& look) {
  for (const model::Identity& member : look.members) {
    const model::HostRecord* record = model::find_host(look.db, member.ref);
    if (record == nullptr) continue;
    for (HostFacts& host : facts.hosts) {
      if (host.uuid != record->uuid) continue;
      host.ref = member.ref;
      host.address = record->address;
      host.api_major = record->api_major;
      host.api_minor = record->api_minor;
      if (record->boot_time)
        host.booted =
            std::chrono::duration_cast<std::chrono::seconds>(record->boot_time->time_since_epoch()).count();
    }
  }
  if (look.db.pools.empty()) return;
  facts.pool_ref = look.db.pools.begin()->first;
  const std::optional<std::string>& mark = look.db.pool()->intent;
  if (!mark || mark->empty()) return;
  const std::optional<WallTime> until = model::mark_until(*mark);
  if (!until || facts.now < *until) facts.mark = mark;
}

void FactsReader::add_operations(Reading& reading) {
  static constexpr std::array<std::string_view, 1> kFields{"current_operations"};
  const auto records =
      reading.session.call("host.get_all_records", {}, soon(), true, xapi::Keep::records({"host", kFields}));
  if (!records) {
    reading.facts.failed_reads.push_back(records.error().message);
    return;
  }
  for (HostFacts& host : reading.facts.hosts) {
    const xapi::Value* record = records->answer.value->find(host.ref);
    const xapi::Value* running = record == nullptr ? nullptr : record->find("current_operations");
    if (running == nullptr) continue;
    for (const xapi::Member& operation : running->members)
      host.operations.emplace_back(operation.value.text().value_or(""));
  }
}

void FactsReader::add_vms(Reading& reading) {
  Facts& facts = reading.facts;
  for (HostFacts& host : facts.hosts) {
    if (host.uuid != facts.target || host.ref.empty()) continue;
    static constexpr std::array<std::string_view, 2> kFields{"name_label", "resident_on"};
    const std::string here =
        R"((field "resident_on" = ")" + host.ref + R"(") and (field "is_control_domain" = "false"))";
    const auto vms = reading.session.call("VM.get_all_records_where", {here}, soon(), true,
                                          xapi::Keep::records({"vm", kFields}));
    if (!vms) {
      facts.failed_reads.push_back(vms.error().message);
      continue;
    }
    host.vms = static_cast<int>(vms->answer.value->members.size());
    if (!reading.thorough) continue;
    const auto stuck = reading.session.call("host.get_vms_which_prevent_evacuation", {host.ref}, soon());
    if (!stuck) continue;  // it only warns beforehand; the evacuation itself will tell
    facts.stuck_vms.emplace();
    for (const xapi::Member& vm : stuck->answer.value->members) {
      const xapi::Value* record = vms->answer.value->find(vm.name);
      const xapi::Value* name = record == nullptr ? nullptr : record->find("name_label");
      std::string words(name == nullptr ? vm.name : name->text().value_or(""));
      const std::string_view why = vm.value.items.empty() ? "" : vm.value.items.front().text().value_or("");
      if (!why.empty()) words.append(" (").append(why).append(")");
      facts.stuck_vms->push_back(one_line(words));
    }
  }
}

void FactsReader::add_work(Reading& reading) {
  const Position& position = reading.position;
  if (position.task.empty() || position.over() || is_cloud_step(position.current())) return;
  const Result<xapi::TaskState> state = xapi::read_task(reading.session, position.task, soon());
  if (state)
    reading.facts.work = work_of(*state);
  else if (state.error().remote_code == "HANDLE_INVALID")
    reading.facts.work = WorkFacts{.status = WorkFacts::Status::kGone};
}

/// Why the procedure's host is in emergency mode: only it can tell, and only its own root.
void FactsReader::add_emergency(Facts& facts) {
  for (HostFacts& host : facts.hosts) {
    if (host.uuid != facts.target || host.emergency != true || !pool_.reach.host_login ||
        host.address.empty())
      continue;
    const config::Credential& root = *pool_.reach.host_login;
    Result<xapi::Session> local = xapi::Session::log_in_locally(
        line_, config::endpoint_of(pool_.reach, host.address), root.username, root.password, soon());
    if (!local) {
      facts.failed_reads.push_back(local.error().message);
      continue;
    }
    const auto healthy = local->call("host.local_assert_healthy", {}, soon());
    if (!healthy) host.emergency_code = healthy.error().remote_code;
  }
}

template <class T>
Result<cloudstack::Listing<T>> FactsReader::list(
    const std::function<void(cloudstack::Reader::Done<T>)>& ask) {
  std::optional<Result<cloudstack::Listing<T>>> got;
  ask([&got](Result<cloudstack::Listing<T>> listing) { got = std::move(listing); });
  const SteadyTime until = clock_.steady() + kLook;
  while (!got && clock_.steady() < until) transport_.poll(until);
  if (got) return *std::move(got);
  cloud_->cancel();
  return Error{ErrorCode::kTimeout, "no answer of CloudStack in time"};
}

void FactsReader::add_cloud(Facts& facts, bool thorough) {
  mark_primary(facts, {});
  // For the pool alone it only matters beforehand.
  if (!cloud_ || (facts.target.empty() && !thorough)) return;
  facts.cloud.emplace();
  const auto hosts = list<model::CloudHost>([this](auto done) { cloud_->hosts("", std::move(done)); });
  if (!hosts) {
    facts.cloud->problem = hosts.error().message;
    return;
  }
  if (thorough || cloud_cluster_.managed_state.empty()) choose_cluster(*hosts);
  *facts.cloud = cloud_cluster_;
  for (HostFacts& host : facts.hosts)
    for (const model::CloudHost& known : hosts->items)
      if (known.state != "Removed" && !host.address.empty() && known.address == host.address) {
        host.cloud = CloudHostFacts{known.id, known.state, known.resource_state};
        cluster_ids_ = {known.cluster_id};
      }
  if (thorough) add_primary(facts);
}

/// Which of its clusters the pool is, and whether CloudStack manages it.
void FactsReader::choose_cluster(const cloudstack::Listing<model::CloudHost>& hosts) {
  cloud_cluster_ = {};
  const auto clusters = list<model::CloudCluster>([this](auto done) { cloud_->clusters(std::move(done)); });
  hooks::CloudWord word;
  if (clusters)
    word.clusters = clusters->items;
  else
    word.problem = clusters.error().message;
  word.hosts = hosts.items;
  std::vector<hooks::CloudMember> members;
  for (const model::Identity& member : look_.members) {
    hooks::CloudMember out{.label = member.label, .addresses = {member.record_address, member.probe_address}};
    if (const model::HostRecord* record = model::find_host(look_.db, member.ref))
      out.name_label = record->name_label;
    members.push_back(std::move(out));
  }
  const hooks::CloudView view =
      hooks::view_of_pool(word, pool_.reach.name, pool_.reach.cloudstack_cluster, members);
  cloud_cluster_ = {view.situation.problem, view.situation.managed_state};
}

/// Only the account that began a job may ask for it.
void FactsReader::add_job(Facts& facts, const Position& position) {
  if (!cloud_actor_ || position.task.empty() || position.over() || !is_cloud_step(position.current())) return;
  cloudstack::Maintenance maintenance(transport_, clock_, *cloud_actor_, settings_.request_timeout);
  const Result<cloudstack::JobState> job = maintenance.job(position.task);
  if (!job) {
    if (!job.error().remote_code.empty()) facts.work = WorkFacts{.status = WorkFacts::Status::kGone};
    return;
  }
  facts.work.emplace();
  if (job->status == cloudstack::JobState::Status::kSuccess) facts.work->status = WorkFacts::Status::kSuccess;
  if (job->status == cloudstack::JobState::Status::kFailure) {
    facts.work->status = WorkFacts::Status::kFailure;
    facts.work->error = job->error;
  }
}

/// What is no primary storage is known only where CloudStack's list was read.
void FactsReader::mark_primary(Facts& facts, const std::vector<model::CloudStoragePool>& pools) {
  if (!look_.situation.sr) return;
  const hooks::SrSituation& sr = *look_.situation.sr;
  if (model::primary_storage(&look_.db, pools, cluster_ids_).holds(sr.name, sr.uuid))
    facts.heartbeat_is_primary = true;
}

void FactsReader::add_primary(Facts& facts) {
  const auto pools =
      list<model::CloudStoragePool>([this](auto done) { cloud_->storage_pools(std::move(done)); });
  if (!pools) return;
  mark_primary(facts, pools->items);
  if (!facts.heartbeat_is_primary && look_.situation.sr) facts.heartbeat_is_primary = false;
}

/// Two looks, as the daemon takes them: the newest, and the newest that is far enough back.
void FactsReader::add_enable(Facts& facts, const hooks::Look& look) {
  const SteadyTime now = clock_.steady();
  const Seen* first = nullptr;
  for (const Seen& each : seen_)
    if (now - each.at >= settings_.read_gap) first = &each;
  if (first != nullptr)
    facts.enable = enable_verdict(first->situation, look.situation, settings_.policy, settings_.sr_changed);
  else
    facts.enable = {.reason = "", .fact = "the pool is looked at twice"};
  seen_.push_back({now, look.situation});
  if (seen_.size() > kMostSeen) seen_.pop_front();
}

}  // namespace xenha::ctl
