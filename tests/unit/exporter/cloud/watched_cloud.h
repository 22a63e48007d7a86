// A CloudWatcher on a fake CloudStack, in virtual time: two clusters of two XenServer hosts, three user VMs,
// a router and both system VMs.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "exporter/cloud/cloud_watcher.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/exporter/cloud/fake_cloud.h"

namespace xenha::test {

/// Ids are UUIDs that end in this number.
std::string cloud_id(int number);
FakeCloud::Json host_row(int number, int cluster, const std::string& state = "Up");
/// `host` 0: none.
FakeCloud::Json vm_row(int number, const std::string& state, int host, const FakeCloud::Json& more = {});
exporter::PoolMembers pool_members(const std::string& pool, int first_host);

class WatchedCloud : public testing::Test {
 protected:
  WatchedCloud();
  ~WatchedCloud() override;

  void start();
  void stop();
  /// Steps and polls until the clock has moved this far.
  void run_for(Duration span);
  /// What the world's one key is, in a file, as the configuration names it.
  exporter::CloudConfig config() const;
  void write_keys(const std::string& key);

  const exporter::CloudSnapshot& last() const;
  const exporter::CloudFacts& facts() const;
  const exporter::CloudVmSnapshot& vm(int number) const;
  exporter::CloudFocus focus_on(std::vector<int> victims) const;

  ManualClock clock_;
  FakeCloud cloud_{clock_};
  std::filesystem::path dir_;
  exporter::CloudPollSettings settings_;
  std::unique_ptr<exporter::CloudWatcher> watcher_;
  std::vector<std::shared_ptr<const exporter::CloudSnapshot>> published_;
  std::vector<SteadyTime> published_at_;
};

}  // namespace xenha::test
