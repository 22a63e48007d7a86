#include "hooks/pages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "hooks/decision/decision_json.h"
#include "hooks/hooks_config.h"
#include "hooks/landing_page.h"
#include "hooks/pools_json.h"
#include "lib/config/duration.h"
#include "lib/metrics/exposition.h"
#include "lib/metrics/process.h"
#include "lib/web/negotiation.h"

namespace xenha::hooks {
namespace {

using Json = nlohmann::ordered_json;
using web::Reply;
using web::Request;

constexpr int kMostDecisions = 1000;
constexpr int kLinesOnThePage = 100;
constexpr std::chrono::hours kLongestPause{24 * 31};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Reply answer(const Json& json) {
  return Reply::json(dump(json));
}

Reply failure(int status, const std::string& sentence) {
  Reply reply = answer({{"error", sentence}});
  reply.status = status;
  return reply;
}

/// A POST that a page of another site made the browser send.
bool from_foreign_page(const Request& request) {
  const auto origin = request.header("origin");
  if (!origin) return false;
  const std::string host = request.header("host").value_or("");
  return *origin != "http://" + host && *origin != "https://" + host;
}

bool is_json(const Request& request) {
  const std::string type = request.header("content-type").value_or("");
  const std::string_view bare = std::string_view(type).substr(0, type.find(';'));
  constexpr std::string_view kJson = "application/json";
  return bare.size() >= kJson.size() && bare.substr(0, kJson.size()) == kJson &&
         bare.find_first_not_of(' ', kJson.size()) == std::string_view::npos;
}

/// Text members of a small JSON object; absent when it is none.
std::optional<Json> small_object(const Request& request) {
  if (request.body.size() > 16384) return std::nullopt;
  Json json = Json::parse(request.body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  for (const auto& [name, value] : json.items())
    if (!value.is_string()) return std::nullopt;
  return json;
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() ? std::string() : found->get<std::string>();
}

Json decision_json(const journal::Decision& decision) {
  return {{"id", decision.id},           {"timestamp_seconds", unix_seconds(decision.at)},
          {"pool", decision.pool},       {"action", decision.action},
          {"verdict", decision.verdict}, {"reason", decision.reason},
          {"alert", decision.alert},     {"guards", Json::parse(decision.guards, nullptr, false)}};
}

class Pages {
 public:
  explicit Pages(PagesContext context) : context_(std::move(context)) {}

  Reply landing(const Request&) const {
    LandingPage page{
        .mode = std::string(word(context_.self().mode)), .shown = context_.board.shown(), .now = now()};
    const Result<std::vector<journal::Line>> lines = context_.journal.lines({.limit = kLinesOnThePage});
    if (lines)
      page.lines = *lines;
    else
      page.journal_problem = "The journal cannot be read, so nothing is done: " + lines.error().message;
    return Reply::html(render_landing_page(page));
  }

  Reply metrics(const Request& request) const {
    metrics::Families process;
    metrics::collect_process(process);
    std::vector<prometheus::MetricFamily> families = collect(context_.board.shown(), context_.self());
    for (prometheus::MetricFamily& family : std::move(process).take()) families.push_back(std::move(family));
    const metrics::Format format = web::wants_openmetrics(request.header("accept").value_or(""))
                                       ? metrics::Format::kOpenMetrics
                                       : metrics::Format::kText;
    Reply reply;
    reply.content_type = metrics::content_type(format);
    reply.body = metrics::to_text(families, format);
    return reply;
  }

  Reply alerts(const Request& request) const {
    if (const auto refused = context_.doorkeeper.refuse(Door::kAlerts, request)) return *refused;
    if (!is_json(request)) return failure(415, "Alertmanager's webhook comes as application/json.");
    return context_.inbox.receive(request.body);
  }

  Reply decisions(const Request& request) const {
    if (const auto refused = context_.doorkeeper.refuse(Door::kShow, request)) return *refused;
    journal::Filter filter;
    for (const std::string& pool : request.all("pool")) {
      if (!known(pool)) return failure(404, "No pool has that name.");
      filter.pool = pool;
    }
    for (const std::string& limit : request.all("limit")) {
      if (limit.empty() || limit.size() > 6 || limit.find_first_not_of("0123456789") != std::string::npos ||
          std::stoi(limit) < 1)
        return failure(400, "The parameter limit is a whole number from 1 on.");
      filter.limit = std::min(std::stoi(limit), kMostDecisions);
    }
    const Result<std::vector<journal::Decision>> found = context_.journal.decisions(filter);
    if (!found) return journal_failure(found.error());
    Json list = Json::array();
    for (const journal::Decision& decision : *found) list.push_back(decision_json(decision));
    return answer({{"decisions", list}});
  }

  Reply explain(const Request& request) const {
    if (const auto refused = context_.doorkeeper.refuse(Door::kShow, request)) return *refused;
    const std::vector<std::string> pools = request.all("pool");
    if (pools.size() != 1) return failure(400, "One parameter pool=NAME is needed.");
    if (!known(pools.front())) return failure(404, "No pool has that name.");
    const Result<Decision> decision = context_.explain(pools.front());
    if (!decision) return failure(503, decision.error().message);
    return Reply::json(explain_json(pools.front(), *decision) + "\n");
  }

  Reply pools(const Request& request) const {
    if (const auto refused = context_.doorkeeper.refuse(Door::kShow, request)) return *refused;
    const Result<std::string> text =
        pools_json(context_.pools(), context_.board.shown(), context_.self(), context_.journal, now());
    return text ? Reply::json(*text) : journal_failure(text.error());
  }

  Reply pause(const Request& request) const {
    Order order = read(request);
    if (order.refused) return *order.refused;
    const std::string reason = text_of(order.json, "reason"), span = text_of(order.json, "for");
    if (reason.empty())
      return failure(400, "A pause has a reason: {\"pool\": ..., \"reason\": ..., \"for\": \"1h\"}.");
    const Result<Duration> duration = config::parse_duration(span.empty() ? "1h" : span);
    if (!duration)
      return failure(400, "\"for\" is a duration with a unit, such as 1h: " + duration.error().message);
    if (*duration <= Duration{} || *duration > kLongestPause)
      return failure(400, "A pause lasts up to 31 days.");
    return finish(order.pool,
                  context_.journal.pause_until(order.pool, now() + *duration, reason, who(request), now()),
                  "paused");
  }

  Reply resume(const Request& request) const {
    Order order = read(request);
    if (order.refused) return *order.refused;
    return finish(order.pool, context_.journal.resume(order.pool, who(request), now()), "resumed");
  }

  Reply clear(const Request& request) const {
    Order order = read(request);
    if (order.refused) return *order.refused;
    return finish(order.pool, context_.journal.clear(order.pool, who(request), now()), "cleared");
  }

  Reply healthy(const Request&) const { return Reply::text(200, "The hooks daemon is healthy."); }

  Reply ready(const Request&) const {
    const std::string unready = context_.unready();
    return unready.empty() ? Reply::text(200, "The hooks daemon is ready.")
                           : Reply::text(503, "Not ready: " + unready);
  }

  Reply reload(const Request& request) const {
    if (!request.authenticated && !request.peer_is_loopback)
      return Reply::text(403,
                         "Reloading needs authentication (basic_auth_users or client certificates in the web "
                         "config file) or a "
                         "request from this machine itself; SIGHUP does the same.");
    if (from_foreign_page(request))
      return Reply::text(403, "A page of another site may not reload the daemon.");
    const Status done = context_.reload();
    if (done) return Reply::text(200, "Configuration reloaded.");
    return Reply::text(500, "Not reloaded, the running configuration stays:\n" + done.error().message);
  }

 private:
  /// What an operator asks for.
  struct Order {
    Json json;
    std::string pool;
    std::optional<Reply> refused;
  };

  Order read(const Request& request) const {
    Order order;
    if ((order.refused = context_.doorkeeper.refuse(Door::kOperate, request))) return order;
    std::optional<Json> json = small_object(request);
    if (!json) {
      order.refused = failure(400, "The body is a JSON object of texts.");
      return order;
    }
    order.json = *std::move(json);
    order.pool = text_of(order.json, "pool");
    if (!known(order.pool)) order.refused = failure(404, "No pool has that name.");
    return order;
  }

  Reply finish(const std::string& pool, const Status& done, const char* what) const {
    if (!done && done.error().remote_code == "CONFLICT") return failure(409, done.error().message);
    if (!done) return journal_failure(done.error());
    context_.wake(pool);
    return answer({{"pool", pool}, {"result", what}});
  }

  Reply journal_failure(const Error& error) const {
    context_.board.journal_error();
    return failure(503, "The journal cannot be used: " + error.message);
  }

  /// For the journal: the address, and the name that a tool gives itself.
  static std::string who(const Request& request) {
    const std::string name = request.header("x-xenha-user").value_or("");
    return name.empty() ? request.peer : name + " at " + request.peer;
  }

  bool known(const std::string& pool) const {
    const std::vector<std::string> names = context_.pools();
    return std::find(names.begin(), names.end(), pool) != names.end();
  }

  WallTime now() const { return context_.clock.wall(); }

  PagesContext context_;
};

}  // namespace

void add_pages(web::Router& router, PagesContext context) {
  const auto pages = std::make_shared<const Pages>(std::move(context));
  const auto add = [&](const char* method, const char* path, Reply (Pages::*page)(const Request&) const) {
    router.on(method, path, [pages, page](const Request& request) { return ((*pages).*page)(request); });
  };
  add("GET", "/", &Pages::landing);
  add("GET", "/metrics", &Pages::metrics);
  add("POST", "/api/v1/alerts", &Pages::alerts);
  add("GET", "/api/v1/decisions", &Pages::decisions);
  add("GET", "/api/v1/explain", &Pages::explain);
  add("GET", "/api/v1/pools", &Pages::pools);
  add("POST", "/api/v1/pause", &Pages::pause);
  add("POST", "/api/v1/resume", &Pages::resume);
  add("POST", "/api/v1/clear", &Pages::clear);
  add("GET", "/-/healthy", &Pages::healthy);
  add("GET", "/-/ready", &Pages::ready);
  add("POST", "/-/reload", &Pages::reload);
  add("PUT", "/-/reload", &Pages::reload);
}

std::optional<Reply> refuse_before_body(Doorkeeper& doorkeeper, const Request& request) {
  if (request.path == "/api/v1/alerts") return doorkeeper.refuse(Door::kAlerts, request);
  for (const std::string_view path : {"/api/v1/pause", "/api/v1/resume", "/api/v1/clear"})
    if (request.path == path) return doorkeeper.refuse(Door::kOperate, request);
  return Reply::text(413, "Nothing may be sent along to this address.");
}

bool has_own_authentication(std::string_view path) {
  return path.starts_with("/api/v1/");
}

}  // namespace xenha::hooks
