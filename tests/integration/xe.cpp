#include "tests/integration/xe.h"

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>

#include "lib/xapi/call.h"

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

/// One request after the other at the host that is the master now.
struct Visit {
  VirtualNetwork& network;
  std::string address;
  std::uint16_t port = 0;
  std::shared_ptr<std::vector<std::string>> refused;
  std::string what;
  std::vector<std::shared_ptr<VirtualNetwork::Sent>> sent = {};
};
using VisitPtr = std::shared_ptr<Visit>;
using Then = std::function<void(const std::string& body)>;

/// The first text after the member's name.
std::string value_after(const std::string& body, const std::string& name) {
  const std::string member = "<name>" + name + "</name>";
  std::size_t at = body.find(member);
  if (at == std::string::npos) return {};
  at += member.size();
  while (at < body.size() && (body[at] == '<' || body[at] == '\n')) at = body.find('>', at) + 1;
  return body.substr(at, body.find('<', at) - at);
}

void ask(const VisitPtr& visit, std::string_view method, const Params& params, Then then) {
  sim::Request request;
  request.method = "POST";
  request.target = "/";
  request.headers = {{"host", visit->address}, {"user-agent", "xe"}, {"content-type", "text/xml"}};
  request.body = *xapi::encode_call(kMethods, method, params);
  request.client_address = "127.0.0.2";
  visit->sent.push_back(visit->network.send(
      visit->address, visit->port, std::move(request),
      [visit, then = std::move(then), name = std::string(method)](const VirtualNetwork::Answer& answer) {
        const bool good = answer.fate == VirtualNetwork::Answer::Fate::kAnswered &&
                          value_after(answer.body, "Status") == "Success";
        if (good) return then(answer.body);
        const std::string reason = answer.body.empty() ? "no answer" : answer.body;
        visit->refused->push_back(visit->what + ": " + name + ": " + reason);
      }));
}

}  // namespace

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
    method = command == "pool-designate-new-master" ? "pool.designate_new_master"
             : command.substr(0, 4) == "host"       ? "host." + command.substr(5)
                                                    : command;
    params = {host->ref};
  }
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
    throw std::runtime_error("no such command: " + command);
  const auto visit = std::make_shared<Visit>(
      Visit{world_.network(), master->address, world_.world().port, refused_, command});
  ask(visit, "session.login_with_password",
      {std::string("root"), world_.world().options.root_password, std::string("1.3"), std::string("xe")},
      [visit, method, params](const std::string& body) {
        const std::string session = value_after(body, "Value");
        Params with_session{session};
        with_session.insert(with_session.end(), params.begin(), params.end());
        ask(visit, method, with_session, [visit, session](const std::string&) {
          ask(visit, "session.logout", {session}, [visit](const std::string&) { visit->sent.clear(); });
        });
      });
}

}  // namespace xenha::test
