#include "exporter/pages.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "exporter/failovers_json.h"
#include "exporter/landing_page.h"
#include "exporter/pools_json.h"
#include "lib/web/negotiation.h"

namespace xenha::exporter {
namespace {

using web::Reply;
using web::Request;

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

struct Form {
  metrics::Format format = metrics::Format::kText;
  bool gzip = false;
};

Form form_for(const Request& request) {
  return {web::wants_openmetrics(request.header("accept").value_or("")) ? metrics::Format::kOpenMetrics
                                                                        : metrics::Format::kText,
          web::wants_gzip(request.header("accept-encoding").value_or(""))};
}

Reply exposition_reply(SnapshotStore::Exposition exposition, const Form& form) {
  Reply reply;
  reply.content_type = exposition.content_type;
  reply.shared_body = std::move(exposition.body);
  if (form.gzip) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  return reply;
}

/// A POST that a page of another site made the browser send.
bool from_foreign_page(const Request& request) {
  const auto origin = request.header("origin");
  if (!origin) return false;
  const std::string host = request.header("host").value_or("");
  return *origin != "http://" + host && *origin != "https://" + host;
}

class Pages {
 public:
  Pages(SnapshotStore& store, PagesContext context) : store_(store), context_(std::move(context)) {}

  Reply landing(const Request&) const {
    return Reply::html(render_landing_page(
        {store_.pools(), unread_pools(), store_.clouds(), context_.telemetry_path, now()}));
  }

  Reply metrics(const Request& request) const {
    const Form form = form_for(request);
    const std::vector<std::string> wanted = request.all("pool");
    if (wanted.empty()) return exposition_reply(store_.all(form.format, form.gzip), form);
    for (const std::string& name : wanted)
      if (!known(name)) return unknown_pool(name, "pool");
    return exposition_reply(store_.some(wanted, form.format, form.gzip), form);
  }

  Reply probe(const Request& request) const {
    const std::vector<std::string> targets = request.all("target");
    if (targets.size() != 1)
      return Reply::text(400,
                         "One parameter target=NAME is needed. Pools: " + join(store_.pool_names()) + ".");
    const Form form = form_for(request);
    auto exposition = store_.probe(targets.front(), form.format, form.gzip);
    return exposition ? exposition_reply(std::move(*exposition), form)
                      : unknown_pool(targets.front(), "target");
  }

  Reply targets(const Request&) const { return Reply::json(targets_json(store_.pool_names())); }
  Reply pools(const Request&) const {
    return Reply::json(pools_json(store_.pool_names(), store_.pools(), store_.clouds(), now()));
  }

  Reply failovers(const Request& request) const {
    FailoverQuery query;
    for (const std::string& name : request.all("pool")) {
      if (!known(name)) return unknown_pool(name, "pool");
      query.pools.insert(name);
    }
    for (const std::string& id : request.all("id")) query.ids.insert(id);
    for (const std::string& limit : request.all("limit")) {
      const auto number = parse_limit(limit);
      if (!number) return Reply::text(400, "The parameter limit is a whole number from 1 on.");
      query.limit = *number;
    }
    return Reply::json(failovers_json(store_.pools(), query, now()));
  }

  Reply healthy(const Request&) const { return Reply::text(200, "The exporter is healthy."); }

  Reply ready(const Request&) const {
    std::vector<std::string> unread = unread_pools();
    for (const std::string& name : store_.cloud_names())
      if (!store_.cloud(name)) unread.push_back("CloudStack " + name);
    if (unread.empty()) return Reply::text(200, "The exporter is ready.");
    return Reply::text(503,
                       "Not ready: the first round of questions has not ended for " + join(unread) + ".");
  }

  Reply reload(const Request& request) const {
    if (!request.authenticated && !request.peer_is_loopback)
      return Reply::text(
          403,
          "Reloading needs authentication (basic_auth_users or client certificates in the web config "
          "file) or a request from this machine itself; SIGHUP does the same.");
    if (from_foreign_page(request))
      return Reply::text(403, "A page of another site may not reload the exporter.");
    if (!context_.reload) return Reply::text(501, "This exporter cannot reload its configuration.");
    const Status done = context_.reload();
    if (done) return Reply::text(200, "Configuration reloaded.");
    return Reply::text(500, "Not reloaded, the running configuration stays:\n" + done.error().message);
  }

 private:
  WallTime now() const { return context_.clock ? context_.clock->wall() : SystemClock{}.wall(); }

  bool known(const std::string& name) const {
    const auto names = store_.pool_names();
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  std::vector<std::string> unread_pools() const {
    std::vector<std::string> unread;
    for (const std::string& name : store_.pool_names())
      if (!store_.pool(name)) unread.push_back(name);
    return unread;
  }

  Reply unknown_pool(const std::string& name, const std::string& parameter) const {
    return Reply::text(400, (name.empty() ? "The parameter " + parameter + " is empty."
                                          : "No pool has the name given in " + parameter + ".") +
                                " Pools: " + join(store_.pool_names()) + ".");
  }

  SnapshotStore& store_;
  const PagesContext context_;
};

}  // namespace

void add_pages(web::Router& router, SnapshotStore& store, PagesContext context) {
  const std::string telemetry_path = context.telemetry_path;
  const auto pages = std::make_shared<const Pages>(store, std::move(context));
  const auto add = [&](const char* method, const std::string& path,
                       Reply (Pages::*page)(const Request&) const) {
    router.on(method, path, [pages, page](const Request& request) { return ((*pages).*page)(request); });
  };
  add("GET", "/", &Pages::landing);
  add("GET", telemetry_path, &Pages::metrics);
  add("GET", "/probe", &Pages::probe);
  add("GET", "/sd", &Pages::targets);
  add("GET", "/api/v1/pools", &Pages::pools);
  add("GET", "/api/v1/failovers", &Pages::failovers);
  add("GET", "/-/healthy", &Pages::healthy);
  add("GET", "/-/ready", &Pages::ready);
  add("POST", "/-/reload", &Pages::reload);
  add("PUT", "/-/reload", &Pages::reload);
}

}  // namespace xenha::exporter
