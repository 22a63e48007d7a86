#include "exporter/poll/master_chores.h"

#include <algorithm>
#include <cmath>

#include "lib/base/log.h"
#include "lib/model/ha_messages.h"
#include "lib/xapi/patches.h"
#include "lib/xapi/rrd.h"

namespace xenha::exporter {
namespace {

bool has_old_patches(int api_major, int api_minor) {
  return api_major == 2 && api_minor <= 5;
}

}  // namespace

MasterChores::MasterChores(PoolContext& context,
                           std::function<void(const std::vector<HaMessage>&)> on_messages)
    : context_(context), on_messages_(std::move(on_messages)), slot_(context.client) {}

SteadyTime MasterChores::next_due() const {
  return std::min(due_, latency_due_);
}

void MasterChores::cancel() {
  slot_.cancel();
  for (const auto& [uuid, id] : latency_calls_) context_.transport.cancel(id);
  latency_calls_.clear();
}

Duration MasterChores::clock_offset(const std::string& uuid) const {
  const auto found = clock_offsets_.find(uuid);
  return found == clock_offsets_.end() ? Duration{} : found->second;
}

std::optional<HostLatencies> MasterChores::latencies(const std::string& uuid, SteadyTime now) const {
  const auto found = latencies_.find(uuid);
  if (found == latencies_.end() || now - found->second.at > kLatencyGoodFor) return std::nullopt;
  return found->second;
}

xapi::Client::Call MasterChores::call(std::string_view method, xapi::Params params) const {
  params.insert(params.begin(), session_);
  return {.endpoint = endpoint_of(context_.config, master_),
          .method = method,
          .params = std::move(params),
          .deadline = context_.deadline()};
}

void MasterChores::tick(SteadyTime now, const std::string& master_address, const std::string& session,
                        const std::vector<ChoreHost>& hosts, bool ha_enabled, WallTime since) {
  const bool run = now >= due_ && !slot_.busy();
  if (run || now >= latency_due_) {
    const bool recorded = std::any_of(latencies_.begin(), latencies_.end(), [](const auto& entry) {
      const HostLatencies& of = entry.second;
      return of.statefile.recorded == true || of.network.recorded == true || of.xapi.recorded == true;
    });
    latency_due_ = now + (recorded ? Duration(kLatencyEvery) : Duration(kEvery));
    // The sources exist only while HA runs; what was read before is dropped with it.
    if (ha_enabled) {
      ask_latencies(session, hosts);
    } else {
      latencies_.clear();
    }
  }
  if (!run) return;
  due_ = now + kEvery;
  last_run_ = now;
  master_ = master_address;
  session_ = session;
  hosts_ = hosts;
  since_ = since;
  host_ = 0;
  std::erase_if(clock_offsets_, [&](const auto& entry) {
    return std::none_of(hosts.begin(), hosts.end(),
                        [&](const ChoreHost& host) { return host.uuid == entry.first; });
  });
  next_servertime();
}

void MasterChores::next_servertime() {
  if (host_ == hosts_.size()) return ask_messages();
  const WallTime sent = context_.clock.wall();
  const SteadyTime began = context_.clock.steady();
  slot_.call(call("host.get_servertime", {hosts_[host_].ref}),
             [this, sent, began](Result<xapi::Reply> reply) {
               const std::string& uuid = hosts_[host_].uuid;
               const std::optional<WallTime> theirs = reply ? reply->answer.value->time() : std::nullopt;
               if (theirs) {
                 // Whole seconds, cut off: on average the clock showed half a second more, in the middle of
                 // the round trip.
                 const Duration trip = context_.clock.steady() - began;
                 clock_offsets_[uuid] = *theirs + std::chrono::milliseconds(500) - (sent + trip / 2);
               } else {
                 clock_offsets_.erase(uuid);
               }
               ++host_;
               next_servertime();
             });
}

void MasterChores::ask_messages() {
  slot_.call(call("message.get_since", {xapi::DateTime{since_}}), [this](Result<xapi::Reply> reply) {
    if (reply) {
      std::vector<HaMessage> found;
      for (const xapi::Member& member : reply->answer.value->members) {
        const xapi::Value* name = member.value.find("name");
        const xapi::Value* uuid = member.value.find("uuid");
        const xapi::Value* timestamp = member.value.find("timestamp");
        if (name == nullptr || uuid == nullptr || timestamp == nullptr || !timestamp->time()) continue;
        const std::string_view word = name->text().value_or("");
        if (std::find(model::kHaMessageNames.begin(), model::kHaMessageNames.end(), word) ==
            model::kHaMessageNames.end())
          continue;
        found.push_back({std::string(uuid->text().value_or("")), std::string(word), *timestamp->time()});
      }
      on_messages_(found);
    }
    if (context_.clock.steady() >= patches_due_) ask_patches();
  });
}

void MasterChores::ask_patches() {
  if (!has_old_patches(context_.api_major, context_.api_minor)) return;
  patches_due_ = context_.clock.steady() + kPatchesEvery;
  slot_.call(call("host_patch.get_all_records", {}), [this](Result<xapi::Reply> host_patches) {
    if (!host_patches) return;
    host_patches_ = std::make_shared<xapi::Answer>(host_patches->answer);
    slot_.call(call("pool_patch.get_all_records", {}), [this](Result<xapi::Reply> pool_patches) {
      if (pool_patches) take_patches(*host_patches_->value, *pool_patches->answer.value);
      host_patches_.reset();
    });
  });
}

void MasterChores::take_patches(const xapi::Value& host_patches, const xapi::Value& pool_patches) {
  const std::set<model::Ref> patched = xapi::hosts_with_patch(host_patches, pool_patches, xapi::kHaHotfix);
  hotfix_.clear();
  for (const ChoreHost& host : hosts_) hotfix_[host.uuid] = patched.contains(host.ref);
}

/// Each host answers for itself only; the session goes in a cookie, because a URL may end up in logs.
void MasterChores::ask_latencies(const std::string& session, const std::vector<ChoreHost>& hosts) {
  for (const ChoreHost& host : hosts) {
    if (host.address.empty() || latency_calls_.contains(host.uuid)) continue;
    const WallTime start = context_.clock.wall() + clock_offset(host.uuid) - std::chrono::seconds(60);
    const auto epoch = std::chrono::duration_cast<std::chrono::seconds>(start.time_since_epoch()).count();
    http::Request request{.endpoint = endpoint_of(context_.config, host.address),
                          .method = http::Request::Method::kGet,
                          .target = "/rrd_updates?start=" + std::to_string(epoch) +
                                    "&cf=AVERAGE&interval=5&host=true&vm_uuid=none",
                          .headers = {"Accept: text/xml", "Cookie: session_id=" + session},
                          .deadline = context_.deadline(),
                          .max_body = 4u << 20,
                          .may_repeat = true};
    const SteadyTime began = context_.clock.steady();
    latency_calls_[host.uuid] = context_.transport.start(
        std::move(request), [this, uuid = host.uuid, began](Result<http::Response> response) {
          latency_calls_.erase(uuid);
          const Error* error = response ? nullptr : &response.error();
          context_.count(
              {"rrd_updates", context_.clock.steady() - began, response ? response->received : 0, error});
          if (response && response->status == 200) take_latencies(uuid, response->body);
        });
  }
}

void MasterChores::take_latencies(const std::string& uuid, const std::string& body) {
  const Result<xapi::HaLatencies> parsed = xapi::decode_rrd(body, uuid);
  if (!parsed) {
    log::debug("a host's rrd_updates could not be read",
               {{"pool", context_.config.name}, {"host_uuid", uuid}, {"problem", parsed.error().message}});
    latencies_.erase(uuid);
    return;
  }
  const auto fact = [&](xapi::HaSource source) {
    return HostSnapshot::Latency{parsed->recorded(source), parsed->seconds(source)};
  };
  latencies_[uuid] = {fact(xapi::HaSource::kStatefile), fact(xapi::HaSource::kNetwork),
                      fact(xapi::HaSource::kXapi), context_.clock.steady()};
}

}  // namespace xenha::exporter
