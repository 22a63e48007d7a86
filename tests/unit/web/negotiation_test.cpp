#include "lib/web/negotiation.h"

#include <gtest/gtest.h>

namespace xenha::web {
namespace {

TEST(WantsGzip, HonoursQualities) {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.1", "*", "*;q=0.5", "x-gzip",
                          "br,gzip;q=1.0 ,", "identity;q=0.5, gzip", "gzip ; q=0.7", "identity;q=0, *;q=0.1"})
    EXPECT_TRUE(wants_gzip(yes)) << yes;
  for (const char* no :
       {"", "identity", "deflate", "gzip;q=0", "gzip;q=0.000", "gzip;q=0, *", "*;q=0", "gzipped",
        "gzip;q=oops", "gzip;q=", "gzip;q=0.3, identity;q=0.9", "gzip;q=-1", "gzip;q=2", ",,;;="})
    EXPECT_FALSE(wants_gzip(no)) << no;
}

TEST(WantsOpenMetrics, WhenNamedAtLeastAsDearAsText) {
  for (const char* yes :
       {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text", "application/openmetrics-text; version=\"1.0.0\"; charset=utf-8",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/"
        "plain;version=1.0.0;q=0.5,*/*;q=0.2",
        "text/plain;q=0.5, application/openmetrics-text;version=1.0.0;q=0.5"})
    EXPECT_TRUE(wants_openmetrics(yes)) << yes;
  for (const char* no :
       {"", "*/*", "text/plain", "text/html,application/xhtml+xml,*/*;q=0.8", "application/*",
        "application/openmetrics-text;version=0.0.1", "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-text;q=0", "application/openmetrics-text;q=0.4, text/plain;q=0.5",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"})
    EXPECT_FALSE(wants_openmetrics(no)) << no;
}

}  // namespace
}  // namespace xenha::web
