#include "exporter/landing_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <regex>

#include "exporter/findings.h"
#include "tests/support/cloud_builder.h"
#include "tests/support/failover_builder.h"
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
  ASSERT_EQ(pool_findings(pool, nullptr, test::test_now()), std::vector<Finding>{});
  GetParam().spoil(pool);
  const auto findings = pool_findings(pool, nullptr, test::test_now());
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

struct CloudRow {
  const char* name;
  std::function<void(PoolSnapshot&, CloudSnapshot&)> spoil;
  const char* expected;  ///< part of one finding; null: nothing at all
  Severity severity = Severity::kWarning;
};

const CloudRow kCloudRows[] = {
    {"nothing_wrong", [](PoolSnapshot&, CloudSnapshot&) {}, nullptr},
    {"no_answer",
     [](PoolSnapshot&, CloudSnapshot& c) { c.up = false, c.last_success = test::test_now() - 40s; },
     "CloudStack cloud1 has not answered for 40 s", Severity::kWarning},
    {"long_no_answer",
     [](PoolSnapshot&, CloudSnapshot& c) { c.up = false, c.last_success = test::test_now() - 6min; },
     "CloudStack cloud1 has not answered for 6 min", Severity::kCritical},
    {"never_answered",
     [](PoolSnapshot&, CloudSnapshot& c) { c.up = false, c.last_success.reset(), c.facts.reset(); },
     "CloudStack cloud1 has not answered since", Severity::kCritical},
    {"alert_stuck", [](PoolSnapshot&, CloudSnapshot& c) { test::host_of(c, "xs2").state = "Alert"; },
     "xs2 in Alert though XenServer reaches it", Severity::kCritical},
    {"alert_and_dead",
     [](PoolSnapshot& p, CloudSnapshot& c) {
       test::host_of(c, "xs2").state = "Alert";
       test::make_unreachable(p, "xs2");
     },
     "xs2 in Alert, not Down", Severity::kCritical},
    {"alert_and_not_live",
     [](PoolSnapshot& p, CloudSnapshot& c) {
       test::host_of(c, "xs2").state = "Alert";
       test::host_of(p, "xs2").live = false;
     },
     "xs2 in Alert, not Down", Severity::kCritical},
    {"alert_in_old_releases_restarts",
     [](PoolSnapshot& p, CloudSnapshot& c) {
       c.facts->version = "4.4.4";
       test::host_of(c, "xs2").state = "Alert";
       test::make_unreachable(p, "xs2");
     },
     nullptr},
    {"down_but_alive", [](PoolSnapshot&, CloudSnapshot& c) { test::host_of(c, "xs2").state = "Down"; },
     "xs2 for Down though XenServer reaches it", Severity::kCritical},
    {"disconnected", [](PoolSnapshot&, CloudSnapshot& c) { test::host_of(c, "xs2").state = "Disconnected"; },
     "disconnected from xs2", Severity::kWarning},
    {"maintenance_is_planned",
     [](PoolSnapshot&, CloudSnapshot& c) {
       test::host_of(c, "xs2").state = "Disconnected";
       test::host_of(c, "xs2").resource_state = "Maintenance";
     },
     "xs2 is in maintenance in CloudStack (Maintenance)", Severity::kInfo},
    {"another_pools_host",
     [](PoolSnapshot&, CloudSnapshot& c) {
       test::host_of(c, "xs2").state = "Alert";
       test::host_of(c, "xs2").pool = "elsewhere";
     },
     nullptr},
    {"unmanaged",
     [](PoolSnapshot&, CloudSnapshot& c) {
       c.facts->clusters[0].managed_state = "Unmanaged";
       for (CloudHostSnapshot& host : c.facts->hosts) host.managed = false, host.state = "Disconnected";
     },
     "does not manage the cluster cluster-a (Unmanaged)", Severity::kWarning},
    {"not_joined", [](PoolSnapshot&, CloudSnapshot& c) { c.facts->clusters[0].pool.clear(); },
     "has no cluster with hosts of this pool", Severity::kWarning},
    {"missing_host",
     [](PoolSnapshot&, CloudSnapshot& c) {
       c.facts->missing_hosts.push_back({"cluster1", "cluster-a", "xs4"});
     },
     "does not know the host xs4", Severity::kWarning},
    {"alert_wait_default_old",
     [](PoolSnapshot&, CloudSnapshot& c) {
       c.facts->version = "4.3.2";
       test::setting_of(c, "alert.wait") = {"alert.wait", 1800, std::nullopt, true};
     },
     "alert.wait in CloudStack is only the default (1800 s)", Severity::kWarning},
    {"alert_wait_default_new",
     [](PoolSnapshot&, CloudSnapshot& c) { test::setting_of(c, "alert.wait").is_default = true; },
     "alert.wait in CloudStack is only the default", Severity::kInfo},
    {"vm_ha_off", [](PoolSnapshot&, CloudSnapshot& c) { test::setting_of(c, "vm.ha.enabled").value = 0; },
     "vm.ha.enabled is false", Severity::kCritical},
    {"primary_storage",
     [](PoolSnapshot& p, CloudSnapshot&) { p.facts->heartbeat_srs[0].is_primary_storage = true; },
     "the heartbeat SR MGMT-HA as primary storage", Severity::kWarning},
    {"runs_nowhere", [](PoolSnapshot& p, CloudSnapshot&) { p.vms_cloudstack_only = 3; }, "3 VMs run nowhere",
     Severity::kCritical},
    {"runs_unknown", [](PoolSnapshot& p, CloudSnapshot&) { p.vms_xenserver_only = 1; },
     "1 VM runs in XenServer without CloudStack knowing", Severity::kWarning},
    {"no_drift", [](PoolSnapshot& p, CloudSnapshot&) { p.vms_cloudstack_only = p.vms_xenserver_only = 0; },
     nullptr},
    {"vms_pending",
     [](PoolSnapshot& p, CloudSnapshot&) {
       p.failovers = test::book_of({test::open_failover(test::test_now() - 270s, 270s)});
     },
     "Failover of the master xs1 is under way for 4 min: 9 VMs do not run again yet", Severity::kCritical},
    {"nothing_pends",
     [](PoolSnapshot& p, CloudSnapshot&) {
       p.failovers = test::book_of({test::open_failover(test::test_now() - 340s, 340s)});
     },
     "Failover of the master xs1 is under way for 5 min.", Severity::kWarning},
    {"failover_over",
     [](PoolSnapshot& p, CloudSnapshot&) {
       p.failovers = test::book_of({}, {test::published_failover(test::test_now() - 1h)});
     },
     nullptr},
};

class CloudFindings : public ::testing::TestWithParam<CloudRow> {};

TEST_P(CloudFindings, NameWhatIsWrong) {
  PoolSnapshot pool = test::healthy_pool();
  pool.cloudstack = "cloud1";
  CloudSnapshot cloud = test::healthy_cloud();
  GetParam().spoil(pool, cloud);
  std::vector<Finding> found = failover_findings(pool, test::test_now());
  for (const Finding& finding : cloud_findings(pool, &cloud, test::test_now())) found.push_back(finding);
  if (!GetParam().expected) {
    EXPECT_EQ(found, std::vector<Finding>{}) << found[0].text;
    return;
  }
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].text, HasSubstr(GetParam().expected));
  EXPECT_EQ(found[0].severity, GetParam().severity);
  const auto all = pool_findings(pool, &cloud, test::test_now());
  EXPECT_NE(std::find(all.begin(), all.end(), found[0]), all.end());
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const Finding& a, const Finding& b) { return a.severity < b.severity; }));
}

INSTANTIATE_TEST_SUITE_P(All, CloudFindings, ::testing::ValuesIn(kCloudRows),
                         [](const auto& row) { return row.param.name; });

TEST(PoolFindings, AnOpenFailoverComesBeforeWhatFollowsFromIt) {
  PoolSnapshot pool = test::healthy_pool();
  test::make_unreachable(pool, "xs1");
  pool.failovers = test::book_of({test::open_failover(test::test_now() - 270s, 270s)});
  EXPECT_THAT(pool_findings(pool, nullptr, test::test_now())[0].text,
              HasSubstr("Failover of the master xs1"));
}

TEST(CloudFindings, APoolWithoutCloudStackIsNotMeasuredByOne) {
  CloudSnapshot cloud = test::healthy_cloud();
  cloud.up = false;
  EXPECT_EQ(cloud_findings(test::healthy_pool(), &cloud, test::test_now()), std::vector<Finding>{});
}

TEST(PoolFindings, UnknownIsNoFinding) {
  PoolSnapshot pool = test::healthy_pool();
  test::drop_facts(pool);
  pool.up = true;
  for (HostSnapshot& host : pool.hosts) host = HostSnapshot{.label = host.label};
  pool.masters.reset();
  EXPECT_EQ(pool_findings(pool, nullptr, test::test_now()), std::vector<Finding>{});
}

TEST(PoolFindings, HaOffIsFineWhereItIsNotRequired) {
  PoolSnapshot pool = test::healthy_pool();
  test::switch_ha_off(pool);
  pool.facts->ha_required = false;
  EXPECT_EQ(pool_findings(pool, nullptr, test::test_now()), std::vector<Finding>{});
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

TEST(LandingPage, ShowsEachPoolsCloudStack) {
  PoolSnapshot joined = test::healthy_pool();
  joined.cloudstack = "cloud1";
  CloudSnapshot cloud = test::healthy_cloud();
  test::host_of(cloud, "xs2").state = "Alert";
  test::host_of(cloud, "xs3").resource_state = "Maintenance";
  LandingPage page = page_of({joined, named("alone")});
  EXPECT_THAT(render_landing_page(page), HasSubstr("cloud1 <span class=\"soft\">not read yet</span>"));
  page.clouds.push_back(std::make_shared<const CloudSnapshot>(cloud));
  const std::string html = render_landing_page(page);
  EXPECT_THAT(html, HasSubstr("cloud1 <span class=\"soft\"> 4.20.1.0</span> answers"));
  EXPECT_THAT(html, HasSubstr("(2 s ago)"));
  EXPECT_THAT(html, HasSubstr("<td><span class=\"no\">Alert</span></td>"));
  EXPECT_THAT(html, HasSubstr("<td>Up <span class=\"soft\">Maintenance</span></td>"));
  EXPECT_EQ(html.find("CloudStack</dt>"), html.rfind("CloudStack</dt>")) << "the other pool has none";
  cloud.up = false;
  page.clouds = {std::make_shared<const CloudSnapshot>(cloud)};
  EXPECT_THAT(render_landing_page(page), HasSubstr("NO ANSWER"));
}

TEST(LandingPage, AHintAloneMakesNoPoolSick) {
  PoolSnapshot pool = test::healthy_pool();
  pool.cloudstack = "cloud1";
  CloudSnapshot cloud = test::healthy_cloud();
  test::setting_of(cloud, "alert.wait").is_default = true;
  LandingPage page = page_of({pool});
  page.clouds.push_back(std::make_shared<const CloudSnapshot>(cloud));
  const std::string html = render_landing_page(page);
  EXPECT_THAT(html, HasSubstr("Nothing wrong in 1 pool"));
  EXPECT_THAT(html, HasSubstr("<li class=\"info\"><b>&#8505;</b>alert.wait"));
}

TEST(LandingPage, DoesNotCallADeadHostArmed) {
  PoolSnapshot pool = test::healthy_pool();
  const auto row = [&] {
    const std::string page = render_landing_page(page_of({pool}));
    const std::size_t begin = page.find(">xs2</td>");
    return page.substr(begin, page.find("</tr>", begin) - begin);
  };
  const std::string armed = "<td>yes</td><td>yes</td><td>yes</td>";  // live, enabled, armed
  EXPECT_THAT(row(), HasSubstr(armed));
  test::host_of(pool, "xs2").live = false;
  EXPECT_THAT(row(), HasSubstr("<td>yes</td><td><span class=\"unknown\""));  // enabled, armed
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
  pool.cloudstack = evil;
  pool.facts->heartbeat_srs[0].attachments[0].host = evil;
  pool.facts->heartbeat_srs[0].attachments[0].attached = false;
  LandingPage page = page_of({pool}, {evil});
  page.telemetry_path = "/\"><script>";
  CloudSnapshot cloud = test::healthy_cloud();
  cloud.name = cloud.facts->version = evil;
  for (CloudHostSnapshot& host : cloud.facts->hosts)
    host.pool = host.host = host.state = host.resource_state = evil;
  cloud.facts->clusters[0].label = cloud.facts->clusters[0].managed_state = evil;
  cloud.facts->clusters[0].pool = evil;
  page.clouds.push_back(std::make_shared<const CloudSnapshot>(cloud));
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
