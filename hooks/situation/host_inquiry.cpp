#include "hooks/situation/host_inquiry.h"

#include <algorithm>
#include <utility>

namespace xenha::hooks {
namespace {

/// More than this many addresses that are neither configured nor remembered are no pool's members.
constexpr int kMostNamed = 4;

std::string without_brackets(const std::string& address) {
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    return address.substr(1, address.size() - 2);
  return address;
}

std::string text_of(const xapi::Reply& reply) {
  return std::string(reply.answer.value->text().value_or(""));
}

void note(HostAnswer& answer, const std::string& problem) {
  if (answer.problem.empty()) answer.problem = problem;
}

}  // namespace

struct HostInquiry::Asking {
  Asking(HostAnswer& of, xapi::Client& client) : answer(of), login(client), local(client) {}
  HostAnswer& answer;
  std::shared_ptr<const http::Endpoint> endpoint;
  xapi::CallSlot login, local;
  bool login_waits = true, local_waits = false;
  bool login_silent = false, local_answered = false;
  bool login_patient = false, local_patient = false;  ///< the password was not proven when it was sent
  WallTime login_sent, local_sent;
  SteadyTime login_began{}, local_began{};
};

HostInquiry::HostInquiry(PoolAccess& access, Asked asked)
    : access_(access), asks_locally_(asked == Asked::kEverything && access.passwords.has_local()) {}
HostInquiry::~HostInquiry() = default;

void HostInquiry::add(const std::string& address) {
  if (address.empty() || knows(address)) return;
  HostAnswer& answer = answers_.emplace_back();
  answer.address = address;
  Asking& asking = *asking_.emplace_back(std::make_unique<Asking>(answer, access_.line.client));
  asking.endpoint = access_.endpoint(address);
  asking.local_waits = asks_locally_;
}

bool HostInquiry::knows(const std::string& address) const {
  return std::any_of(answers_.begin(), answers_.end(), [&](const HostAnswer& answer) {
    return answer.address == address || answer.peer_ip == address;
  });
}

bool HostInquiry::under_way() const {
  return std::any_of(asking_.begin(), asking_.end(),
                     [](const auto& asking) { return asking->login.busy() || asking->local.busy(); });
}

void HostInquiry::run() {
  constexpr std::chrono::milliseconds kLookAgain{100};
  while (!access_.over()) {
    const bool waits = start_what_may();
    if (!waits && !under_way()) break;
    const bool patient = cut_patience_short();
    access_.line.transport.poll(waits || patient ? std::min(access_.deadline, access_.now() + kLookAgain)
                                                 : access_.deadline);
  }
  for (const auto& each : asking_) {
    Asking& asking = *each;
    if (asking.login.busy() || asking.local.busy() || asking.login_waits || asking.local_waits)
      note(asking.answer, asking.answer.address + ": no time was left to ask it");
    asking.login.cancel();
    asking.local.cancel();
    if (asks_locally_ && asking.answer.reachable == true && !asking.answer.emergency)
      note(asking.answer, asking.answer.address + ": whether it is in emergency mode was not read");
  }
  asking_.clear();
}

/// A login with a password that nobody had proven may take longer than a request, for a refusal takes long.
/// Once another host has taken the password, silence is silence. True while somebody has that patience.
bool HostInquiry::cut_patience_short() {
  const SteadyTime now = access_.now();
  bool patient = false;
  for (const auto& each : asking_) {
    Asking& asking = *each;
    const auto waited = [&](SteadyTime began) { return now - began >= access_.settings.request_timeout; };
    const Error silence{ErrorCode::kTimeout, asking.answer.address + ": does not answer"};
    if (asking.login.busy() && asking.login_patient) {
      patient = true;
      if (access_.passwords.login_proven() && waited(asking.login_began)) {
        asking.login.cancel();
        judge_silence(asking, silence);
      }
    }
    if (asking.local.busy() && asking.local_patient) {
      patient = true;
      if (access_.passwords.local_proven() && waited(asking.local_began)) asking.local.cancel();
    }
  }
  return patient;
}

/// True while somebody waits for a turn.
bool HostInquiry::start_what_may() {
  std::vector<Asking*> order;
  for (const auto& asking : asking_) order.push_back(asking.get());
  std::stable_partition(order.begin(), order.end(),
                        [&](const Asking* asking) { return asking->answer.address == preferred_; });
  bool waits = false;
  for (Asking* asking : order) waits = start_login(*asking) || waits;
  for (Asking* asking : order) waits = start_local(*asking) || waits;
  return waits;
}

bool HostInquiry::start_login(Asking& asking) {
  if (!asking.login_waits) return false;
  const SteadyTime now = access_.now();
  switch (access_.passwords.ask_login(now)) {
    case Passwords::Answer::kWait:
      return true;
    case Passwords::Answer::kBlocked:
      asking.login_waits = false;
      note(asking.answer, asking.answer.address +
                              ": not asked, the password was refused; it is tried again after 15 minutes or "
                              "when its file changes");
      return false;
    case Passwords::Answer::kGo:
      break;
  }
  asking.login_waits = false;
  asking.login_began = now;
  asking.login_patient = !access_.passwords.login_proven();
  asking.login_sent = access_.line.clock.wall();
  const SteadyTime deadline = access_.login_deadline(access_.passwords.login_proven());
  access_.passwords.login_begins(now);
  const config::Credential& login = access_.passwords.login();
  asking.login.call(
      {.endpoint = asking.endpoint,
       .method = "session.login_with_password",
       .params = {login.username, login.password.reveal(), std::string("1.0"), access_.settings.originator},
       .deadline = deadline},
      [this, &asking](Result<xapi::Reply> reply) { logged_in(asking, std::move(reply)); });
  return false;
}

void HostInquiry::logged_in(Asking& asking, Result<xapi::Reply> reply) {
  HostAnswer& answer = asking.answer;
  asking.login_patient = false;
  if (!reply) {
    const Error& error = reply.error();
    if (error.code == ErrorCode::kAuth) {
      access_.passwords.login_refused(access_.now());
    } else {
      access_.passwords.login_ended(error.code == ErrorCode::kTimeout && answer.address == preferred_);
    }
    return judge(asking, error);
  }
  access_.passwords.login_accepted();
  answer.peer_ip = reply->response.peer_ip;
  answer.reachable = true;
  answer.asked = asking.login_sent;
  const std::string ref = text_of(*reply);
  if (ref.empty()) return note(answer, answer.address + ": the login gave no session");
  answer.session = std::make_unique<OpenSession>(access_.sessions, asking.endpoint, ref, false);
  ask_whose(asking);
}

/// A session alone does not make a member: an ejected host is master of a pool of its own.
void HostInquiry::ask_whose(Asking& asking) {
  const std::string session = asking.answer.session->ref();
  asking.login.call({.endpoint = asking.endpoint,
                     .method = "pool.get_all",
                     .params = {session},
                     .deadline = access_.call_deadline()},
                    [this, &asking, session](const Result<xapi::Reply>& pools) {
                      HostAnswer& answer = asking.answer;
                      if (!pools) return note(answer, pools.error().message);
                      if (pools->answer.value->items.size() != 1)
                        return note(answer, answer.address + ": pool.get_all named no pool");
                      const std::string pool(pools->answer.value->items[0].text().value_or(""));
                      asking.login.call({.endpoint = asking.endpoint,
                                         .method = "pool.get_uuid",
                                         .params = {session, pool},
                                         .deadline = access_.call_deadline()},
                                        [&asking](const Result<xapi::Reply>& uuid) {
                                          HostAnswer& told = asking.answer;
                                          if (!uuid) return note(told, uuid.error().message);
                                          told.pool_uuid = text_of(*uuid);
                                          if (told.pool_uuid.empty())
                                            return note(told, told.address + ": the pool has no uuid");
                                          told.claims_master = true;
                                        });
                    });
}

void HostInquiry::judge(Asking& asking, const Error& error) {
  HostAnswer& answer = asking.answer;
  switch (error.code) {
    case ErrorCode::kUnreachable:
    case ErrorCode::kTimeout:
      return judge_silence(asking, error);
    case ErrorCode::kTls:  // somebody is there, and it cannot be told who
    case ErrorCode::kBadConfig:
      return note(answer, error.message);
    case ErrorCode::kAuth:
    case ErrorCode::kBadReply:
    case ErrorCode::kTooLarge:
      answer.reachable = true;
      return note(answer, error.message);
    case ErrorCode::kRemoteFault:
      break;
  }
  answer.reachable = true;
  answer.claims_master = false;
  answer.asked = asking.login_sent;
  if (error.remote_code != "HOST_IS_SLAVE") {
    answer.failure = error.remote_code;
    return;
  }
  if (!error.remote_args.empty()) answer.names = without_brackets(error.remote_args[0]);
  if (answer.names.empty()) return note(answer, answer.address + ": follows a master that it does not name");
  name(answer.names);
}

/// Silence is an answer only after the whole time that a host gets. On 6.2 a slave's login hangs when its
/// master is dead, while the slave itself is well: what local root hears counts.
void HostInquiry::judge_silence(Asking& asking, const Error& error) {
  HostAnswer& answer = asking.answer;
  asking.login_silent = true;
  const bool full_time = access_.now() - asking.login_began >= access_.settings.request_timeout;
  if (error.code == ErrorCode::kTimeout && !full_time && access_.over())
    return note(answer, answer.address + ": no time was left to wait for its answer");
  if (asking.local_answered)
    return note(answer, answer.address + ": its login does not answer, as when its master is dead");
  answer.reachable = false;
}

bool HostInquiry::start_local(Asking& asking) {
  if (!asking.local_waits) return false;
  const SteadyTime now = access_.now();
  HostAnswer& answer = asking.answer;
  // Whoever does not even connect need not be asked twice.
  if (answer.reachable == false) return asking.local_waits = false;
  switch (access_.passwords.ask_local(answer.address, now)) {
    case Passwords::Answer::kWait:
      return true;
    case Passwords::Answer::kBlocked:
      asking.local_waits = false;
      note(answer, answer.address +
                       ": not asked for emergency mode, the password of host_login was refused; it is tried "
                       "again later or when its file changes");
      return false;
    case Passwords::Answer::kGo:
      break;
  }
  asking.local_waits = false;
  asking.local_began = now;
  asking.local_patient = !access_.passwords.local_proven();
  asking.local_sent = access_.line.clock.wall();
  const SteadyTime deadline = access_.login_deadline(access_.passwords.local_proven());
  access_.passwords.local_begins(now);
  const config::Credential& root = access_.passwords.local();
  asking.local.call(
      {.endpoint = asking.endpoint,
       .method = "session.slave_local_login_with_password",
       .params = {root.username, root.password.reveal()},
       .deadline = deadline},
      [this, &asking](Result<xapi::Reply> reply) { logged_in_locally(asking, std::move(reply)); });
  return false;
}

void HostInquiry::logged_in_locally(Asking& asking, Result<xapi::Reply> reply) {
  HostAnswer& answer = asking.answer;
  asking.local_patient = false;
  if (!reply) {
    const Error& error = reply.error();
    if (error.code == ErrorCode::kAuth) {
      access_.passwords.local_refused(answer.address, access_.now());
    } else {
      access_.passwords.local_ended();
    }
    // Silence is the login's to judge.
    const bool silent = error.code == ErrorCode::kUnreachable || error.code == ErrorCode::kTimeout;
    if (!silent) note(answer, error.message);
    if (silent && answer.reachable == true) note(answer, error.message);
    return;
  }
  access_.passwords.local_accepted(answer.address);
  const std::string ref = text_of(*reply);
  if (ref.empty()) return note(answer, answer.address + ": the local login gave no session");
  asking.local_answered = true;
  if (asking.login_silent && answer.reachable == false)
    note(answer, answer.address + ": its login does not answer, as when its master is dead");
  answer.reachable = true;
  if (answer.peer_ip.empty()) answer.peer_ip = reply->response.peer_ip;
  answer.asked = std::min(answer.asked.value_or(asking.local_sent), asking.local_sent);
  auto session = std::make_shared<OpenSession>(access_.sessions, asking.endpoint, ref, true);
  asking.local.call({.endpoint = asking.endpoint,
                     .method = "host.is_in_emergency_mode",
                     .params = {ref},
                     .deadline = access_.call_deadline()},
                    [&asking, session](const Result<xapi::Reply>& said) {
                      HostAnswer& told = asking.answer;
                      if (said) told.emergency = said->answer.value->boolean();
                      if (!told.emergency)
                        note(told, said
                                       ? told.address + ": whether it is in emergency mode was not understood"
                                       : said.error().message);
                    });
}

bool HostInquiry::may_ask(const std::string& address) const {
  const auto& listed = access_.config.hosts;
  return access_.config.may_follow_unlisted() ||
         std::any_of(listed.begin(), listed.end(),
                     [&](const config::HostConfig& host) { return host.address == address; });
}

void HostInquiry::name(const std::string& address) {
  if (knows(address) || !may_ask(address) || named_ >= kMostNamed) return;
  ++named_;
  add(address);
  if (!access_.passwords.login_proven()) preferred_ = address;
}

}  // namespace xenha::hooks
