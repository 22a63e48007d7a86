#include "tests/sim/cloud/api_params.h"

#include <algorithm>
#include <charconv>

namespace xenha::sim::cloud {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    out.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return out;
}

std::optional<long> integer(const std::string& text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool vm_exists(const Cloud& cloud, const std::string& id) {
  return std::any_of(cloud.vms.begin(), cloud.vms.end(), [&](const auto& vm) { return vm->id == id; });
}

bool exists(const Cloud& cloud, Kind kind, const std::string& id) {
  switch (kind) {
    case Kind::kHost:
      return std::any_of(cloud.hosts.begin(), cloud.hosts.end(),
                         [&](const auto& each) { return each->id == id; });
    case Kind::kCluster:
      return std::any_of(cloud.clusters.begin(), cloud.clusters.end(),
                         [&](const auto& each) { return each->id == id; });
    case Kind::kPod:
      return cloud.pod_id == id;
    case Kind::kZone:
      return cloud.zone_id == id;
    case Kind::kVm:
      return vm_exists(cloud, id);
    case Kind::kVmIds: {
      const std::vector<std::string> ids = split(id);
      return std::all_of(ids.begin(), ids.end(), [&](const auto& each) { return vm_exists(cloud, each); });
    }
    case Kind::kOffering:
      return std::any_of(cloud.offerings.begin(), cloud.offerings.end(),
                         [&](const auto& each) { return each->id == id; });
    case Kind::kProject:
      return id == "-1" || std::any_of(cloud.accounts.begin(), cloud.accounts.end(), [&](const auto& each) {
               return each->project_id == id && !id.empty();
             });
    case Kind::kText:
    case Kind::kBool:
    case Kind::kInt:
      break;
  }
  return true;
}

ApiFailure bad_id(const Call& call, const std::string& name, const std::string& value) {
  return {431,
          "Unable to execute API command " + lower_case(call.command.name) +
              " due to invalid value. Invalid parameter " + name + " value=" + value +
              " due to incorrect long value format, or entity does not exist or due to incorrect parameter "
              "annotation for the field in api cmd class.",
          9999};
}

std::optional<ApiFailure> check_one(const Call& call, const ParamDef& param, const std::string& value) {
  if (!param.words.empty())
    for (const std::string& word : split(value))
      if (std::find(param.words.begin(), param.words.end(), word) == param.words.end())
        return ApiFailure{431, "Invalid value " + word + " of parameter " + param.name, 4350};
  if (value.empty() && param.kind >= Kind::kHost) return bad_id(call, param.name, value);
  if (param.kind == Kind::kInt && !integer(value))
    return ApiFailure{431,
                      "Unable to execute API command " + lower_case(call.command.name) +
                          " due to invalid value " + value + " for parameter " + param.name,
                      9999};
  if (!exists(call.cloud, param.kind, value)) return bad_id(call, param.name, value);
  return std::nullopt;
}

std::optional<ApiFailure> check_page(const Call& call, Page& page) {
  const auto most = static_cast<long>(call.cloud.settings.number("default.page.size"));
  page.size = static_cast<std::size_t>(most);
  const bool has_page = call.has("page");
  const bool has_size = call.has("pagesize");
  if (!has_page && !has_size) return std::nullopt;
  if (has_page && !has_size)
    return wrong_param("\"pagesize\" parameter is required when \"page\" is specified");
  const std::optional<long> size = integer(call.text("pagesize"));
  const std::optional<long> number = has_page ? integer(call.text("page")) : std::optional<long>(1);
  if (!size || !number) return wrong_param("page and pagesize are numbers");
  if (!has_page) {
    if (*size != -1) return wrong_param("\"page\" parameter is required when \"pagesize\" is specified");
    page.size.reset();
    return std::nullopt;
  }
  if (*size > most)
    return wrong_param("Page size can not exceed max allowed page size value: " + std::to_string(most));
  if (*size < 1 || *number < 1) return wrong_param("page and pagesize must be more than 0");
  page.size = static_cast<std::size_t>(*size);
  page.from = static_cast<std::size_t>(*number - 1) * *page.size;
  return std::nullopt;
}

}  // namespace

std::optional<ApiFailure> check_params(const Call& call, Page& page) {
  for (const ParamDef& param : params_of(call.cloud, call.command)) {
    const std::optional<std::string> value = find_param(call.params, param.name);
    if (!value) continue;
    if (std::optional<ApiFailure> failure = check_one(call, param, *value)) return failure;
  }
  if (call.command.list.empty()) return std::nullopt;
  return check_page(call, page);
}

Json cut_page(const Call& call, const Page& page, Json rows) {
  const std::size_t count = rows.size();
  if (count == 0) return Json::object();
  Json out = {{"count", count}};
  if (page.from >= count) return out;
  const std::size_t to = page.size ? std::min(count, page.from + *page.size) : count;
  Json cut = Json::array();
  for (std::size_t at = page.from; at < to; ++at) cut.push_back(std::move(rows[at]));
  out[call.command.list] = std::move(cut);
  return out;
}

}  // namespace xenha::sim::cloud
