#include "tests/integration/xe.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace xenha::test {
namespace {

using sim::VirtualNetwork;
using xapi::Params;

constexpr std::array<std::string_view, 10> kMethods{"session.login_with_password",
                                                    "session.logout",
                                                    "pool.enable_ha",
                                                    "pool.disable_ha",
                                                    "pool.designate_new_master",
                                                    "host.disable",
                                                    "host.enable",
                                                    "host.evacuate",
                                                    "host.reboot",
                                                    "host.shutdown"};

/// The first text after the member's name.
std::string value_after(const std::string& body, const std::string& name) {
  const std::string member = "<name>" + name + "</name>";
  std::size_t at = body.find(member);
  if (at == std::string::npos) return {};
  at += member.size();
  while (at < body.size() && (body[at] == '<' || body[at] == '\n')) at = body.find('>', at) + 1;
  return body.substr(at, body.find('<', at) - at);
}

}  // namespace

void Xe::ask(const Visit& visit, std::string_view method, const Params& params, Then then) {
  sim::Request request;
  request.method = "POST";
  request.target = "/";
  request.headers = {{"host", visit.address}, {"user-agent", "xe"}, {"content-type", "text/xml"}};
  request.body = *xapi::encode_call(kMethods, method, params);
  request.client_address = "127.0.0.2";
  sent_.push_back(world_.network().send(
      visit.address, world_.world().port, std::move(request),
      [this, visit, then = std::move(then)](const VirtualNetwork::Answer& answer) {
        if (value_after(answer.body, "Status") == "Success") return then(answer.body);
        if (answer.body.empty() && visit.may_be_lost) return;
        refused_.push_back(visit.command + ": " + (answer.body.empty() ? "no answer" : answer.body));
      }));
}

void Xe::begin(const std::string& command, const std::map<std::string, std::string>& words) {
  const auto word = [&](const char* name, const std::string& fallback) {
    const auto found = words.find(name);
    return found == words.end() ? fallback : found->second;
  };
  sim::Site* site = world_.world().find_site(word("pool", "1"));
  const sim::Host* master = site != nullptr ? site->master() : nullptr;
  if (master == nullptr) throw std::runtime_error("no such pool, or it has no master");
  std::string method;
  Params params;
  if (command == "pool-ha-disable") {
    method = "pool.disable_ha";
  } else if (command == "pool-ha-enable") {
    method = "pool.enable_ha";
    params = {std::vector<std::string>{site->heartbeat_sr},
              std::vector<std::pair<std::string, std::string>>{{"timeout", word("timeout", "90")}}};
  } else {
    const sim::Host* host = world_.world().find_host(*site, word("host", ""));
    if (host == nullptr) throw std::runtime_error("which host?");
    method = command == "pool-designate-new-master" ? "pool.designate_new_master" : command;
    if (command.rfind("host-", 0) == 0) method[4] = '.';
    params = {host->ref};
  }
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
    throw std::runtime_error("no such command: " + command);
  const Visit visit{master->address, command, word("answer", "") == "none"};
  const Params login{std::string("root"), world_.world().options.root_password, std::string("1.3"),
                     std::string("xe")};
  ask(visit, "session.login_with_password", login, [this, visit, method, params](const std::string& answer) {
    const std::string session = value_after(answer, "Value");
    Params with_session{session};
    with_session.insert(with_session.end(), params.begin(), params.end());
    ask(visit, method, with_session, [this, visit, session](const std::string&) {
      ask(visit, "session.logout", {session}, [](const std::string&) {});
    });
  });
}

}  // namespace xenha::test
