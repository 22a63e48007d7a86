#include "tests/unit/exporter/cloud/fake_cloud.h"

#include <algorithm>

#include "lib/base/wall_time.h"

namespace xenha::test {
namespace {

using Json = FakeCloud::Json;

const std::map<std::string, std::string> kArrays{{"listApis", "api"},
                                                 {"listClusters", "cluster"},
                                                 {"listHosts", "host"},
                                                 {"listVirtualMachines", "virtualmachine"},
                                                 {"listRouters", "router"},
                                                 {"listSystemVms", "systemvm"},
                                                 {"listServiceOfferings", "serviceoffering"},
                                                 {"listStoragePools", "storagepool"},
                                                 {"listConfigurations", "configuration"},
                                                 {"listAlerts", "alert"},
                                                 {"listEvents", "event"}};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(at + 1, 2), nullptr, 16));
      at += 2;
    } else {
      out += text[at] == '+' ? ' ' : text[at];
    }
  }
  return out;
}

FakeCloud::Params params_of(const std::string& body) {
  FakeCloud::Params out;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('&', begin), body.size());
    const std::string pair = body.substr(begin, end - begin);
    const std::size_t equals = pair.find('=');
    out[decoded(pair.substr(0, equals))] = equals == pair.npos ? "" : decoded(pair.substr(equals + 1));
    begin = end + 1;
  }
  return out;
}

std::string value(const FakeCloud::Params& params, const std::string& name) {
  const auto found = params.find(name);
  return found == params.end() ? std::string() : found->second;
}

std::string printed(WallTime when) {
  return utc_text(when, "%Y-%m-%dT%H:%M:%S+0000");
}

Json without(Json rows, const std::function<bool(const Json&)>& unwanted) {
  Json out = Json::array();
  for (const Json& row : rows)
    if (!unwanted(row)) out.push_back(row);
  return out;
}

}  // namespace

FakeCloud::Answer FakeCloud::refusal(int code, const std::string& text) {
  return {code,
          Json{{"errorresponse", {{"uuidList", Json::array()}, {"errorcode", code}, {"errortext", text}}}}
              .dump()};
}

std::size_t FakeCloud::count(const std::string& command) const {
  return static_cast<std::size_t>(
      std::count_if(calls.begin(), calls.end(), [&](const Call& call) { return call.command == command; }));
}

std::vector<std::string> FakeCloud::commands_since(SteadyTime since) const {
  std::vector<std::string> out;
  for (const Call& call : calls)
    if (call.began >= since) out.push_back(call.command);
  return out;
}

Json FakeCloud::news_rows(const std::vector<News>& news, const Params& params, bool of_events) const {
  std::vector<News> sorted = news;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const News& a, const News& b) { return a.when > b.when; });
  Json out = Json::array();
  for (const News& item : sorted) {
    if (of_events && value(params, "type") != item.type) continue;
    Json row = item.more;
    row["id"] = item.id;
    row["description"] = item.text;
    if (of_events) {
      row["type"] = item.type;
      row["created"] = printed(item.when);
    } else {
      row["type"] = std::stoi(item.type);
      row["sent"] = printed(item.when);
    }
    out.push_back(std::move(row));
  }
  return out;
}

FakeCloud::Answer FakeCloud::answer_to(const Params& params) const {
  const std::string command = value(params, "command");
  if (value(params, "apikey") != key) return refusal(401, "unable to verify user credentials");
  if (const auto own = instead.find(command); own != instead.end()) return own->second(params);
  if (command == "listCapabilities")
    return {200,
            Json{{"listcapabilitiesresponse", {{"capability", {{"cloudstackversion", version}}}}}}.dump()};
  if (command != "listApis" && !apis.contains(command)) return refusal(432, "no such command for you");
  Json all = Json::array();
  if (command == "listApis") {
    for (const std::string& name : apis) {
      Json names = Json::array({{{"name", "page"}}});
      if (name == "listVirtualMachines" && takes_ids) names.push_back({{"name", "ids"}});
      all.push_back({{"name", name}, {"params", names}});
    }
  } else if (command == "listAlerts" || command == "listEvents") {
    all = news_rows(command == "listAlerts" ? alerts : events, params, command == "listEvents");
  } else if (const auto found = rows.find(command); found != rows.end()) {
    all = found->second;
  }
  if (const std::string ids = value(params, "ids"); !ids.empty())
    all = without(all, [&](const Json& row) { return ids.find(row.value("id", "")) == ids.npos; });
  if (const std::string cluster = value(params, "clusterid"); !cluster.empty())
    all = without(all, [&](const Json& row) { return row.value("clusterid", "") != cluster; });
  if (command == "listServiceOfferings")
    all = without(all, [&](const Json& row) {
      return row.value("issystem", false) != (value(params, "issystem") == "true");
    });
  // As 4.3 does it: with projectid=-1 only what belongs to projects, of which there are none here.
  if (version.starts_with("4.3") && !value(params, "projectid").empty()) all = Json::array();
  Json object = Json::object();
  const std::size_t size =
      value(params, "pagesize").empty() ? all.size() : std::stoul(value(params, "pagesize"));
  const std::size_t first =
      value(params, "page").empty() ? 0 : (std::stoul(value(params, "page")) - 1) * size;
  if (first < all.size()) {
    object["count"] = all.size();
    for (std::size_t at = first; at < std::min(first + size, all.size()); ++at)
      object[kArrays.at(command)].push_back(all[at]);
  }
  return {200, Json{{lower(command) + "response", object}}.dump()};
}

http::RequestId FakeCloud::start(http::Request request, http::Done done) {
  const Params params = params_of(request.body);
  const std::string command = value(params, "command");
  calls.push_back({command, params, clock_.steady(), {}});
  Duration needed = takes;
  if (const auto longer = takes_longer.find(command); longer != takes_longer.end()) needed = longer->second;
  Running running{calls.size() - 1, clock_.steady() + needed, {}, std::move(done)};
  if (!unreachable) running.answer = answer_to(params);
  running_.emplace(++last_id_, std::move(running));
  most_at_once = std::max(most_at_once, static_cast<int>(running_.size()));
  return last_id_;
}

void FakeCloud::cancel(http::RequestId id) {
  running_.erase(id);
}

void FakeCloud::poll(SteadyTime until) {
  const auto first = std::min_element(running_.begin(), running_.end(), [](const auto& a, const auto& b) {
    return a.second.ends < b.second.ends;
  });
  const SteadyTime to = first == running_.end() ? until : std::min(until, first->second.ends);
  if (to > clock_.steady()) clock_.advance(to - clock_.steady());
  if (first == running_.end() || first->second.ends > clock_.steady()) return;
  Running over = std::move(first->second);
  running_.erase(first);
  calls[over.call].ended = clock_.steady();
  if (!over.answer) return over.done(Error{ErrorCode::kUnreachable, "mgmt.example:8080: connection refused"});
  http::Response response;
  response.status = over.answer->status;
  response.body = over.answer->body;
  response.received = response.body.size();
  response.date = std::chrono::floor<std::chrono::seconds>(
      clock_.wall() + std::chrono::duration_cast<WallTime::duration>(skew));
  over.done(std::move(response));
}

}  // namespace xenha::test
