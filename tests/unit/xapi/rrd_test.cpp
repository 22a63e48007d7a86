#include "lib/xapi/rrd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/xapi/value_text.h"

namespace xenha::xapi {
namespace {

using ::testing::HasSubstr;

const std::string kHost = "2f6c0000-0000-4000-8000-000000000001";

WallTime at(int epoch) {
  return WallTime(std::chrono::seconds(epoch));
}

std::string document(const std::vector<std::string>& legend, std::string_view rows) {
  std::string out = "<xport><meta><legend>";
  for (const std::string& entry : legend) out += "<entry>AVERAGE:host:" + kHost + ":" + entry + "</entry>";
  return out + "</legend></meta><data>" + std::string(rows) + "</data></xport>";
}

HaLatencies decoded(std::string_view text) {
  const Result<HaLatencies> found = decode_rrd(text, kHost);
  EXPECT_TRUE(found) << found.error().message;
  return found ? *found : HaLatencies{};
}

TEST(Rrd, TakesTheNewestValueOfEachSource) {
  const HaLatencies found = decoded(fixture("rrd/all_recorded.xml"));
  ASSERT_EQ(found.columns.size(), 3u);
  EXPECT_EQ(found.columns[0].statefile_vdi, "d1d1-1");
  EXPECT_EQ(found.columns[0].at, at(1700000055));
  EXPECT_EQ(found.seconds(HaSource::kStatefile), 0.0125);
  EXPECT_EQ(found.seconds(HaSource::kNetwork), -0.5);
  EXPECT_EQ(found.seconds(HaSource::kXapi), 1.5);
  EXPECT_EQ(found.columns[2].at, at(1700000050));
}

TEST(Rrd, NotRecordedIsNoError) {
  const HaLatencies found = decoded(fixture("rrd/none_recorded.xml"));
  for (const HaSource source : {HaSource::kStatefile, HaSource::kNetwork, HaSource::kXapi}) {
    EXPECT_FALSE(found.recorded(source));
    EXPECT_EQ(found.seconds(source), std::nullopt);
  }
}

TEST(Rrd, RecordedWithoutARow) {
  const HaLatencies found = decoded(fixture("rrd/no_rows.xml"));
  for (const HaSource source : {HaSource::kStatefile, HaSource::kNetwork, HaSource::kXapi}) {
    EXPECT_TRUE(found.recorded(source));
    EXPECT_EQ(found.seconds(source), std::nullopt);
  }
}

TEST(Rrd, AnotherHostsColumnsDoNotCount) {
  const Result<HaLatencies> found = decode_rrd(fixture("rrd/all_recorded.xml"), "other");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->columns.empty());
}

TEST(Rrd, OrderOfRowsDoesNotMatter) {
  const HaLatencies found = decoded(
      document({"network/latency"},
               "<row><t>10</t><v>1</v></row><row><t>30</t><v>3</v></row><row><t>20</t><v>2</v></row>"));
  EXPECT_EQ(found.seconds(HaSource::kNetwork), 3.0);
}

TEST(Rrd, OfEquallyNewStatefilesTheWorstCounts) {
  const HaLatencies found =
      decoded(document({"statefile/a/latency", "statefile/b/latency", "statefile/c/latency"},
                       "<row><t>20</t><v>1</v><v>2</v><v>NaN</v></row>"
                       "<row><t>10</t><v>7</v><v>8</v><v>9</v></row>"));
  EXPECT_EQ(found.seconds(HaSource::kStatefile), 2.0);
  EXPECT_EQ(found.columns[2].seconds, 9.0);
}

TEST(Rrd, NamesThatOnlyLookAlike) {
  const HaLatencies found = decoded(document({"statefile//latency", "statefile/latency", "network/latency2",
                                              "xnetwork/latency", "a:network/latency"},
                                             ""));
  EXPECT_TRUE(found.columns.empty());
}

TEST(Rrd, InfinityIsNoValue) {
  const HaLatencies found =
      decoded(document({"network/latency"}, "<row><t>20</t><v>inf</v></row><row><t>10</t><v> 4 </v></row>"));
  EXPECT_EQ(found.seconds(HaSource::kNetwork), 4.0);
}

TEST(Rrd, JsonIsCalledJson) {
  for (const char* name : {"rrd/json.xml", "rrd/broken_json_6_2.xml"}) {
    const Result<HaLatencies> found = decode_rrd(fixture(name), kHost);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kBadReply);
    EXPECT_THAT(found.error().message, HasSubstr("JSON"));
  }
}

TEST(Rrd, BrokenDocumentsAreRefused) {
  const std::string rows[] = {
      document({"network/latency"}, "<row><t>10</t></row>"),
      document({"network/latency"}, "<row><t>10</t><v>1</v><v>2</v></row>"),
      document({"network/latency"}, "<row><v>1</v><t>10</t></row>"),
      document({"network/latency"}, "<row><t>soon</t><v>1</v></row>"),
      document({"network/latency"}, "<row><t>1e30</t><v>1</v></row>"),
      document({"network/latency"}, "<row><t>nan</t><v>1</v></row>"),
      document({"network/latency"}, "<row><t>10</t><v>fast</v></row>"),
      "<xport/>",
      "<xport><data/></xport>",
      "<xport><meta><legend/><legend/></meta></xport>",
      "<html></html>",
      "",
      " ",
      "OK",
      "<!DOCTYPE x><xport/>",
  };
  for (const std::string& text : rows) {
    const Result<HaLatencies> found = decode_rrd(text, kHost);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code, ErrorCode::kBadReply) << text;
  }
}

TEST(Rrd, Limits) {
  const std::string text = document({"a", "b", "c"}, "");
  EXPECT_TRUE(decode_rrd(text, kHost, {.columns = 3}));
  EXPECT_EQ(decode_rrd(text, kHost, {.columns = 2}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(decode_rrd(text, kHost, {.entry_bytes = 50}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(decode_rrd(text, kHost, {.text_bytes = text.size() - 1}).error().code, ErrorCode::kTooLarge);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_EQ(decode_rrd("<xport>" + deep, kHost).error().code, ErrorCode::kBadReply);
}

TEST(Rrd, CutAndSplitAnywhere) {
  const std::string text = fixture("rrd/all_recorded.xml");
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view whole = text;
    ASSERT_EQ(bool(decode_rrd(whole.substr(0, cut), kHost)), cut > text.rfind('>')) << cut;
    RrdDecoder decoder(kHost);
    ASSERT_TRUE(decoder.feed(whole.substr(0, cut)));
    ASSERT_TRUE(decoder.feed(whole.substr(cut)));
    const Result<HaLatencies> found = decoder.finish();
    ASSERT_TRUE(found) << cut;
    ASSERT_EQ(found->seconds(HaSource::kStatefile), 0.0125) << cut;
    ASSERT_EQ(found->seconds(HaSource::kXapi), 1.5) << cut;
  }
}

}  // namespace
}  // namespace xenha::xapi
