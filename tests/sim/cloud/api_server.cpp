#include "tests/sim/cloud/api_server.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"
#include "lib/base/wall_time.h"
#include "tests/sim/cloud/api_call.h"
#include "tests/sim/cloud/api_params.h"
#include "tests/sim/cloud/xml_answer.h"
#include "tests/sim/world/world.h"

namespace xenha::sim::cloud {
namespace {

constexpr char kCredentials[] = "unable to verify user credentials and/or request signature";

/// RFC 1123, by the management server's clock.
std::string http_date(WallTime when) {
  return utc_text(when, "%a, %d %b %Y %H:%M:%S GMT");
}

struct Incoming {
  Cloud& cloud;
  std::shared_ptr<Exchange> exchange;
  RawParams params;
  std::string name;  ///< of the command, as sent
  const CommandDef* command = nullptr;
  const CsAccount* account = nullptr;
  bool envelope_of_command = true;
};

/// command and response are known in lower case only.
std::string exact(const RawParams& params, std::string_view name) {
  for (const auto& [each, value] : params)
    if (each == name) return value;
  return {};
}

std::string content_type(const Cloud& cloud) {
  const std::string type = cloud.settings.text("json.content.type");
  return cloud.rules.script_content_type ? type + "; charset=UTF-8" : type;
}

void send(const Incoming& in, int status, const std::string& key, const Json& body, Exchange::Headers extra) {
  extra.emplace_back("Date", http_date(in.cloud.now()));
  const Json whole = {{key, body}};
  if (exact(in.params, "response") == "json")
    in.exchange->respond(status, content_type(in.cloud),
                         whole.dump(-1, ' ', false, Json::error_handler_t::replace), extra);
  else
    in.exchange->respond(status, "text/xml; charset=UTF-8", xml_answer(whole, in.cloud.spec.version), extra);
}

std::string key_of(const Incoming& in) {
  return in.command && in.envelope_of_command ? lower_case(in.command->name) + "response" : "errorresponse";
}

void refuse(const Incoming& in, const ApiFailure& failure) {
  Json body = {{"errorcode", failure.code}, {"errortext", failure.text}, {"uuidList", Json::array()}};
  body["cserrorcode"] = failure.cs_code != 0 ? failure.cs_code : 9999;
  send(in, failure.code, key_of(in), body, {{"X-Description", failure.text}});
}

/// Nothing, or why the account may not go on. The order is the server's.
std::optional<ApiFailure> authenticate(Incoming& in) {
  Cloud& cloud = in.cloud;
  const auto key = find_param(in.params, "apikey");
  const auto signature = find_param(in.params, "signature");
  if (!key || !signature || key->empty()) return ApiFailure{401, kCredentials};
  if (find_param(in.params, "signatureversion") == "3") {
    const auto expires =
        parse_expires(find_param(in.params, "expires").value_or(""), cloud.rules.expires_takes_z);
    if (!expires || *expires < cloud.now()) return ApiFailure{401, kCredentials};
    if (cloud.settings.flag("enforce.post.requests.and.timestamps") &&
        *expires > cloud.now() + std::chrono::minutes(15))
      return ApiFailure{401, kCredentials};
  } else if (cloud.settings.flag("enforce.post.requests.and.timestamps")) {
    return ApiFailure{401, kCredentials};
  }
  for (const auto& account : cloud.accounts)
    if (!account->api_key.empty() && account->api_key == *key) in.account = account.get();
  if (!in.account) return ApiFailure{401, kCredentials};
  if (!in.command) {
    const std::string text = "The given command does not exist or it is not available for user";
    return ApiFailure{cloud.rules.unknown_command_is_401 ? 401 : 432, text};
  }
  if (!may_call(*in.account, *in.command)) {
    in.envelope_of_command = false;
    return ApiFailure{432, "The given command '" + in.command->name +
                               "' either does not exist, is not available for user."};
  }
  if (sign(string_to_sign(in.params), in.account->secret_key) != *signature)
    return ApiFailure{401, kCredentials};
  return std::nullopt;
}

std::optional<ApiFailure> throttle(Incoming& in) {
  Cloud& cloud = in.cloud;
  CsAccount& account = *std::find_if(cloud.accounts.begin(), cloud.accounts.end(), [&](const auto& each) {
                          return each.get() == in.account;
                        })->get();
  if (!cloud.settings.flag("api.throttling.enabled")) return std::nullopt;
  if (account.role == RoleType::kRootAdmin && !cloud.throttle_all) return std::nullopt;
  const Duration window = cloud.settings.seconds("api.throttling.interval");
  if (account.calls_in_window == 0 || cloud.time() - account.window_start >= window) {
    account.window_start = cloud.time();
    account.calls_in_window = 0;
  }
  if (++account.calls_in_window <= static_cast<int>(cloud.settings.number("api.throttling.max")))
    return std::nullopt;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(account.window_start + window - cloud.time());
  return ApiFailure{429, "The given user has reached his/her account api limit, please retry after " +
                             std::to_string(left.count()) + " ms."};
}

ApiResult execute(Incoming& in) {
  if (in.name.empty()) return ApiFailure{432, "Invalid request, no command sent"};
  if (std::optional<ApiFailure> failure = authenticate(in)) return *failure;
  if (std::optional<ApiFailure> failure = throttle(in)) return *failure;
  if (in.command->write && in.exchange->request().method == "GET" &&
      in.cloud.settings.flag("enforce.post.requests.and.timestamps"))
    return ApiFailure{400, "State changing command " + in.command->name + " needs POST"};
  Call call{in.cloud, *in.account, *in.command, in.params};
  Page page;
  if (std::optional<ApiFailure> failure = check_params(call, page)) return *failure;
  ApiResult result = in.command->run(call);
  if (!result || in.command->list.empty()) return result;
  return cut_page(call, page, std::move(*result));
}

std::uint64_t log_call(const Incoming& in) {
  CallEntry entry;
  entry.time = unix_seconds(in.cloud.world.now());
  entry.cloud = in.cloud.name;
  entry.host = in.cloud.address;
  entry.client = in.exchange->request().client_address;
  if (const auto agent = in.exchange->request().header("user-agent"); !agent.empty())
    entry.client += " " + std::string(agent);
  entry.method = in.name.empty() ? "(no command)" : in.name;
  entry.session = find_param(in.params, "apikey") ? "key" : "none";
  entry.write = in.command && in.command->write;
  entry.outcome = "pending";
  return in.cloud.world.log.start(std::move(entry));
}

void serve(Cloud& cloud, const std::shared_ptr<Exchange>& exchange) {
  const Request& request = exchange->request();
  Incoming in{cloud, exchange, {}, "", nullptr, nullptr, true};
  if (request.path() != "/client/api" && request.path() != "/client/api/")
    return exchange->respond(404, "text/html", "<html><body><h1>HTTP Status 404</h1></body></html>");
  if (request.method != "GET" && request.method != "POST")
    return exchange->respond(405, "text/html", "<html><body><h1>HTTP Status 405</h1></body></html>");
  const std::size_t mark = request.target.find('?');
  if (mark != std::string::npos) parse_form(std::string_view(request.target).substr(mark + 1), in.params);
  const std::string type = lower_case(request.header("content-type"));
  if (request.method == "POST" && type.rfind("application/x-www-form-urlencoded", 0) == 0)
    parse_form(request.body, in.params);
  in.name = exact(in.params, "command");
  in.command = find_command(cloud, in.name);
  const std::uint64_t entry = log_call(in);
  try {
    const ApiResult result = execute(in);
    cloud.world.log.describe(entry, "key", in.account ? in.account->user : "", "");
    cloud.world.log.finish(entry, std::to_string(result ? 200 : result.error().code));
    if (!result) return refuse(in, result.error());
    send(in, 200, key_of(in), *result, {});
  } catch (const std::exception& wrong) {
    log::error("a simulated CloudStack call failed by a mistake of the simulator",
               {{"command", in.name}, {"what", wrong.what()}});
    cloud.world.log.finish(entry, "530");
    refuse(in, {530, wrong.what()});
  }
}

}  // namespace

Status open_api(Cloud& cloud, std::uint16_t port, const std::optional<TlsIdentity>& tls) {
  ListenerOptions options;
  options.address = cloud.address;
  options.port = cloud.spec.port != 0 ? cloud.spec.port : port;
  options.tls = tls;
  options.head_limit = 0;
  options.body_limit = 2 << 20;
  Result<std::unique_ptr<Listener>> listener = Listener::open(
      cloud.world.loop, std::move(options), [&cloud](const std::shared_ptr<Exchange>& exchange) {
        serve(cloud, exchange);
        cloud.world.changed();
      });
  if (!listener) return listener.error();
  cloud.listener = std::move(*listener);
  cloud.port = cloud.listener->port();
  return Nothing{};
}

}  // namespace xenha::sim::cloud
