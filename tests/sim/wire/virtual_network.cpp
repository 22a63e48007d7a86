#include "tests/sim/wire/virtual_network.h"

#include <list>

namespace xenha::sim {

/// One request under way: the client holds it, the server's exchange looks at it.
class VirtualNetwork::Sent : public std::enable_shared_from_this<VirtualNetwork::Sent> {
 public:
  Sent(VirtualNetwork& network, std::string address, Done done)
      : network_(network), address_(std::move(address)), done_(std::move(done)) {}
  ~Sent() { end(); }
  Sent(const Sent&) = delete;
  Sent& operator=(const Sent&) = delete;

  bool over() const { return over_; }
  void on_close(std::function<void()> callback) { on_close_ = std::move(callback); }
  /// From now on nothing arrives.
  void hang() { hung_ = true; }
  void answer(Answer answer, Duration after) {
    if (over_) return;
    on_close_ = nullptr;
    over_ = true;
    if (!hung_) travel(std::move(answer), after);
  }
  void reset() {
    if (over_ && !hung_) return;
    end();
    travel({.fate = Answer::Fate::kReset}, kTrip);
  }

 private:
  void end() {
    over_ = true;
    if (const auto callback = std::exchange(on_close_, nullptr)) callback();
  }
  void travel(Answer answer, Duration after) {
    network_.later(after, [weak = weak_from_this(), answer = std::move(answer)]() mutable {
      const auto self = weak.lock();
      if (!self || !self->done_ || self->network_.way_is_cut(self->address_)) return;
      std::exchange(self->done_, nullptr)(std::move(answer));
    });
  }

  VirtualNetwork& network_;
  const std::string address_;
  Done done_;
  std::function<void()> on_close_;
  bool over_ = false, hung_ = false;
};

class VirtualListener final : public Listener {
 public:
  using Sent = VirtualNetwork::Sent;
  VirtualListener(VirtualNetwork& net, ListenerOptions options, Handler handler)
      : net_(net), options_(std::move(options)), handler_(std::move(handler)) {}
  ~VirtualListener() override {
    net_.listeners_.erase({options_.address, options_.port});
    drop_connections();
  }

  const std::string& address() const override { return options_.address; }
  std::uint16_t port() const override { return options_.port; }
  std::string url() const override { return "http://" + address() + ":" + std::to_string(port()); }
  Status set_network(Network network) override {
    using Kind = Network::Kind;
    const Kind before = current_.kind;
    current_ = network;
    if (network.kind == Kind::kHang) {
      for (const auto& weak : open_)
        if (const auto sent = weak.lock()) sent->hang();
    } else if (network.kind == Kind::kRefuse || before == Kind::kHang) {
      drop_connections();
    }
    return Nothing{};
  }
  const Network& network() const override { return current_; }
  std::size_t connection_count() const override { return open_.size(); }
  void drop_connections() override {
    for (const auto& weak : std::exchange(open_, {}))
      if (const auto sent = weak.lock()) sent->reset();
  }

  void take(const std::shared_ptr<Sent>& sent, Request request);

 private:
  VirtualNetwork& net_;
  ListenerOptions options_;
  Handler handler_;
  Network current_;
  std::list<std::weak_ptr<Sent>> open_;
};

namespace {

class VirtualExchange final : public Exchange {
 public:
  VirtualExchange(std::weak_ptr<VirtualNetwork::Sent> sent, Request request, Network network)
      : sent_(std::move(sent)), request_(std::move(request)), network_(network) {}

  const Request& request() const override { return request_; }
  void respond(int status, std::string_view content_type, std::string body, const Headers& extra) override {
    finish({.status = status,
            .content_type = std::string(content_type),
            .body = std::move(body),
            .headers = extra});
  }
  void respond_close_delimited(std::string_view content_type, std::string body) override {
    finish({.status = 200, .content_type = std::string(content_type), .body = std::move(body)});
  }
  void abort() override {
    if (const auto sent = sent_.lock()) sent->reset();
  }
  bool closed() const override {
    const auto sent = sent_.lock();
    return !sent || sent->over();
  }
  void on_close(std::function<void()> callback) override {
    if (const auto sent = sent_.lock()) sent->on_close(std::move(callback));
  }

 private:
  void finish(VirtualNetwork::Answer answer) {
    const auto sent = sent_.lock();
    if (!sent) return;
    if (network_.kind == Network::Kind::kCutAfter && answer.body.size() > network_.bytes)
      return sent->reset();
    if (network_.kind == Network::Kind::kGarble)
      for (std::size_t at = 0; at < answer.body.size(); at += 7) answer.body[at] = '\x01';
    const Duration slower = network_.kind == Network::Kind::kDelay ? network_.delay : Duration{};
    sent->answer(std::move(answer), VirtualNetwork::kTrip + slower);
  }

  std::weak_ptr<VirtualNetwork::Sent> sent_;
  const Request request_;
  const Network network_;
};

}  // namespace

void VirtualListener::take(const std::shared_ptr<Sent>& sent, Request request) {
  std::erase_if(open_, [](const auto& weak) {
    const auto other = weak.lock();
    return !other || other->over();
  });
  open_.push_back(sent);
  handler_(std::make_shared<VirtualExchange>(sent, std::move(request), current_));
}

Result<std::unique_ptr<Listener>> VirtualNetwork::open(ListenerOptions options, Handler handler) {
  if (options.port == 0) options.port = next_port_++;
  const Place place{options.address, options.port};
  if (listeners_.contains(place))
    return Error{ErrorCode::kBadConfig, "cannot listen on " + place.first + ": the address is in use"};
  auto listener = std::make_unique<VirtualListener>(*this, std::move(options), std::move(handler));
  listeners_[place] = listener.get();
  return std::unique_ptr<Listener>(std::move(listener));
}

void VirtualNetwork::cut_way(const std::string& address, bool cut) {
  if (cut)
    cut_ways_.insert(address);
  else
    cut_ways_.erase(address);
}

VirtualNetwork::Knock VirtualNetwork::knock(const std::string& address, std::uint16_t port) const {
  if (way_is_cut(address)) return Knock::kSilent;
  const auto found = listeners_.find({address, port});
  if (found == listeners_.end()) return Knock::kRefused;
  switch (found->second->network().kind) {
    case Network::Kind::kRefuse:
      return Knock::kRefused;
    case Network::Kind::kHang:
      return Knock::kSilent;
    default:
      return Knock::kOpen;
  }
}

std::shared_ptr<VirtualNetwork::Sent> VirtualNetwork::send(const std::string& address, std::uint16_t port,
                                                           Request request, Done done) {
  auto sent = std::make_shared<Sent>(*this, address, std::move(done));
  later_(kTrip,
         [this, weak = std::weak_ptr<Sent>(sent), address, port, request = std::move(request)]() mutable {
           const auto there = weak.lock();
           if (!there) return;
           switch (knock(address, port)) {
             case Knock::kSilent:
               return;
             case Knock::kRefused:
               return there->answer({.fate = Answer::Fate::kRefused}, kTrip);
             case Knock::kOpen:
               return listeners_.at({address, port})->take(there, std::move(request));
           }
         });
  return sent;
}

}  // namespace xenha::sim
