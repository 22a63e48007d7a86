#include "exporter/cloud/alert_book.h"

#include <gtest/gtest.h>

namespace xenha::exporter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Alerts = std::vector<model::CloudAlert>;

const WallTime kNow{seconds(1'700'000'000)};

model::CloudAlert alert(const std::string& id, WallTime sent, const std::string& text = "Host down, 3") {
  return {id, 7, text, sent};
}
CloudHostSnapshot host(const std::string& id, const std::string& name, const std::string& state = "Up") {
  CloudHostSnapshot out;
  out.id = id;
  out.name = name;
  out.state = state;
  out.host_uuid = "uuid-" + id;
  return out;
}

class AlertBooks : public testing::Test {
 protected:
  std::uint64_t counted(const std::string& word = "host_down") const { return book_.counts().at(word); }
  /// What the reader would hand on of a listing.
  Alerts news(const Alerts& all, WallTime now) const {
    Alerts out;
    for (const auto& each : all)
      if (!book_.known(each, clock_, now)) out.push_back(each);
    return out;
  }
  void take(const Alerts& all, WallTime now = kNow) { book_.take(news(all, now), clock_, now); }

  ClockOffset clock_;
  AlertBook book_{CloudState{}, kNow};
};

TEST_F(AlertBooks, EveryWordIsThereFromTheBeginning) {
  EXPECT_EQ(book_.counts().size(), kCloudAlertWords.size());
  for (const auto& [word, count] : book_.counts()) EXPECT_EQ(count, 0u) << word;
}

TEST_F(AlertBooks, ADamagedFileMakesNoNewWords) {
  CloudState state;
  state.alerts = {{"0", 1}, {"host_down", 7}};
  const AlertBook book(state, kNow);
  EXPECT_EQ(book.counts().size(), kCloudAlertWords.size());
  EXPECT_EQ(book.counts().at("host_down"), 7u);
}

TEST_F(AlertBooks, OneAlertCountsOnce) {
  take({alert("a", kNow + seconds(1))}, kNow + seconds(2));
  take({alert("a", kNow + seconds(1)), alert("b", kNow + seconds(1))}, kNow + seconds(3));
  EXPECT_EQ(counted(), 2u);
}

TEST_F(AlertBooks, ALateAlertOfASlowClockCountsToo) {
  take({alert("a", kNow + minutes(10))}, kNow + minutes(10));
  take({alert("a", kNow + minutes(10)), alert("b", kNow + minutes(8))}, kNow + minutes(11));
  EXPECT_EQ(counted(), 2u);
}

TEST_F(AlertBooks, BeforeTheFirstRunMeansByTheServersClock) {
  clock_.see(minutes(10));
  take({alert("old", kNow + minutes(9)), alert("new", kNow + minutes(10) + seconds(1))}, kNow + minutes(1));
  EXPECT_EQ(counted(), 1u);
  EXPECT_EQ(book_.recent(kNow, {}).size(), 2u);
}

TEST_F(AlertBooks, ATimeFarAheadDoesNotMakeTheRestOld) {
  take({alert("nonsense", kNow + hours(24 * 365)), alert("a", kNow + seconds(5))}, kNow + minutes(1));
  take({alert("b", kNow + minutes(2))}, kNow + minutes(3));
  EXPECT_EQ(counted(), 3u);
}

TEST_F(AlertBooks, WhatWasCountedLongAgoIsNotCountedAgainThoughItIsForgotten) {
  take({alert("a", kNow + seconds(1))}, kNow + minutes(1));
  take({alert("b", kNow + hours(60))}, kNow + hours(60));
  EXPECT_FALSE(book_.state().seen_alerts.contains("a"));
  take({alert("a", kNow + seconds(1)), alert("c", kNow + seconds(2))}, kNow + hours(61));
  EXPECT_EQ(counted(), 2u);
}

TEST_F(AlertBooks, WhatIsNoneOfOursIsNeitherCountedNorKept) {
  take({alert("a", kNow + seconds(1), "VM state sync alert")}, kNow + minutes(1));
  for (const auto& [word, count] : book_.counts()) EXPECT_EQ(count, 0u) << word;
  EXPECT_TRUE(book_.recent(kNow, {}).empty());
  EXPECT_TRUE(news({alert("a", kNow + seconds(1), "VM state sync alert")}, kNow + minutes(1)).empty());
}

TEST_F(AlertBooks, ANumberFindsItsHostWhenItIsLearntLater) {
  const std::vector<CloudHostSnapshot> hosts{host("h1", "xs1"), host("h2", "xs2")};
  take({alert("a", kNow)});
  book_.resolve(hosts);
  EXPECT_EQ(book_.recent(kNow, hosts)[0].host_uuid, "");
  take({alert("b", kNow, "Host is down, name: xs2 (id:3), availability zone: z, pod: p")});
  book_.resolve(hosts);
  EXPECT_EQ(book_.recent(kNow, hosts)[0].host_uuid, "uuid-h2");
  EXPECT_EQ(book_.recent(kNow, hosts)[0].host_name, "xs2");

  AlertBook after(book_.state(), kNow);
  after.take({alert("c", kNow)}, clock_, kNow);
  after.resolve(hosts);
  EXPECT_EQ(after.recent(kNow, hosts)[0].host_uuid, "uuid-h2") << "learnt for good";
}

TEST_F(AlertBooks, OfHostsWithOneNameTheOneThatIsNotUpIsMeantAndStaysMeant) {
  std::vector<CloudHostSnapshot> hosts{host("h1", "xs"), host("h2", "xs", "Down")};
  take({alert("a", kNow, "Host is down, name: xs (id:3), availability zone: z, pod: p"),
        alert("b", kNow, "Migration Complete for host name: xs (id:4), availability zone: z, pod: p")});
  book_.resolve(hosts);
  EXPECT_EQ(book_.recent(kNow, hosts)[0].host_uuid, "uuid-h2");
  EXPECT_EQ(book_.recent(kNow, hosts)[1].host_uuid, "") << "either may be in maintenance";
  hosts[1].state = "Up";
  book_.resolve(hosts);
  EXPECT_EQ(book_.recent(kNow, hosts)[0].host_uuid, "uuid-h2");
}

TEST_F(AlertBooks, AHostsIdIsBetterThanItsName) {
  const std::string id = "a9d2b1c0-1234-4567-89ab-0123456789ab";
  const std::vector<CloudHostSnapshot> hosts{host("h1", "xs"), host(id, "xs")};
  take({alert("a", kNow, "Host disconnected, name: xs (id:" + id + "), availability zone: z, pod: p")});
  book_.resolve(hosts);
  EXPECT_EQ(book_.recent(kNow, hosts)[0].host_uuid, "uuid-" + id);
}

TEST_F(AlertBooks, AFloodOfAlertsIsCountedButNotKept) {
  Alerts flood;
  for (int i = 0; i < 25'000; ++i) flood.push_back(alert("f" + std::to_string(i), kNow + seconds(i / 10)));
  take(flood, kNow + hours(1));
  EXPECT_EQ(counted(), 25'000u);
  EXPECT_LE(book_.state().seen_alerts.size(), AlertBook::kMostSeen);
}

}  // namespace
}  // namespace xenha::exporter
