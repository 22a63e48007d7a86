#include "lib/cloudstack/reader.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

#include "lib/cloudstack/allowed_commands.h"
#include "lib/cloudstack/client.h"
#include "lib/cloudstack/decode.h"
#include "lib/cloudstack/paging.h"
#include "lib/cloudstack/words.h"

namespace xenha::cloudstack {
namespace {

/// What is new since the last look fits on a small page.
constexpr int kNewestPage = 100;
/// A servlet container takes 200,000 bytes of parameters; an id in a list has 39.
constexpr std::size_t kIdsAtOnce = 500;

Query user_vms_query(std::string ids, bool projects) {
  Query query{"listVirtualMachines", {{"listall", "true"}, {"details", "min"}, {"hypervisor", "XenServer"}}};
  if (!ids.empty()) query.params.emplace_back("ids", std::move(ids));
  if (projects) query.params.emplace_back("projectid", "-1");
  return query;
}

Query routers_query(bool projects) {
  Query query{"listRouters", {{"listall", "true"}}};
  if (projects) query.params.emplace_back("projectid", "-1");
  return query;
}

/// In lists of at most kIdsAtOnce, joined as a parameter wants them; one empty text for no id at all.
std::vector<std::string> id_lists(const std::vector<std::string>& ids) {
  std::vector<std::string> lists(1);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0 && i % kIdsAtOnce == 0) lists.emplace_back();
    if (!lists.back().empty()) lists.back() += ',';
    lists.back() += ids[i];
  }
  return lists;
}

}  // namespace

Version parse_version(std::string_view text) {
  std::array<int, 3> parts{};
  const char* at = text.data();
  const char* const end = at + text.size();
  std::size_t found = 0;
  while (found < parts.size()) {
    const auto [next, error] = std::from_chars(at, end, parts[found]);
    if (error != std::errc() || parts[found] < 0) break;
    ++found;
    at = next;
    if (at == end || *at != '.') break;
    ++at;
  }
  if (found < 2) return {};  // "4" alone tells nothing that differs between releases
  return {parts[0], parts[1], found > 2 ? parts[2] : 0};
}

bool Apis::has(std::string_view command) const {
  return commands.contains(lower_case(command));
}

bool Apis::has_parameter(std::string_view command, std::string_view parameter) const {
  const auto found = commands.find(lower_case(command));
  return found != commands.end() && found->second.contains(lower_case(parameter));
}

struct Reader::Impl {
  Impl(http::Transport& transport, const Clock& clock, Server server, Observer observer, Limits given)
      : limits(given), client(transport, clock, std::move(server), std::move(observer), kAllowedCommands) {
    page_size.size = std::max(limits.page_size, PageSize::kLeast);
  }

  template <class T>
  void list(typename Paging<T>::Plan plan) {
    assert(!busy());
    job = std::make_unique<Paging<T>>(PagingContext{client, limits, page_size, [this] { job.reset(); }},
                                      std::move(plan));
    job->begin();
  }
  /// One answer without pages.
  void ask(std::string_view command, const Wanted& wanted, Client::Done done) {
    assert(!busy());
    client.ask({command, {}, wanted, limits.max_rows, limits.request_timeout, limits.max_body},
               std::move(done));
  }
  bool busy() const { return job != nullptr || client.busy(); }

  Limits limits;
  Client client;
  PageSize page_size;
  std::unique_ptr<Job> job;
};

Reader::Reader(http::Transport& transport, const Clock& clock, Server server, Observer observer,
               Limits limits)
    : impl_(std::make_unique<Impl>(transport, clock, std::move(server), std::move(observer), limits)) {}

Reader::~Reader() = default;

void Reader::capabilities(std::function<void(Result<Capabilities>)> done) {
  impl_->ask("listCapabilities", kCapabilitiesWanted, [done = std::move(done)](Result<Page> page) {
    if (!page) return done(page.error());
    if (page->rows.size() != 1 || page->rows[0].find("cloudstackversion") == nullptr) {
      return done(Error{ErrorCode::kBadReply, "listCapabilities: the answer names no version of CloudStack"});
    }
    const std::string version = page->rows[0].text("cloudstackversion");
    done(Capabilities{version, parse_version(version)});
  });
}

void Reader::apis(std::function<void(Result<Apis>)> done) {
  impl_->ask("listApis", kApisWanted, [done = std::move(done)](Result<Page> page) {
    if (!page) return done(page.error());
    Apis apis;
    for (const Row& row : page->rows) {
      std::set<std::string>& parameters = apis.commands[lower_case(row.text("name"))];
      for (const std::string& name : row.names()) parameters.insert(lower_case(name));
    }
    done(std::move(apis));
  });
}

void Reader::clusters(Done<model::CloudCluster> done) {
  impl_->list<model::CloudCluster>({kClusterShape, {{"listClusters", {}}}, std::move(done)});
}

void Reader::hosts(const std::string& cluster_id, Done<model::CloudHost> done) {
  Query query{"listHosts", {{"type", "Routing"}, {"hypervisor", "XenServer"}, {"details", "events"}}};
  if (!cluster_id.empty()) query.params.emplace_back("clusterid", cluster_id);
  impl_->list<model::CloudHost>({kHostShape, {std::move(query)}, std::move(done)});
}

void Reader::user_vms(const std::vector<std::string>& ids, bool all_projects_in_one,
                      Done<model::CloudVm> done) {
  std::vector<Query> queries;
  for (const std::string& list : id_lists(ids)) {
    queries.push_back(user_vms_query(list, all_projects_in_one));
    if (!all_projects_in_one) queries.push_back(user_vms_query(list, true));
  }
  impl_->list<model::CloudVm>({kUserVmShape, std::move(queries), std::move(done)});
}

void Reader::routers(bool all_projects_in_one, Done<model::CloudVm> done) {
  std::vector<Query> queries{routers_query(all_projects_in_one)};
  if (!all_projects_in_one) queries.push_back(routers_query(true));
  impl_->list<model::CloudVm>({kRouterShape, std::move(queries), std::move(done)});
}

void Reader::system_vms(Done<model::CloudVm> done) {
  impl_->list<model::CloudVm>({kSystemVmShape, {{"listSystemVms", {}}}, std::move(done)});
}

void Reader::offerings(Done<model::CloudOffering> done) {
  impl_->list<model::CloudOffering>(
      {kOfferingShape,
       {{"listServiceOfferings", {}}, {"listServiceOfferings", {{"issystem", "true"}}}},
       std::move(done)});
}

void Reader::storage_pools(Done<model::CloudStoragePool> done) {
  impl_->list<model::CloudStoragePool>({kStoragePoolShape, {{"listStoragePools", {}}}, std::move(done)});
}

void Reader::configurations(Done<model::CloudConfiguration> done) {
  impl_->list<model::CloudConfiguration>(
      {kConfigurationShape, {{"listConfigurations", {}}}, std::move(done)});
}

void Reader::alerts(std::function<bool(const model::CloudAlert&)> known, std::size_t most,
                    Done<model::CloudAlert> done) {
  impl_->list<model::CloudAlert>({kAlertShape,
                                  {{"listAlerts", {}}},
                                  std::move(done),
                                  kNewestPage,
                                  &model::CloudAlert::sent,
                                  std::move(known),
                                  most});
}

void Reader::events(const std::string& type, std::function<bool(const model::CloudEvent&)> known,
                    std::size_t most, Done<model::CloudEvent> done) {
  Query query{"listEvents", {{"listall", "true"}}};
  if (!type.empty()) query.params.emplace_back("type", type);
  impl_->list<model::CloudEvent>({kEventShape,
                                  {std::move(query)},
                                  std::move(done),
                                  kNewestPage,
                                  &model::CloudEvent::created,
                                  std::move(known),
                                  most});
}

bool Reader::busy() const {
  return impl_->busy();
}

void Reader::cancel() {
  impl_->client.cancel();
  impl_->job.reset();
}

Duration Reader::retry_after() const {
  return impl_->client.retry_after();
}

void Reader::set_keys(Keys keys) {
  impl_->client.set_keys(std::move(keys));
}

}  // namespace xenha::cloudstack
