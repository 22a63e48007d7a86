// Questions to one CloudStack management server, each with all its pages, as plain records. Read-only: the
// commands are those of one constexpr list (allowed_commands.h), and no other leaves the encoder.
//
// A reader belongs to the thread of its transport. One question is under way at a time: starting another
// while busy() is a bug of the caller (asserted). Its Done runs inside the transport's poll, after the last
// page; it may start the next question.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/http/transport.h"
#include "lib/model/cloud.h"

namespace xenha::cloudstack {

struct Keys {
  Secret api_key, secret_key;
  bool operator==(const Keys&) const = default;
};

struct Server {
  std::shared_ptr<const http::Endpoint> endpoint;
  std::string path = "/client/api";
  Keys keys;
};

/// When a listing was true: between these two, by our clock.
struct Times {
  WallTime asked, answered;
  /// The server's clock minus ours, from the Date headers (Date + 0.5 s - middle of the request, of the page
  /// that took least time); absent without a Date header. Good to about a second.
  std::optional<Duration> clock_offset;
};

template <class T>
struct Listing {
  std::vector<T> items;  ///< no id twice, whatever shifted between two pages
  Times times;
};

/// A release as listCapabilities tells it: "4.20.1.0" -> {4, 20, 1}. Compared part by part.
struct Version {
  int major = 0, minor = 0, patch = 0;  ///< all 0 = unknown
  bool operator==(const Version&) const = default;
  auto operator<=>(
      const Version& other) const {  // not "= default", in which clang-tidy 14 sees a null pointer
    return std::tie(major, minor, patch) <=> std::tie(other.major, other.minor, other.patch);
  }
  bool known() const { return major != 0; }
};
Version parse_version(std::string_view text);

struct Capabilities {
  std::string version_text;
  Version version;
};

/// What listApis says the account may call: command -> parameter names, all in lower case as we write them.
struct Apis {
  std::map<std::string, std::set<std::string>> commands;  ///< keys in lower case
  bool has(std::string_view command) const;
  bool has_parameter(std::string_view command, std::string_view parameter) const;
};

/// For the program's own metrics and log.
struct CallReport {
  std::string_view command;
  Duration took{};
  std::size_t received = 0;
  const Error* error = nullptr;  ///< null on success
};

class Reader {
 public:
  template <class T>
  using Done = std::function<void(Result<Listing<T>>)>;
  using Observer = std::function<void(const CallReport&)>;

  struct Limits {
    Duration request_timeout = std::chrono::seconds(10);  ///< of each page
    int page_size = 500;             ///< to begin with; on a 431 about the page size it is halved, down to 10
    std::size_t max_rows = 200'000;  ///< of one listing; more is kTooLarge
    std::size_t max_body = 64u << 20;  ///< bytes of one page
  };

  Reader(http::Transport& transport, const Clock& clock, Server server, Observer observer, Limits limits);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Errors of all questions: those of the transport; kAuth for 401 (and 511); kRemoteFault for any other
  // error envelope, remote_code = the errorcode as text ("431"), message = errortext with anything that looks
  // like a key cut out; 429 too (retry_after() then tells); kBadReply when the body is no such JSON, also a
  // load balancer's HTML. Messages never hold a key, a signature or a URL's query.

  void capabilities(std::function<void(Result<Capabilities>)> done);
  void apis(std::function<void(Result<Apis>)> done);

  void clusters(Done<model::CloudCluster> done);
  /// type=Routing, hypervisor=XenServer, details=events. `cluster_id` empty: of all clusters.
  void hosts(const std::string& cluster_id, Done<model::CloudHost> done);
  /// details=min, listall; project-owned ones too, by one listing or, where the release wants that, two
  /// (reference 1.6). `ids` not empty: only those (4.9+; whoever asks has looked whether the release can).
  void user_vms(const std::vector<std::string>& ids, bool all_projects_in_one, Done<model::CloudVm> done);
  void routers(bool all_projects_in_one, Done<model::CloudVm> done);
  void system_vms(Done<model::CloudVm> done);
  /// User and system offerings: two listings joined.
  void offerings(Done<model::CloudOffering> done);
  void storage_pools(Done<model::CloudStoragePool> done);
  /// All settings, for the caller to pick from by exact name.
  void configurations(Done<model::CloudConfiguration> done);
  /// Newest first, page by page until `known` says that an alert was seen before, or `most` rows. Known ones
  /// are left out. A row without a time is none.
  void alerts(std::function<bool(const model::CloudAlert&)> known, std::size_t most,
              Done<model::CloudAlert> done);
  /// Newest first; likewise. `type` e.g. "VM.STOP".
  void events(const std::string& type, std::function<bool(const model::CloudEvent&)> known, std::size_t most,
              Done<model::CloudEvent> done);

  bool busy() const;
  /// Drops the question under way; its Done never runs.
  void cancel();
  /// After a 429: how long the server wants us to be quiet (from its text, else 5 s).
  Duration retry_after() const;
  /// New keys from now on.
  void set_keys(Keys keys);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenha::cloudstack
