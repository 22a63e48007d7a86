// What a listener's network faults mean without sockets, and that time passes only when it is told to.
#include "tests/sim/wire/virtual_network.h"

#include <gtest/gtest.h>

#include <deque>

namespace xenha::sim {
namespace {

using namespace std::chrono_literals;
using Answer = VirtualNetwork::Answer;
using Knock = VirtualNetwork::Knock;

class VirtualNetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    loop_.use(&network_);
    auto opened =
        Listener::open(loop_, {.address = "127.10.1.1"}, [this](std::shared_ptr<Exchange> exchange) {
          seen_.push_back(exchange);
          if (answers_) exchange->respond(200, "text/plain", "you said " + exchange->request().body);
        });
    ASSERT_TRUE(opened);
    listener_ = *std::move(opened);
  }
  auto ask(std::string body = "hello") {
    Request request;
    request.body = std::move(body);
    return network_.send("127.10.1.1", listener_->port(), std::move(request),
                         [this](Answer answer) { answered_.push_back(std::move(answer)); });
  }
  void run() {
    while (!tasks_.empty()) {
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

  std::deque<Loop::Task> tasks_;
  Loop loop_;
  VirtualNetwork network_{[this](Duration, Loop::Task task) { tasks_.push_back(std::move(task)); }};
  std::unique_ptr<Listener> listener_;
  std::vector<std::shared_ptr<Exchange>> seen_;
  std::vector<Answer> answered_;
  bool answers_ = true;
};

TEST_F(VirtualNetworkTest, AnswersWhenTimePasses) {
  const auto sent = ask();
  EXPECT_TRUE(answered_.empty());
  run();
  ASSERT_EQ(answered_.size(), 1u);
  EXPECT_EQ(answered_[0].fate, Answer::Fate::kAnswered);
  EXPECT_EQ(answered_[0].body, "you said hello");
}

TEST_F(VirtualNetworkTest, NobodyListensIsARefusal) {
  EXPECT_EQ(network_.knock("127.10.1.9", 1), Knock::kRefused);
  const auto sent =
      network_.send("127.10.1.9", 1, {}, [this](Answer answer) { answered_.push_back(answer); });
  run();
  ASSERT_EQ(answered_.size(), 1u);
  EXPECT_EQ(answered_[0].fate, Answer::Fate::kRefused);
}

TEST_F(VirtualNetworkTest, AHangingNetworkNeverAnswersAndResetsWhenItComesBack) {
  answers_ = false;
  const auto before = ask();
  run();
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_TRUE(listener_->set_network(Network::hang()));
  seen_[0]->respond(200, "text/plain", "too late");
  const auto during = ask();
  run();
  EXPECT_TRUE(answered_.empty());
  EXPECT_EQ(network_.knock("127.10.1.1", listener_->port()), Knock::kSilent);
  EXPECT_TRUE(listener_->set_network(Network::up()));
  run();
  ASSERT_EQ(answered_.size(), 1u) << "the connection that hung";
  EXPECT_EQ(answered_[0].fate, Answer::Fate::kReset);
}

TEST_F(VirtualNetworkTest, RefusingResetsWhatRuns) {
  answers_ = false;
  const auto sent = ask();
  run();
  bool told = false;
  seen_[0]->on_close([&] { told = true; });
  EXPECT_TRUE(listener_->set_network(Network::refuse()));
  run();
  EXPECT_TRUE(told);
  ASSERT_EQ(answered_.size(), 1u);
  EXPECT_EQ(answered_[0].fate, Answer::Fate::kReset);
  EXPECT_EQ(network_.knock("127.10.1.1", listener_->port()), Knock::kRefused);
}

TEST_F(VirtualNetworkTest, AClientThatGoesAwayIsNoticed) {
  answers_ = false;
  auto sent = ask();
  run();
  bool told = false;
  seen_[0]->on_close([&] { told = true; });
  sent.reset();
  EXPECT_TRUE(told);
  EXPECT_TRUE(seen_[0]->closed());
  seen_[0]->respond(200, "text/plain", "nobody hears");
  run();
  EXPECT_TRUE(answered_.empty());
}

TEST_F(VirtualNetworkTest, ACutUplinkSwallowsBothWays) {
  answers_ = false;
  const auto before = ask();
  run();
  network_.cut_uplink(true);
  seen_[0]->respond(200, "text/plain", "lost on the way");
  const auto during = ask();
  run();
  EXPECT_TRUE(answered_.empty());
  EXPECT_EQ(seen_.size(), 1u);
  network_.cut_uplink(false);
  answers_ = true;
  const auto after = ask();
  run();
  EXPECT_EQ(answered_.size(), 1u);
}

TEST_F(VirtualNetworkTest, OnlyOneWayIsCut) {
  network_.cut_way("127.10.1.1", true);
  EXPECT_EQ(network_.knock("127.10.1.1", listener_->port()), Knock::kSilent);
  network_.cut_way("127.10.1.1", false);
  EXPECT_EQ(network_.knock("127.10.1.1", listener_->port()), Knock::kOpen);
}

TEST_F(VirtualNetworkTest, DelayCutAndGarble) {
  EXPECT_TRUE(listener_->set_network(Network::cut_after(4)));
  const auto cut = ask("a long answer");
  run();
  ASSERT_EQ(answered_.size(), 1u);
  EXPECT_EQ(answered_[0].fate, Answer::Fate::kReset);
  EXPECT_TRUE(listener_->set_network(Network::garble()));
  const auto garbled = ask();
  run();
  ASSERT_EQ(answered_.size(), 2u);
  EXPECT_NE(answered_[1].body, "you said hello");
  EXPECT_EQ(answered_[1].body.size(), std::string("you said hello").size());
}

TEST_F(VirtualNetworkTest, OneAddressIsTakenOnce) {
  EXPECT_FALSE(Listener::open(loop_, {.address = "127.10.1.1", .port = listener_->port()}, nullptr));
  const std::uint16_t port = listener_->port();
  listener_.reset();
  EXPECT_EQ(network_.knock("127.10.1.1", port), Knock::kRefused);
}

}  // namespace
}  // namespace xenha::sim
