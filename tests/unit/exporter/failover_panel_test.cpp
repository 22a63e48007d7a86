#include "exporter/failover_panel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "exporter/timeline.h"
#include "tests/support/failover_builder.h"
#include "tests/support/pool_builder.h"
#include "tests/unit/exporter/fleet.h"

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
using test::test_now;
using ::testing::HasSubstr;
using ::testing::Not;

std::string panel_of(std::vector<FailoverRecord> open, std::vector<FailoverRecord> closed = {}) {
  PoolSnapshot pool = test::healthy_pool();
  pool.failovers = test::book_of(std::move(open), std::move(closed));
  return failover_panel(pool, test_now());
}

int times(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// Every element is closed in the order in which it was opened, every quote and bracket is escaped.
std::string problem_of(const std::string& html) {
  static const std::regex tag(R"(<(/?)([a-z!][a-z0-9]*)([^<>]*)>)", std::regex::icase);
  static const std::regex attributes(R"re((\s+[\w-]+(="[^"<>]*")?)*\s*/?)re");
  std::vector<std::string> open;
  std::size_t brackets = 0;
  for (std::sregex_iterator i(html.begin(), html.end(), tag), end; i != end; ++i) {
    ++brackets;
    const std::string name = (*i)[2], rest = (*i)[3];
    if (!std::regex_match(rest, attributes)) return "attributes of " + (*i)[0].str();
    if (name[0] == '!' || name == "meta" || rest.ends_with("/")) continue;
    if ((*i)[1] != "/") {
      open.push_back(name);
      continue;
    }
    if (open.empty() || open.back() != name)
      return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
    open.pop_back();
  }
  if (!open.empty()) return open.back() + " is not closed";
  const auto style =
      html.find("<style>") == std::string::npos
          ? std::ptrdiff_t{0}
          : std::count(html.begin() + static_cast<std::ptrdiff_t>(html.find("<style>")),
                       html.begin() + static_cast<std::ptrdiff_t>(html.find("</style>")), '>') -
                1;
  if (std::count(html.begin(), html.end(), '<') != static_cast<std::ptrdiff_t>(brackets)) return "a bare <";
  if (std::count(html.begin(), html.end(), '>') - style != static_cast<std::ptrdiff_t>(brackets))
    return "a bare >";
  return "";
}

/// All places of the picture, in percent.
std::vector<double> places(const std::string& svg) {
  static const std::regex place("(x|x1|x2)=\"(-?[0-9.]+)%\"");
  std::vector<double> found;
  for (std::sregex_iterator i(svg.begin(), svg.end(), place), end; i != end; ++i)
    found.push_back(std::stod((*i)[2]));
  return found;
}

TEST(FailoverPanel, IsNotThereWithoutAFailover) {
  EXPECT_EQ(failover_panel(test::healthy_pool(), test_now()), "");
  EXPECT_EQ(panel_of({}), "");
  FailoverRecord false_alarm = test::failover_of(test_now() - 1h, 0);
  false_alarm.outcome = FailoverOutcome::kFalseAlarm;
  EXPECT_EQ(panel_of({}, {false_alarm}), "");
}

TEST(FailoverPanel, TellsWhatIsUnderWay) {
  const std::string panel =
      panel_of({test::open_failover(test_now() - 270s, 270s)}, {test::published_failover(test_now() - 24h)});
  EXPECT_EQ(times(panel, "<details class=\"failover\" open>"), 1) << "the last one is no news now";
  EXPECT_THAT(
      panel, HasSubstr("Failover under way for 4:30</b>: master <b>xs1</b> was lost; 5 of 14 VMs run again"));
  EXPECT_THAT(panel, HasSubstr("Last contact 2025-11-25 01:55:30 UTC; the host was lost within 5 s"));
  EXPECT_THAT(
      panel,
      HasSubstr("Not running yet:</b> <span class=\"vm\">i-2-13-VM,</span> <span class=\"vm\">i-2-14-VM,"));
  EXPECT_THAT(panel, HasSubstr("Stay stopped, their HA is off:</b> <span class=\"vm\">i-2-30-VM</span>"));
  EXPECT_THAT(panel, HasSubstr("<td>New master</td><td>3:00</td><td class=\"soft\">3:00</td>"));
  EXPECT_THAT(panel, HasSubstr("<td>All VMs run again</td><td>not yet</td><td class=\"soft\">5:30</td>"));
  EXPECT_THAT(panel, HasSubstr("href=\"/api/v1/failovers?id=cluster1-1764035730-00000001\""));
  EXPECT_THAT(panel, HasSubstr("now 4:30"));
}

TEST(FailoverPanel, DrawsEveryOneThatIsOpen) {
  FailoverRecord second = test::open_failover(test_now() - 50s, 50s);
  second.host = "xs3";
  const std::string panel = panel_of({test::open_failover(test_now() - 270s, 270s), second});
  EXPECT_EQ(times(panel, "<svg class=\"timeline\""), 2);
}

TEST(FailoverPanel, TheLastOneIsFoldedWhenItIsOld) {
  FailoverRecord record = test::published_failover(test_now() - 1h);
  EXPECT_THAT(panel_of({}, {record}), HasSubstr("<details class=\"failover\" open>"));
  EXPECT_THAT(
      panel_of({}, {record}),
      HasSubstr("Last failover, 54 min ago: master <b>xs1</b>, recovered; 14 of 14 VMs run again, the last "
                "after 5:30"));
  record = test::published_failover(test_now() - 25h);
  EXPECT_THAT(panel_of({}, {record}), HasSubstr("<details class=\"failover\">"));
}

TEST(FailoverPanel, SaysWhatWentWrong) {
  FailoverRecord record = test::open_failover(test_now() - 4h, 270s);
  record.outcome = FailoverOutcome::kExpired;
  record.closed = test_now() - 1h;
  record.ha_enabled = false;
  const std::string panel = panel_of({}, {record});
  EXPECT_THAT(panel, HasSubstr("given up after 3 h"));
  EXPECT_THAT(panel, HasSubstr("Pool HA was OFF"));
  EXPECT_THAT(panel, HasSubstr("Never ran again:"));
  EXPECT_THAT(panel, HasSubstr("9 never did"));
  EXPECT_THAT(panel, Not(HasSubstr("not yet")));
}

TEST(FailoverPanel, NamesOnlyADozen) {
  const FailoverRecord record = test::failover_of(test_now() - 2min, 200);
  FailoverRecord open = record;
  open.closed.reset();
  for (Victim& victim : open.victims) {
    victim.state = VictimState::kPending;
    victim.running_xenserver.reset();
    victim.running_cloudstack.reset();
  }
  EXPECT_THAT(panel_of({open}), HasSubstr(" and 188 more</p>"));
}

TEST(Timeline, IsWellFormedAndInsideItsFrameForAnyNumberOfVictims) {
  for (const int vms : {0, 1, 12, 13, 200}) {
    for (const Duration after : {Duration(0s), Duration(1s), Duration(250s), Duration(10h)}) {
      FailoverRecord record = test::failover_of(test_now() - after, vms);
      record.closed.reset();
      for (auto& phase : record.phases)
        if (phase && *phase > test_now()) phase.reset();
      for (Victim& victim : record.victims)
        if (*victim.running() > test_now()) {
          victim.state = VictimState::kPending;
          victim.running_xenserver.reset();
          victim.running_cloudstack.reset();
        }
      const std::string svg = timeline_svg(record, test_now());
      EXPECT_EQ(problem_of(svg), "") << vms;
      for (const double place : places(svg)) {
        EXPECT_GE(place, 0);
        EXPECT_LE(place, 100);
      }
      EXPECT_LT(svg.size(), 40'000u) << "200 victims are a strip";
    }
  }
}

TEST(Timeline, AFewVictimsHaveALineEachManyAStrip) {
  const auto lines = [](int vms) {
    return times(timeline_svg(test::failover_of(test_now() - 1h, vms), test_now()), " on xs2</text>");
  };
  EXPECT_EQ(lines(1), 1);
  EXPECT_EQ(lines(12), 12);
  EXPECT_EQ(lines(13), 0);
  const std::string strip = timeline_svg(test::failover_of(test_now() - 1h, 200), test_now());
  EXPECT_GT(times(strip, "<rect class=\"runs\""), 20);
  EXPECT_THAT(strip, HasSubstr("200 of 200 VMs run again, the last after"));
  EXPECT_THAT(timeline_svg(test::failover_of(test_now() - 1h, 0), test_now()),
              Not(HasSubstr("class=\"head\"")));
}

TEST(Timeline, ThePublishedTimesStandInTheirPlaces) {
  const std::string svg = timeline_svg(test::published_failover(test_now() - 1h), test_now());
  EXPECT_EQ(times(svg, "class=\"ring\""), 5);
  for (const char* title : {"published: Failure detected 1:15", "published: New master 3:00",
                            "published: CloudStack confirms it down 3:15",
                            "published: CloudStack starts VM HA 3:30", "published: All VMs run again 5:30"})
    EXPECT_THAT(svg, HasSubstr(title));
  // As measured, hence at the same place: 1.5 % + 95.5 % x 180 s / (330 s x 1.06).
  EXPECT_EQ(times(svg, "<svg x=\"50.64%\""), 2);
}

TEST(Timeline, AnEventFarOutsideIsAnArrowAtTheEdge) {
  FailoverRecord record = test::published_failover(test_now() - 1h);
  EXPECT_EQ(times(timeline_svg(record, test_now()), "M-4-6 6 0-4 6z"), 0);
  record.at(FailoverPhase::kHostDeclaredDead) = record.last_contact + 1800s;
  const std::string svg = timeline_svg(record, test_now());
  EXPECT_EQ(times(svg, "M-4-6 6 0-4 6z"), 1);
  EXPECT_THAT(svg, HasSubstr(">30:00</tspan> XenServer declares it dead"));
  EXPECT_THAT(svg, HasSubstr(">5 min</text>")) << "all else keeps its room";
}

TEST(Timeline, PendingVmsStayOpenEnded) {
  FailoverRecord record = test::failover_of(test_now() - 250s, 2);
  record.closed.reset();
  record.victims[1].state = VictimState::kPending;
  record.victims[1].running_xenserver.reset();
  record.victims[1].running_cloudstack.reset();
  const std::string svg = timeline_svg(record, test_now());
  EXPECT_EQ(times(svg, "class=\"down waits\""), 1);
  EXPECT_THAT(svg, HasSubstr("i-2-101-VM not yet"));
  EXPECT_THAT(svg, HasSubstr("class=\"now\""));
}

TEST(Timeline, ShowsTheUncertaintyAsABar) {
  FailoverRecord record = test::published_failover(test_now() - 1h);
  EXPECT_EQ(times(timeline_svg(record, test_now()), "class=\"unsure\""), 1);
  record.first_failure = record.last_contact;
  EXPECT_EQ(times(timeline_svg(record, test_now()), "class=\"unsure\""), 0);
}

TEST(Timeline, SurvivesClocksThatWereSet) {
  FailoverRecord record = test::failover_of(test_now() - 1h, 3);
  record.victims[0].running_xenserver = record.victims[0].running_cloudstack = record.last_contact - 48h;
  record.victims[1].running_xenserver = record.victims[1].running_cloudstack = test_now() + 24h * 4000;
  record.first_failure = record.last_contact - 1h;
  const std::string panel = panel_of({}, {record});
  EXPECT_EQ(problem_of(panel), "");
  EXPECT_LT(panel.size(), 20'000u);
  EXPECT_THAT(panel, HasSubstr("within 0 s"));
  for (const double place : places(panel)) {
    EXPECT_GE(place, 0);
    EXPECT_LE(place, 100);
  }
}

TEST(Timeline, EscapesEveryName) {
  const std::string evil = "<script>\"&'\x01";
  FailoverRecord record = test::published_failover(test_now() - 1h);
  record.victims.resize(3);
  for (Victim& victim : record.victims) victim.name = victim.display_name = victim.new_host = evil;
  record.victims[0].display_name += "x";
  record.victims[1].state = VictimState::kPending;
  record.victims[2].state = VictimState::kNotProtected;
  record.host = record.new_master = record.pool = record.id = evil;
  const std::string panel = panel_of({record}, {record});
  EXPECT_THAT(panel, Not(HasSubstr("<script")));
  EXPECT_EQ(panel.find('\x01'), std::string::npos);
  EXPECT_EQ(problem_of(panel), "");
}

TEST(LandingPageOfAFleet, IsWellFormed) {
  const std::string html = render_landing_page(test::fleet_with_failovers());
  EXPECT_EQ(problem_of(html), "");
  EXPECT_EQ(times(html, "<svg class=\"timeline\""), 6);
  EXPECT_THAT(html, HasSubstr("3 of 5 pools need attention"));
  EXPECT_THAT(html, Not(HasSubstr("http:")));
}

}  // namespace
}  // namespace xenha::exporter
