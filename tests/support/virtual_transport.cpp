#include "tests/support/virtual_transport.h"

#include <algorithm>
#include <ctime>

namespace xenha::test {
namespace {

using http::RequestId;
using sim::VirtualNetwork;

std::optional<WallTime> http_date(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != 0) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

sim::Request simulated(const http::Request& request, const std::string& user_agent) {
  sim::Request out;
  out.method = request.method == http::Request::Method::kGet ? "GET" : "POST";
  out.target = request.target;
  out.headers["host"] = request.endpoint->address;
  out.headers["user-agent"] = user_agent;
  for (const std::string& header : request.headers) {
    const std::size_t colon = header.find(": ");
    std::string name = header.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    out.headers[name] = colon == std::string::npos ? "" : header.substr(colon + 2);
  }
  out.body = request.body;
  out.client_address = "127.0.0.1";
  return out;
}

}  // namespace

VirtualTransport::VirtualTransport(VirtualNetwork& network, const Clock& clock,
                                   std::function<void(SteadyTime)> pass, std::string user_agent)
    : network_(network), clock_(clock), pass_(std::move(pass)), user_agent_(std::move(user_agent)) {}

VirtualTransport::~VirtualTransport() {
  *alive_ = false;
}

RequestId VirtualTransport::start(http::Request request, http::Done done) {
  const RequestId id = ++last_;
  const std::string address = request.endpoint->address;
  const std::uint16_t port = request.endpoint->port;
  // A peer that is silent fails a new connection early, a kept one at the deadline.
  const SteadyTime now = clock_.steady();
  const bool silent = network_.knock(address, port) == VirtualNetwork::Knock::kSilent;
  SteadyTime patience = request.deadline;
  if (silent && !kept_[address]) patience = std::min(patience, now + request.connect_timeout);
  const bool connect_only = request.method == http::Request::Method::kConnectOnly;
  sim::Request sent = simulated(request, user_agent_);
  Running& running = running_[id] = {std::move(request), std::move(done), nullptr};
  const auto here = [this, alive = alive_](auto act) {
    return [this, alive, act](auto... arguments) {
      if (*alive) act(this, std::move(arguments)...);
    };
  };
  network_.later(std::max(Duration{}, patience - now),
                 here([id](VirtualTransport* self) { self->give_up(id); }));
  if (!connect_only) {
    running.sent = network_.send(address, port, std::move(sent),
                                 here([id](VirtualTransport* self, VirtualNetwork::Answer answer) {
                                   self->take(id, std::move(answer));
                                 }));
  } else if (!silent) {
    const bool refused = network_.knock(address, port) == VirtualNetwork::Knock::kRefused;
    network_.later(2 * VirtualNetwork::kTrip, here([id, refused](VirtualTransport* self) {
                     self->take(id, {.fate = refused ? VirtualNetwork::Answer::Fate::kRefused
                                                     : VirtualNetwork::Answer::Fate::kAnswered});
                   }));
  }
  return id;
}

void VirtualTransport::cancel(RequestId id) {
  running_.erase(id);
  std::erase_if(ready_, [id](const Ready& ready) { return ready.id == id; });
}

void VirtualTransport::finish(RequestId id, Result<http::Response> result) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  ready_.push_back({id, std::move(found->second.done), std::move(result)});
  running_.erase(found);
}

void VirtualTransport::give_up(RequestId id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  kept_.erase(found->second.request.endpoint->address);
  finish(id, Error{ErrorCode::kTimeout, found->second.request.endpoint->address + ": no answer in time"});
}

void VirtualTransport::take(RequestId id, VirtualNetwork::Answer answer) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  const http::Request& request = found->second.request;
  const std::string& address = request.endpoint->address;
  if (answer.fate != VirtualNetwork::Answer::Fate::kAnswered) {
    kept_.erase(address);
    Error error{ErrorCode::kUnreachable, address + ": the connection was refused or ended"};
    error.peer_answered = true;
    return finish(id, std::move(error));
  }
  kept_[address] = true;
  http::Response response;
  response.status = answer.status;
  response.content_type = answer.content_type;
  response.peer_ip = address;
  response.received = answer.body.size();
  for (const auto& [name, value] : answer.headers)
    if (name == "Date") response.date = http_date(value);
  if (request.sink && answer.status == 200) {
    if (!request.sink->feed(answer.body))
      return finish(id, Error{ErrorCode::kBadReply, address + ": the answer was refused by its reader"});
  } else {
    response.body = std::move(answer.body);
  }
  finish(id, std::move(response));
}

void VirtualTransport::poll(SteadyTime until) {
  while (!due() && clock_.steady() < until) pass_(until);
  woken_ = false;
  while (!ready_.empty()) {  // what a Done starts is ready later only
    Ready ready = std::move(ready_.front());
    ready_.pop_front();
    ready.done(std::move(ready.result));
  }
}

}  // namespace xenha::test
