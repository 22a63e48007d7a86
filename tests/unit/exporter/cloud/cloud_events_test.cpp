#include "exporter/cloud/cloud_events.h"

#include <gtest/gtest.h>

namespace xenha::exporter {
namespace {

model::CloudEvent event(const std::string& type, const std::string& description = {}) {
  model::CloudEvent event;
  event.id = "e1";
  event.type = type;
  event.level = "INFO";
  event.state = "Completed";
  event.username = "system";
  event.description = description;
  event.created = WallTime(std::chrono::seconds(7));
  return event;
}

TEST(CloudEvents, StartsAndStopsOfEveryKindAreTaken) {
  for (const char* type : {"VM.START", "ROUTER.START", "PROXY.START", "SSVM.START"}) {
    ASSERT_TRUE(read_event(event(type))) << type;
    EXPECT_TRUE(read_event(event(type))->start) << type;
  }
  for (const char* type : {"VM.STOP", "ROUTER.STOP", "PROXY.STOP", "SSVM.STOP"}) {
    ASSERT_TRUE(read_event(event(type))) << type;
    EXPECT_FALSE(read_event(event(type))->start) << type;
  }
  for (const char* type : {"VM.MIGRATE", "VM.START.X", "X.VM.START", "MAINT.PREPARE", ""})
    EXPECT_FALSE(read_event(event(type))) << type;
}

TEST(CloudEvents, WhoDidItAndHowItEnded) {
  model::CloudEvent one = event("VM.START");
  one.resource_id = "77aa";
  const auto good = read_event(one);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->id, "e1");
  EXPECT_TRUE(good->by_system);
  EXPECT_TRUE(good->completed);
  EXPECT_FALSE(good->failed);
  EXPECT_EQ(good->vm_id, "77aa");
  EXPECT_EQ(good->created, WallTime(std::chrono::seconds(7)));
  one.level = "ERROR";
  one.state = "Started";
  one.username = "admin";
  const auto bad = read_event(one);
  EXPECT_TRUE(bad->failed);
  EXPECT_FALSE(bad->completed);
  EXPECT_FALSE(bad->by_system);
}

TEST(CloudEvents, BeforeResourceIdsTheDescriptionNamesTheVm) {
  const std::string uuid = "77aa0000-1234-4567-89AB-0123456789ab";
  EXPECT_EQ(read_event(event("VM.STOP", "stopping Vm: " + uuid))->vm_id, uuid);
  EXPECT_EQ(read_event(event("VM.STOP", "stopping Vm. Vm Id: {" + uuid + "}"))->vm_id, uuid);
  EXPECT_EQ(read_event(event("VM.STOP", "Vm ff" + uuid))->vm_id, "") << "a longer number is none";
  EXPECT_EQ(read_event(event("VM.STOP", "stopping Vm: 203"))->vm_id, "");
  EXPECT_EQ(read_event(event("VM.STOP", uuid.substr(0, 35)))->vm_id, "");
}

}  // namespace
}  // namespace xenha::exporter
