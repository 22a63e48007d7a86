#include "hooks/situation/audit_scan.h"

#include <gtest/gtest.h>

namespace xenha::hooks {
namespace {

using namespace std::chrono_literals;

std::string line(const std::string& method, const std::string& user = "alice",
                 const std::string& verdict = "'ALLOWED' 'OK'") {
  return "[20270115T08:00:00.123Z|audit|xs1|0 INET :::80|task|audit] ('trackid=abc' 'S-1-5-21' '" + user +
         "' " + verdict + " 'API' '" + method + "' (('self' 'OpaqueRef:x')))";
}
const WallTime kAt = WallTime(1'800'000'000s) + 123ms;

TEST(AuditLine, TellsWhoSwitchedHaOff) {
  EXPECT_EQ(read_audit_line(line("pool.disable_ha")), (DisableLine{kAt, "alice"}));
  EXPECT_EQ(read_audit_line(line("Async.pool.disable_ha")), (DisableLine{kAt, "alice"}));
}

TEST(AuditLine, OtherLinesSayNothing) {
  for (const std::string& other :
       {line("pool.enable_ha"), line("pool.disable_ha", "alice", "'DENIED' 'OK'"),
        line("pool.disable_ha", "alice", "'ALLOWED' 'ERROR:HA_NOT_ENABLED'"), line("pool.disable_ha_x"),
        std::string("pool.disable_ha"), std::string("('pool.disable_ha'"), std::string()})
    EXPECT_FALSE(read_audit_line(other)) << other;
}

/// A VM may be called anything.
TEST(AuditLine, ArgumentsAreNoMethod) {
  EXPECT_FALSE(read_audit_line(
      "[20270115T08:00:00Z|audit|x] ('trackid=1' '' 'bob' 'ALLOWED' 'OK' 'API' 'VM.start' (('vm' "
      "'pool.disable_ha')))"));
  EXPECT_FALSE(read_audit_line(
      R"([20270115T08:00:00Z|audit|x] ('trackid=1' '' 'a\' \'pool.disable_ha\' \'' 'ALLOWED' 'OK' 'API' 'VM.start' ()))"));
}

TEST(AuditLine, NamesAreShortAndPrintable) {
  EXPECT_EQ(read_audit_line(line("pool.disable_ha", "b\x1b[31mob\xc3\xa9"))->by, "b?[31mob??");
  EXPECT_EQ(read_audit_line(line("pool.disable_ha", std::string(500, 'n')))->by, std::string(64, 'n'));
  EXPECT_EQ(read_audit_line(line("pool.disable_ha", ""))->by, "S-1-5-21");
}

TEST(AuditLine, AnOddTimeIsAnUnknownOne) {
  std::string odd = line("pool.disable_ha");
  odd.replace(1, 8, "yesterda");
  ASSERT_TRUE(read_audit_line(odd));
  EXPECT_FALSE(read_audit_line(odd)->at);
}

TEST(AuditScan, PiecesMayBeCutAnywhere) {
  const std::string text = line("VM.start") + "\n" + line("pool.disable_ha", "old") + "\n\n" +
                           line("pool.disable_ha", "new") + "\n" + line("VM.stop");
  for (std::size_t size = 1; size < 60; ++size) {
    AuditScan scan;
    for (std::size_t at = 0; at < text.size(); at += size) scan.feed(std::string_view(text).substr(at, size));
    scan.finish();
    ASSERT_TRUE(scan.newest());
    EXPECT_EQ(scan.newest()->by, "new");
    EXPECT_FALSE(scan.is_no_log());
  }
}

TEST(AuditScan, TheLastLineMayHaveNoEnd) {
  AuditScan scan;
  scan.feed(line("pool.disable_ha"));
  EXPECT_FALSE(scan.newest());
  scan.finish();
  EXPECT_TRUE(scan.newest());
}

TEST(AuditScan, AnEndlessLineTakesNoMemoryAndHidesNothing) {
  AuditScan scan;
  for (int i = 0; i < 100; ++i) scan.feed(std::string(100'000, '|'));
  scan.feed("\n" + line("pool.disable_ha") + "\n");
  EXPECT_TRUE(scan.newest());
}

TEST(AuditScan, TextOfAnotherKindIsNoLog) {
  AuditScan html;
  html.feed("<html>\n<body>Welcome\n");
  html.finish();
  EXPECT_TRUE(html.is_no_log());
  AuditScan empty;
  empty.finish();
  EXPECT_FALSE(empty.is_no_log());
}

}  // namespace
}  // namespace xenha::hooks
