#include "exporter/failover/suspicion.h"

#include <chrono>

namespace xenha::exporter {
namespace {

using Life = ProbeSight::Life;

// CloudStack and the heartbeat need minutes, so their word stays a sign for a while although we see the host
// alive; a host that hangs in Alert for days must not turn each lost packet into a failover.
constexpr std::chrono::minutes kDeclaredFor{10};
constexpr std::chrono::seconds kUnwellFor{60};
constexpr std::chrono::seconds kCutOff{1};  // CloudStack prints whole seconds
// No host boots twice within this, and a clock that was set moves its boot time a little.
constexpr std::chrono::seconds kBootTimeNoise{30};

bool fresh(const std::optional<WallTime>& since, const Baseline& host, Duration span) {
  return since && *since > host.last_contact - span;
}

}  // namespace

bool dead_in_xenserver(const Baseline& host) {
  return host.signs.live == false && fresh(host.signs.dead_since, host, kDeclaredFor);
}

bool down_in_cloudstack(const Baseline& host) {
  const Signs& signs = host.signs;
  return (signs.cloud_state == "Down" && fresh(signs.cloud_since, host, kDeclaredFor)) ||
         fresh(signs.down_alert, host, kCutOff);
}

bool unwell_in_cloudstack(const Baseline& host) {
  const Signs& signs = host.signs;
  const bool state = signs.cloud_state == "Alert" || signs.cloud_state == "Disconnected";
  return (state && fresh(signs.cloud_since, host, kUnwellFor)) || fresh(signs.unwell_alert, host, kCutOff);
}

bool leaves_in_order(const Baseline& host) {
  return (host.signs.planned || host.signs.cloud_planned) && host.vms.empty();
}

std::optional<bool> booted_anew(const Baseline& host) {
  if (!host.boot_time || !host.signs.boot_time) return std::nullopt;
  const Duration between = *host.signs.boot_time - *host.boot_time;
  return between > kBootTimeNoise || between < -kBootTimeNoise;
}

bool is_back(const Baseline& host, WallTime now) {
  const Signs& signs = host.signs;
  if (!signs.good_since || signs.live == false) return false;
  const bool told_since = signs.live && signs.told && *signs.told >= *signs.good_since;
  return now - *signs.good_since >= (told_since ? Duration(kBackAfter) : Duration(kBackWithoutWord));
}

bool in_trouble(const Baseline& host) {
  const bool by_probe = host.reached && host.signs.last != Life::kAnswers;
  return by_probe || host.signs.stream_broken || dead_in_xenserver(host) || down_in_cloudstack(host) ||
         unwell_in_cloudstack(host);
}

bool is_lost(const Baseline& host, const Circumstances& circumstances, WallTime now) {
  const Signs& signs = host.signs;
  const bool dead = dead_in_xenserver(host), down = down_in_cloudstack(host);
  // Alert flaps through the whole cluster while a master is elected.
  const bool cloud = down || (!circumstances.election && unwell_in_cloudstack(host));
  if (!host.reached) return dead && cloud;
  switch (signs.last) {
    case Life::kAnswers:
      return dead && down;
    case Life::kAlive:
      return (dead || cloud) && circumstances.stopped_or_rebooted;
    case Life::kSilent:
      break;
  }
  if (dead && cloud) return true;
  if (signs.silent == 0) return false;  // the silence was our own: it must be seen anew
  if (circumstances.election) {
    const bool long_silent = signs.first_silent && now - *signs.first_silent >= kElectionSilence;
    return long_silent || (signs.silent >= 3 && (dead || cloud));
  }
  return dead || cloud || signs.silent >= 3 || (signs.silent >= 2 && signs.stream_broken);
}

bool is_frozen(const Baseline& host) {
  if (host.away || !host.failover.empty()) return true;
  if (!host.suspected) return false;
  // Alert in CloudStack alone, while the host answers, changes nothing about who runs there.
  return host.signs.last != Life::kAnswers || host.signs.stream_broken || dead_in_xenserver(host) ||
         down_in_cloudstack(host);
}

void take(Baseline& host, const ProbeSight& probe) {
  Signs& signs = host.signs;
  signs.last = probe.life;
  if (!probe.host.empty()) host.host = probe.host;
  if (probe.life == Life::kSilent) {
    ++signs.silent;
    if (!signs.first_silent) signs.first_silent = probe.ended;
  } else {
    host.last_contact = probe.began;
    host.reached = true;
    signs.silent = 0;
    signs.first_silent.reset();
  }
  const bool answers = probe.life == Life::kAnswers;
  if (answers && signs.stream_broken && probe.began >= *signs.stream_broken) signs.stream_broken.reset();
  const bool claims = answers && probe.claims_master;
  if (claims) {
    ++signs.claims;
    if (!signs.claims_since) signs.claims_since = probe.ended;
  } else {
    signs.claims = 0;
    signs.claims_since.reset();
  }
  signs.names_master = answers ? probe.names_master : std::string();
  if (claims || !signs.names_master.empty()) {
    if (!signs.good_since) signs.good_since = probe.ended;
  } else {
    signs.good_since.reset();
  }
}

void forget_silence(Baseline& host) {
  host.signs.silent = 0;
  host.signs.first_silent.reset();
  host.signs.stream_broken.reset();
}

}  // namespace xenha::exporter
