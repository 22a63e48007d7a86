#include "exporter/landing_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <regex>

#include "exporter/findings.h"
#include "tests/support/pool_builder.h"

namespace xenha::exporter {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

LandingPage page_of(std::vector<PoolSnapshot> pools, std::vector<std::string> waiting = {}) {
  LandingPage page;
  for (PoolSnapshot& pool : pools)
    page.pools.push_back(std::make_shared<const PoolSnapshot>(std::move(pool)));
  page.waiting = std::move(waiting);
  page.now = test::test_now();
  return page;
}

PoolSnapshot named(std::string name, PoolSnapshot pool = test::healthy_pool()) {
  pool.name = std::move(name);
  return pool;
}

struct FindingRow {
  const char* name;
  std::function<void(PoolSnapshot&)> spoil;
  const char* expected;  ///< part of one finding
  Severity severity;
};

const FindingRow kFindingRows[] = {
    {"master_silent", [](PoolSnapshot& p) { p.up = false, p.last_success = test::test_now() - 3min; },
     "not answered for 3 min", Severity::kCritical},
    {"never_reached", [](PoolSnapshot& p) { p.up = false, p.last_success.reset(); },
     "since this exporter started", Severity::kCritical},
    {"no_master", [](PoolSnapshot& p) { test::make_unreachable(p, "xs1"), test::count_masters(p); },
     "No host claims", Severity::kCritical},
    {"split_brain",
     [](PoolSnapshot& p) { test::host_of(p, "xs3").claims_master = true, test::count_masters(p); },
     "2 hosts claim the master role (xs1, xs3)", Severity::kCritical},
    {"ha_off",
     [](PoolSnapshot& p) { test::switch_ha_off(p), p.ha_disabled_since = test::test_now() - 5h - 20min; },
     "HA is off for 5 h 20 min", Severity::kCritical},
    {"emergency", [](PoolSnapshot& p) { test::make_emergency(p, "xs2", "HA_HOST_CANNOT_SEE_PEERS"); },
     "xs2 is in emergency mode: HA_HOST_CANNOT_SEE_PEERS", Severity::kCritical},
    {"unreachable", [](PoolSnapshot& p) { test::make_unreachable(p, "xs4"); }, "xs4 does not answer",
     Severity::kCritical},
    {"auth_error", [](PoolSnapshot& p) { test::make_refusing(p, "xs4", HostState::kAuthError); },
     "xs4 refuses the exporter's password", Severity::kWarning},
    {"tls_error", [](PoolSnapshot& p) { test::make_refusing(p, "xs4", HostState::kTlsError); },
     "xs4 shows a certificate", Severity::kWarning},
    {"booting", [](PoolSnapshot& p) { test::host_of(p, "xs2").state = HostState::kBooting; },
     "xs2 is booting", Severity::kWarning},
    {"not_live", [](PoolSnapshot& p) { test::host_of(p, "xs2").live = false; }, "xs2 is not live",
     Severity::kCritical},
    {"disabled", [](PoolSnapshot& p) { test::host_of(p, "xs2").enabled = false; }, "xs2 is disabled",
     Severity::kWarning},
    {"maintenance",
     [](PoolSnapshot& p) {
       test::host_of(p, "xs2").enabled = false, test::host_of(p, "xs2").maintenance_xenserver = true;
     },
     "xs2 is in maintenance", Severity::kWarning},
    {"not_armed", [](PoolSnapshot& p) { test::host_of(p, "xs2").ha_armed = false; }, "xs2 is not armed",
     Severity::kCritical},
    {"other_master", [](PoolSnapshot& p) { test::host_of(p, "xs2").believed_master = "xs4"; },
     "xs2 takes xs4 for the master, which is xs1", Severity::kCritical},
    {"dangling_statefile", [](PoolSnapshot& p) { p.facts->statefile_resolves = false; }, "no longer exists",
     Severity::kCritical},
    {"short_timeout", [](PoolSnapshot& p) { p.facts->ha_timeout = 60; }, "60 s, expected are at least 90 s",
     Severity::kWarning},
    {"protected_vms", [](PoolSnapshot& p) { p.facts->ha_protected_vms = 7; }, "restart 7 VMs",
     Severity::kWarning},
    {"tolerates", [](PoolSnapshot& p) { p.facts->ha_host_failures_to_tolerate = 1; }, "tolerate is 1",
     Severity::kWarning},
    {"not_licensed", [](PoolSnapshot& p) { p.facts->ha_licensed = false; }, "licence", Severity::kCritical},
    {"upgrade", [](PoolSnapshot& p) { p.facts->rolling_upgrade = true; }, "rolling upgrade",
     Severity::kWarning},
    {"thin_margin", [](PoolSnapshot& p) { test::host_of(p, "xs2").statefile.seconds = 80; },
     "xs2 has only 11 %", Severity::kWarning},
    {"sr_unexpected", [](PoolSnapshot& p) { p.facts->heartbeat_srs[0].expected = false; },
     "not the configured storage", Severity::kWarning},
    {"sr_detached", [](PoolSnapshot& p) { p.facts->heartbeat_srs[0].attachments[2].attached = false; },
     "xs3 has not attached MGMT-HA", Severity::kCritical},
    {"sr_full",
     [](PoolSnapshot& p) {
       auto& sr = p.facts->heartbeat_srs[0];
       sr.size = 1000, sr.used = 900, sr.required = 101;
     },
     "too little room", Severity::kWarning},
    {"paths",
     [](PoolSnapshot& p) {
       auto& attachment = p.facts->heartbeat_srs[0].attachments[0];
       attachment.paths = 4, attachment.paths_active = 2;
     },
     "2 of 4 paths", Severity::kWarning},
    {"certificate",
     [](PoolSnapshot& p) { test::host_of(p, "xs2").certificate_expiry = test::test_now() + 24h * 3; },
     "xs2's certificate expires in 3 days", Severity::kWarning},
    {"expired", [](PoolSnapshot& p) { test::host_of(p, "xs2").certificate_expiry = test::test_now() - 1s; },
     "has expired", Severity::kWarning},
    {"clock", [](PoolSnapshot& p) { test::host_of(p, "xs2").clock_offset = -40s; }, "clock is wrong by 40 s",
     Severity::kWarning},
};

class PoolFindings : public ::testing::TestWithParam<FindingRow> {};

TEST_P(PoolFindings, NameWhatIsWrong) {
  PoolSnapshot pool = test::healthy_pool();
  ASSERT_EQ(pool_findings(pool, test::test_now()), std::vector<Finding>{});
  GetParam().spoil(pool);
  const auto findings = pool_findings(pool, test::test_now());
  const auto found = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.text.find(GetParam().expected) != std::string::npos;
  });
  ASSERT_NE(found, findings.end()) << (findings.empty() ? "nothing" : findings[0].text);
  EXPECT_EQ(found->severity, GetParam().severity);
  const std::string page = render_landing_page(page_of({pool}));
  EXPECT_THAT(page, HasSubstr(found->severity == Severity::kCritical ? "PROBLEM" : "LOOK"));
}

INSTANTIATE_TEST_SUITE_P(All, PoolFindings, ::testing::ValuesIn(kFindingRows),
                         [](const auto& row) { return row.param.name; });

TEST(PoolFindings, UnknownIsNoFinding) {
  PoolSnapshot pool = test::healthy_pool();
  test::drop_facts(pool);
  pool.up = true;
  for (HostSnapshot& host : pool.hosts) host = HostSnapshot{.label = host.label};
  pool.masters.reset();
  EXPECT_EQ(pool_findings(pool, test::test_now()), std::vector<Finding>{});
}

TEST(PoolFindings, HaOffIsFineWhereItIsNotRequired) {
  PoolSnapshot pool = test::healthy_pool();
  test::switch_ha_off(pool);
  pool.facts->ha_required = false;
  EXPECT_EQ(pool_findings(pool, test::test_now()), std::vector<Finding>{});
}

TEST(AgeWords, SayAgesAsPeopleDo) {
  EXPECT_EQ(age_words(-5s), "0 s");
  EXPECT_EQ(age_words(59999ms), "59 s");
  EXPECT_EQ(age_words(60s), "1 min");
  EXPECT_EQ(age_words(59min + 59s), "59 min");
  EXPECT_EQ(age_words(60min), "1 h");
  EXPECT_EQ(age_words(5h + 20min), "5 h 20 min");
  EXPECT_EQ(age_words(24h), "1 day");
  EXPECT_EQ(age_words(24h * 40), "40 days");
}

TEST(LandingPage, SaysThatNothingIsWrong) {
  const std::string page = render_landing_page(page_of({named("a"), named("b")}));
  EXPECT_THAT(page, HasSubstr("Nothing wrong in 2 pools"));
  EXPECT_THAT(page, Not(HasSubstr("PROBLEM")));
  EXPECT_THAT(page, HasSubstr("MGMT-HA"));
  EXPECT_THAT(page, HasSubstr("xs1 <span class=\"soft\">for "));
}

TEST(LandingPage, PutsTheWorstFirstAndUnreadPoolsAside) {
  PoolSnapshot warned = named("warned");
  warned.facts->rolling_upgrade = true;
  PoolSnapshot broken = named("broken");
  test::switch_ha_off(broken);
  const std::string page = render_landing_page(page_of({named("fine"), warned, broken}, {"unread"}));
  EXPECT_THAT(page, HasSubstr("2 of 4 pools need attention, 1 not read yet"));
  EXPECT_LT(page.find("<b>broken"), page.find("<b>warned"));
  EXPECT_LT(page.find("<b>warned"), page.find("<b>unread"));
  EXPECT_LT(page.find("<b>unread"), page.find("<b>fine"));
  EXPECT_THAT(page, HasSubstr("not read yet</span> <b>unread"));
}

TEST(LandingPage, FoldsHealthyPoolsOfALargeFleet) {
  std::vector<PoolSnapshot> pools;
  for (int i = 0; i < 8; ++i) pools.push_back(named("pool" + std::to_string(i)));
  test::switch_ha_off(pools[5]);
  const std::string page = render_landing_page(page_of(pools));
  EXPECT_THAT(page, HasSubstr("<details class=\"bad\" open>"));
  EXPECT_THAT(page, Not(HasSubstr("<details class=\"good\" open>")));
  EXPECT_THAT(render_landing_page(page_of({pools[0], pools[1]})), HasSubstr("<details class=\"good\" open>"));
}

TEST(LandingPage, EscapesEveryName) {
  const std::string evil = "<script>alert('1')</script>\"&\x01";
  PoolSnapshot pool = named(evil);
  for (HostSnapshot& host : pool.hosts) {
    host.label = evil + host.label;
    host.address = host.believed_master = host.emergency_reason = evil;
    host.emergency = true;
  }
  pool.facts->heartbeat_srs[0].label = pool.facts->heartbeat_srs[0].type = evil;
  pool.facts->heartbeat_srs[0].attachments[0].host = evil;
  pool.facts->heartbeat_srs[0].attachments[0].attached = false;
  LandingPage page = page_of({pool}, {evil});
  page.telemetry_path = "/\"><script>";
  const std::string html = render_landing_page(page);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp; "));
  EXPECT_EQ(html.find('\x01'), std::string::npos);
}

TEST(LandingPage, LoadsNothingFromElsewhere) {
  const std::string html = render_landing_page(page_of({named("a")}));
  for (const char* word :
       {"http://", "https://", "src=", "url(", "@import", "<link", "javascript", "onclick"})
    EXPECT_THAT(html, Not(HasSubstr(word)));
  // Every element that is opened is closed.
  const std::regex tag(
      "<(/?)(details|table|tr|td|th|ul|li|dl|div|dt|dd|main|nav|header|footer|body|html|span|b)[ >]");
  std::map<std::string, int> open;
  for (std::sregex_iterator i(html.begin(), html.end(), tag), end; i != end; ++i)
    open[(*i)[2]] += (*i)[1] == "/" ? -1 : 1;
  for (const auto& [name, count] : open) EXPECT_EQ(count, 0) << name;
}

}  // namespace
}  // namespace xenha::exporter
