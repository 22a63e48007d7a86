#include "lib/http/curl_transport.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "lib/base/handle.h"
#include "lib/base/wall_time.h"
#include "lib/http/certificate.h"
#include "lib/http/tls_advice.h"

namespace xenha::http {
namespace {

using CurlEasy = Handle<CURL, curl_easy_cleanup>;
using CurlMulti = Handle<CURLM, curl_multi_cleanup>;
using CurlList = Handle<curl_slist, curl_slist_free_all>;
using std::chrono::milliseconds;

constexpr std::size_t kMaxHead = 64u << 10;
constexpr long kReadBuffer = 16 << 10;
constexpr std::chrono::seconds kMaxIdle{120};

/// curl counts its time-outs in whole milliseconds, and 0 means for ever.
long whole_milliseconds(Duration span) {
  constexpr auto kLongest = std::chrono::hours(24);
  return static_cast<long>(
      std::chrono::ceil<milliseconds>(std::clamp<Duration>(span, milliseconds(1), kLongest)).count());
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool names_header(const std::string& line, std::string_view lower_case_name) {
  return line.size() > lower_case_name.size() && line[lower_case_name.size()] == ':' &&
         std::equal(lower_case_name.begin(), lower_case_name.end(), line.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); });
}

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::string where(const Endpoint& endpoint) {
  return bracketed(endpoint.address) + ":" + std::to_string(endpoint.port);
}

bool checks_chain(const TlsPolicy& policy) {
  return !policy.insecure_skip_verify && (policy.pins.empty() || !policy.ca_file.empty());
}

long curl_version(TlsVersion version) {
  switch (version) {
    case TlsVersion::k1_0:
      return CURL_SSLVERSION_TLSv1_0;
    case TlsVersion::k1_1:
      return CURL_SSLVERSION_TLSv1_1;
    case TlsVersion::k1_2:
      return CURL_SSLVERSION_TLSv1_2;
    case TlsVersion::k1_3:
      return CURL_SSLVERSION_TLSv1_3;
  }
  return CURL_SSLVERSION_TLSv1_2;
}

/// Sets options and keeps the first failure, so that no security option is ever left unset unnoticed.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}
  template <class T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (failure_ == CURLE_OK) failure_ = code;
  }
  void set(CURLoption option, const std::string& value) { set(option, value.c_str()); }
  CURLcode failure() const { return failure_; }

 private:
  CURL* easy_;
  CURLcode failure_ = CURLE_OK;
};

template <class T>
T info(CURL* easy, CURLINFO what) {
  T value{};
  curl_easy_getinfo(easy, what, &value);
  return value;
}

bool append(CurlList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) return false;
  (void)list.release();
  list.reset(longer);
  return true;
}

/// notAfter of the certificate behind each kept connection, known by its two ends. An entry that outlives its
/// connection does no harm: the next connection between the same ends replaces it before it is read.
class CertificateMemory {
 public:
  void remember(const std::string& ends, WallTime expiry, SteadyTime now) {
    if (kept_.size() >= limit_) {
      std::erase_if(kept_,
                    [now](const auto& entry) { return now - entry.second.used > std::chrono::minutes(15); });
      limit_ = std::max<std::size_t>(512, 2 * kept_.size());
    }
    kept_[ends] = {expiry, now};
  }
  std::optional<WallTime> find(const std::string& ends, SteadyTime now) {
    const auto at = kept_.find(ends);
    if (at == kept_.end()) return std::nullopt;
    at->second.used = now;
    return at->second.expiry;
  }

 private:
  struct Entry {
    WallTime expiry;
    SteadyTime used;
  };
  std::unordered_map<std::string, Entry> kept_;
  std::size_t limit_ = 512;
};

}  // namespace

/// The multi handle, its exchanges, and what they share.
class CurlTransport::Loop {
 public:
  explicit Loop(TransportOptions options);
  ~Loop();
  RequestId start(Request request, Done done);
  void cancel(RequestId id);
  void poll(SteadyTime until);
  void wake() noexcept;

 private:
  enum class Stop { kNone, kHead, kBody, kSink, kRepeat };

  /// One request and the easy handle it runs on. Used again for later requests, freed only with the loop,
  /// because OpenSSL keeps the pointer to it for as long as the connection lives.
  struct Exchange {
    Loop* loop = nullptr;
    CurlEasy easy;
    RequestId id = 0;
    Request request;
    Done done;
    Response response;
    CurlList headers, connect_to;
    std::array<char, CURL_ERROR_SIZE> error{};
    Certificate leaf;     ///< of the connection made for this request
    int verify_code = 0;  ///< X509_V_ERR_..., of the same
    Stop stop = Stop::kNone;
    bool tls_began = false;  ///< hence TCP was connected
    int sent = 0;            ///< how often the request went out
    std::size_t head = 0;
  };
  struct Refused {
    RequestId id;
    Error error;
    Done done;
  };

  // What curl and OpenSSL call. None lets an exception through.
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* exchange) noexcept;
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* exchange) noexcept;
  static int on_connected(void* exchange, char* peer, char* local, int peer_port, int local_port) noexcept;
  static CURLcode on_tls_context(CURL*, void* context, void* exchange) noexcept;
  static int on_certificate(X509_STORE_CTX* store, void* exchange) noexcept;

  Exchange* take_exchange();
  void release(Exchange& exchange);
  void set_fixed_options(Exchange& exchange);
  Status prepare(Exchange& exchange);
  void set_identity(Options& options, const TlsPolicy& policy);
  Result<Response> conclude(Exchange& exchange, CURLcode code);
  Error error_of(const Exchange& exchange, CURLcode code) const;
  Error timeout_of(const Exchange& exchange) const;
  std::optional<TlsFailure> tls_failure_of(const Exchange& exchange, CURLcode code) const;
  bool run_finished();
  bool run_refused();

  const SystemClock clock_;
  const TransportOptions options_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<Exchange*> free_;
  std::unordered_map<RequestId, Exchange*> running_;
  std::deque<Refused> refused_;
  RequestId last_id_ = 0;
  CertificateMemory certificates_;
  std::atomic<bool> woken_ = false;
  CurlMulti multi_;  ///< destroyed first: closing its connections may still call back
};

CurlTransport::Loop::Loop(TransportOptions options) : options_(std::move(options)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::bad_alloc();
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, options_.kept_connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

CurlTransport::Loop::~Loop() {
  for (const auto& [id, exchange] : running_) curl_multi_remove_handle(multi_.get(), exchange->easy.get());
}

std::size_t CurlTransport::Loop::on_body(char* data, std::size_t, std::size_t size, void* context) noexcept {
  Exchange& exchange = *static_cast<Exchange*>(context);
  Response& response = exchange.response;
  if (size > exchange.request.max_body - response.received) {
    exchange.stop = Stop::kBody;
    return 0;
  }
  response.received += size;
  BodySink* sink = exchange.request.sink.get();
  try {
    if (!sink || info<long>(exchange.easy.get(), CURLINFO_RESPONSE_CODE) != 200) {
      response.body.append(data, size);
      return size;
    }
    if (sink->feed({data, size})) return size;
  } catch (...) {  // the sink's business; its reason is lost here and told as a refusal
  }
  exchange.stop = Stop::kSink;
  return 0;
}

std::size_t CurlTransport::Loop::on_header(char* data, std::size_t, std::size_t size,
                                           void* context) noexcept {
  Exchange& exchange = *static_cast<Exchange*>(context);
  exchange.head += size;
  if (exchange.head > kMaxHead) {
    exchange.stop = Stop::kHead;
    return 0;
  }
  try {
    const std::string line(data, size);
    if (!names_header(line, "date")) return size;
    const std::time_t when = curl_getdate(line.substr(5).c_str(), nullptr);
    if (const auto date = wall_time(when)) exchange.response.date = date;  // -1, no date, is outside too
  } catch (...) {
    return 0;
  }
  return size;
}

/// Runs each time before the request is sent; the connection is proven good by then.
int CurlTransport::Loop::on_connected(void* context, char* peer, char* local, int peer_port,
                                      int local_port) noexcept {
  Exchange& exchange = *static_cast<Exchange*>(context);
  Loop& loop = *exchange.loop;
  if (++exchange.sent > 1 && !exchange.request.may_repeat) {
    exchange.stop = Stop::kRepeat;
    return CURL_PREREQFUNC_ABORT;
  }
  try {
    if (!exchange.request.endpoint->tls) return CURL_PREREQFUNC_OK;
    const std::string ends =
        std::string(local) + " " + std::to_string(local_port) + " " + peer + " " + std::to_string(peer_port);
    const SteadyTime now = loop.clock_.steady();
    if (exchange.leaf) loop.certificates_.remember(ends, not_after(exchange.leaf.get()), now);
    exchange.response.certificate_expiry = loop.certificates_.find(ends, now);
  } catch (...) {
    return CURL_PREREQFUNC_ABORT;
  }
  return CURL_PREREQFUNC_OK;
}

CURLcode CurlTransport::Loop::on_tls_context(CURL*, void* context, void* user) noexcept {
  SSL_CTX* tls = static_cast<SSL_CTX*>(context);
  Exchange* exchange = static_cast<Exchange*>(user);
  const TlsPolicy& policy = exchange->request.endpoint->policy;
  exchange->tls_began = true;
  SSL_CTX_set_cert_verify_callback(tls, on_certificate, exchange);
  // A renegotiation could present another certificate, later, when nobody looks.
  SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION);
  if (policy.min_version < TlsVersion::k1_2) SSL_CTX_set_options(tls, SSL_OP_LEGACY_SERVER_CONNECT);
  return CURLE_OK;
}

/// OpenSSL's own check, plus a note of what was presented: after a failure nobody else has it any more.
int CurlTransport::Loop::on_certificate(X509_STORE_CTX* store, void* context) noexcept {
  Exchange& exchange = *static_cast<Exchange*>(context);
  X509* leaf = X509_STORE_CTX_get0_cert(store);
  if (leaf && X509_up_ref(leaf) == 1) exchange.leaf.reset(leaf);
  exchange.verify_code = X509_V_OK;
  if (!checks_chain(exchange.request.endpoint->policy)) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  const int verdict = X509_verify_cert(store);
  exchange.verify_code = X509_STORE_CTX_get_error(store);
  return verdict;
}

void CurlTransport::Loop::set_fixed_options(Exchange& exchange) {
  Options options(exchange.easy.get());
  options.set(CURLOPT_PRIVATE, &exchange);
  options.set(CURLOPT_ERRORBUFFER, exchange.error.data());
  options.set(CURLOPT_NOSIGNAL, 1L);
  options.set(CURLOPT_QUICK_EXIT, 1L);  // a name being resolved never holds up the end
  options.set(CURLOPT_PROXY, "");
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  options.set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  options.set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  options.set(CURLOPT_TCP_KEEPALIVE, 1L);
  options.set(CURLOPT_TCP_KEEPIDLE, 30L);
  options.set(CURLOPT_TCP_KEEPINTVL, 10L);
  options.set(CURLOPT_MAXAGE_CONN, static_cast<long>(kMaxIdle.count()));
  options.set(CURLOPT_BUFFERSIZE, kReadBuffer);
  options.set(CURLOPT_UPLOAD_BUFFERSIZE, kReadBuffer);
  options.set(CURLOPT_PATH_AS_IS, 1L);
  options.set(CURLOPT_USERAGENT, options_.user_agent);
  // curl's compiled-in directory of CAs would be trusted beside any ca_file, and keeps the store from being
  // cached.
  options.set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  options.set(CURLOPT_CA_CACHE_TIMEOUT, 3600L);
  options.set(CURLOPT_WRITEFUNCTION, &Loop::on_body);
  options.set(CURLOPT_WRITEDATA, &exchange);
  options.set(CURLOPT_HEADERFUNCTION, &Loop::on_header);
  options.set(CURLOPT_HEADERDATA, &exchange);
  options.set(CURLOPT_PREREQFUNCTION, &Loop::on_connected);
  options.set(CURLOPT_PREREQDATA, &exchange);
  options.set(CURLOPT_SSL_CTX_FUNCTION, &Loop::on_tls_context);
  options.set(CURLOPT_SSL_CTX_DATA, &exchange);
  if (options.failure() != CURLE_OK) throw std::bad_alloc();
}

CurlTransport::Loop::Exchange* CurlTransport::Loop::take_exchange() {
  if (!free_.empty()) {
    Exchange* exchange = free_.back();
    free_.pop_back();
    return exchange;
  }
  auto exchange = std::make_unique<Exchange>();
  exchange->loop = this;
  exchange->easy.reset(curl_easy_init());
  if (!exchange->easy) throw std::bad_alloc();
  set_fixed_options(*exchange);
  free_.reserve(exchanges_.size() + 1);
  return exchanges_.emplace_back(std::move(exchange)).get();
}

void CurlTransport::Loop::release(Exchange& exchange) {
  curl_multi_remove_handle(multi_.get(), exchange.easy.get());
  running_.erase(exchange.id);
  exchange.request = {};
  exchange.response = {};
  exchange.done = nullptr;
  exchange.leaf.reset();
  free_.push_back(&exchange);
}

void CurlTransport::Loop::set_identity(Options& options, const TlsPolicy& policy) {
  const bool chain = checks_chain(policy);
  std::string pins;
  for (const std::string& pin : policy.pins) pins += (pins.empty() ? "sha256//" : ";sha256//") + pin;
  const char* system_cas = curl_version_info(CURLVERSION_NOW)->cainfo;
  const char* ca_file = policy.ca_file.empty() ? system_cas : policy.ca_file.c_str();
  options.set(CURLOPT_SSL_VERIFYPEER, chain ? 1L : 0L);
  options.set(CURLOPT_SSL_VERIFYHOST, chain && policy.verify_name ? 2L : 0L);
  // Without a chain to check, curl would still read the file for every connection.
  options.set(CURLOPT_CAINFO, chain ? ca_file : nullptr);
  options.set(CURLOPT_PINNEDPUBLICKEY, pins.empty() ? nullptr : pins.c_str());
  options.set(CURLOPT_SSLVERSION, curl_version(policy.min_version));
  const auto file = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
  options.set(CURLOPT_SSLCERT, file(policy.client_cert_file));
  options.set(CURLOPT_SSLKEY, file(policy.client_key_file));
  options.set(CURLOPT_SSL_CIPHER_LIST,
              policy.min_version < TlsVersion::k1_2 ? "DEFAULT@SECLEVEL=0" : nullptr);
}

Status CurlTransport::Loop::prepare(Exchange& exchange) {
  const Request& request = exchange.request;
  const Endpoint& endpoint = *request.endpoint;
  Options options(exchange.easy.get());

  // The URL holds the name the certificate must carry (also sent as SNI and Host), CONNECT_TO the address.
  const bool renamed = endpoint.tls && !endpoint.policy.tls_name.empty();
  const std::string authority =
      (renamed ? bracketed(endpoint.policy.tls_name) : bracketed(endpoint.address)) + ":" +
      std::to_string(endpoint.port);
  exchange.connect_to.reset();
  bool listed = !renamed || append(exchange.connect_to, "::" + where(endpoint));
  options.set(CURLOPT_CONNECT_TO, exchange.connect_to.get());
  options.set(CURLOPT_URL, (endpoint.tls ? "https://" : "http://") + authority + request.target);
  options.set(CURLOPT_PROTOCOLS_STR, endpoint.tls ? "https" : "http");
  if (endpoint.tls) set_identity(options, endpoint.policy);

  // "Accept: */*" makes new xapi answer JSON; "Expect" is never answered by it.
  exchange.headers.reset();
  for (const char* line : {"Accept:", "Expect:", "Content-Type:"}) {
    const std::string_view name(line);
    const bool given =
        std::any_of(request.headers.begin(), request.headers.end(), [name](const std::string& header) {
          std::string lower(name.substr(0, name.size() - 1));
          for (char& c : lower)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
          return names_header(header, lower);
        });
    if (!given) listed = listed && append(exchange.headers, line);
  }
  for (const std::string& header : request.headers) listed = listed && append(exchange.headers, header);
  options.set(CURLOPT_HTTPHEADER, exchange.headers.get());

  const bool connect_only = request.method == Request::Method::kConnectOnly;
  options.set(CURLOPT_CONNECT_ONLY, connect_only ? 1L : 0L);
  options.set(CURLOPT_FRESH_CONNECT, connect_only ? 1L : 0L);
  if (request.method == Request::Method::kPost) {
    options.set(CURLOPT_POST, 1L);
    options.set(CURLOPT_POSTFIELDS, request.body.data());
    options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else {
    options.set(CURLOPT_POSTFIELDS, static_cast<char*>(nullptr));
    options.set(CURLOPT_HTTPGET, 1L);
  }
  const Duration left = request.deadline - clock_.steady();
  options.set(CURLOPT_TIMEOUT_MS, whole_milliseconds(left));
  options.set(CURLOPT_CONNECTTIMEOUT_MS, whole_milliseconds(std::min(left, request.connect_timeout)));

  const CURLcode code = listed ? options.failure() : CURLE_OUT_OF_MEMORY;
  if (code != CURLE_OK)
    return Error{ErrorCode::kBadConfig,
                 std::string("the request cannot be set up: ") + curl_easy_strerror(code)};
  return Nothing{};
}

namespace {

/// What would reach the server as something else than meant.
Status check(const Request& request, SteadyTime now) {
  if (!request.endpoint || request.endpoint->address.empty() || request.endpoint->port == 0)
    return Error{ErrorCode::kBadConfig, "no address or no port to connect to"};
  const std::string at = where(*request.endpoint) + ": ";
  const TlsPolicy& policy = request.endpoint->policy;
  if (has_control(request.endpoint->address + policy.tls_name + policy.ca_file) ||
      (request.endpoint->address + policy.tls_name).find_first_of(" /?#@[]") != std::string::npos)
    return Error{ErrorCode::kBadConfig, "the address or tls_name holds a character that no name has"};
  if (request.target.empty() || request.target[0] != '/' || has_control(request.target) ||
      request.target.find_first_of(" #") != std::string::npos)
    return Error{ErrorCode::kBadConfig, at + "the path of the request is not valid"};
  if (std::any_of(request.headers.begin(), request.headers.end(), has_control))
    return Error{ErrorCode::kBadConfig,
                 at + "a header of the request holds a line break or another control character"};
  if (request.deadline <= now)
    return Error{ErrorCode::kTimeout, at + "the deadline had passed before the request began"};
  return Nothing{};
}

}  // namespace

RequestId CurlTransport::Loop::start(Request request, Done done) {
  const RequestId id = ++last_id_;
  if (const Status good = check(request, clock_.steady()); !good) {
    refused_.push_back({id, good.error(), std::move(done)});
    return id;
  }
  Exchange& exchange = *take_exchange();
  exchange.id = id;
  exchange.request = std::move(request);
  exchange.done = std::move(done);
  exchange.error[0] = '\0';
  exchange.verify_code = X509_V_OK;
  exchange.stop = Stop::kNone;
  exchange.tls_began = false;
  exchange.sent = 0;
  exchange.head = 0;
  running_.emplace(id, &exchange);
  if (const Status ready = prepare(exchange); !ready) {
    refused_.push_back({id, ready.error(), std::move(exchange.done)});
    release(exchange);
    return id;
  }
  curl_multi_add_handle(multi_.get(), exchange.easy.get());
  return id;
}

void CurlTransport::Loop::cancel(RequestId id) {
  if (const auto at = running_.find(id); at != running_.end()) return release(*at->second);
  std::erase_if(refused_, [id](const Refused& refused) { return refused.id == id; });
}

bool CurlTransport::Loop::run_refused() {
  bool ran = false;
  for (std::size_t left = refused_.size(); left > 0 && !refused_.empty(); --left) {
    Refused refused = std::move(refused_.front());
    refused_.pop_front();
    refused.done(std::move(refused.error));
    ran = true;
  }
  return ran;
}

bool CurlTransport::Loop::run_finished() {
  bool ran = false;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Exchange& exchange = *info<Exchange*>(message->easy_handle, CURLINFO_PRIVATE);
    Result<Response> result = conclude(exchange, code);
    const Done done = std::move(exchange.done);
    release(exchange);  // before Done, which may start the next request on the same handle and connection
    done(std::move(result));
    ran = true;
  }
  return ran;
}

void CurlTransport::Loop::poll(SteadyTime until) {
  for (;;) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    bool ran = run_refused();
    ran = run_finished() || ran;
    if (woken_.exchange(false) || ran) return;
    const SteadyTime now = clock_.steady();
    if (now >= until) return;
    // Compared first: `until` may be the end of time, and the difference would not fit.
    constexpr auto kLongest = std::chrono::minutes(1);
    const Duration span = until > now + kLongest ? Duration(kLongest) : Duration(until - now);
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(whole_milliseconds(span)), nullptr);
  }
}

void CurlTransport::Loop::wake() noexcept {
  woken_ = true;
  curl_multi_wakeup(multi_.get());
}

Result<Response> CurlTransport::Loop::conclude(Exchange& exchange, CURLcode code) {
  CURL* easy = exchange.easy.get();
  if (code != CURLE_OK) {
    Error error = error_of(exchange, code);
    error.message = where(*exchange.request.endpoint) + ": " + error.message;
    return error;
  }
  Response& response = exchange.response;
  response.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE));
  if (const char* type = info<const char*>(easy, CURLINFO_CONTENT_TYPE)) response.content_type = type;
  if (const char* peer = info<const char*>(easy, CURLINFO_PRIMARY_IP)) response.peer_ip = peer;
  if (exchange.leaf) response.certificate_expiry = not_after(exchange.leaf.get());
  if (exchange.leaf && exchange.request.method == Request::Method::kConnectOnly)
    response.presented = describe(exchange.leaf.get());
  return std::move(response);
}

std::optional<TlsFailure> CurlTransport::Loop::tls_failure_of(const Exchange& exchange, CURLcode code) const {
  TlsFailure failure;
  failure.library_text = exchange.error.data();
  failure.verify_code = exchange.verify_code;
  if (exchange.leaf) failure.presented = describe(exchange.leaf.get());
  switch (code) {
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      failure.kind = TlsFailure::Kind::kPin;
      return failure;
    case CURLE_PEER_FAILED_VERIFICATION:
      failure.kind = exchange.verify_code == X509_V_OK ? TlsFailure::Kind::kName : TlsFailure::Kind::kChain;
      return failure;
    case CURLE_SSL_CACERT_BADFILE:
      failure.kind = TlsFailure::Kind::kCaFile;
      return failure;
    case CURLE_SSL_CONNECT_ERROR: {
      // A peer that hangs up in the handshake refused nothing: it is not there, or not yet.
      const bool broken = failure.library_text.find("SSL_ERROR_SYSCALL") != std::string::npos ||
                          failure.library_text.find("Connection reset") != std::string::npos ||
                          failure.library_text.find("unexpected eof") != std::string::npos;
      if (broken) return std::nullopt;  // error_of: the machine answered
      failure.kind = TlsFailure::Kind::kHandshake;
      return failure;
    }
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      failure.kind = TlsFailure::Kind::kHandshake;
      return failure;
    default:
      return std::nullopt;
  }
}

/// No answer, but a reset or an end: that comes from a living kernel, at once.
Error machine_answered(std::string message) {
  Error error{ErrorCode::kUnreachable, std::move(message)};
  error.peer_answered = true;
  return error;
}

Error CurlTransport::Loop::timeout_of(const Exchange& exchange) const {
  const bool deadline = clock_.steady() >= exchange.request.deadline;
  const std::string limit = deadline ? "before the deadline" : "within the connect timeout";
  if (exchange.response.received > 0)
    return {ErrorCode::kTimeout, "the answer stopped after " + std::to_string(exchange.response.received) +
                                     " bytes and did not end " + limit};
  if (exchange.sent > 0)
    return {ErrorCode::kTimeout,
            "connected, but no answer " + limit + ": the host or its toolstack hangs or is overloaded"};
  if (exchange.tls_began)
    return {ErrorCode::kTimeout,
            "TCP connects, but the TLS handshake did not end " + limit + ": the host hangs or is overloaded"};
  return {deadline ? ErrorCode::kTimeout : ErrorCode::kUnreachable,
          "no TCP connection " + limit + ": host down, or a firewall drops the packets"};
}

Error CurlTransport::Loop::error_of(const Exchange& exchange, CURLcode code) const {
  switch (exchange.stop) {
    case Stop::kHead:
      return {ErrorCode::kTooLarge,
              "the headers of the answer are over " + std::to_string(kMaxHead) + " bytes"};
    case Stop::kBody:
      return {ErrorCode::kTooLarge,
              "the answer is over the limit of " + std::to_string(exchange.request.max_body) + " bytes"};
    case Stop::kSink:
      return {ErrorCode::kBadReply, "the answer was refused by its reader"};
    case Stop::kRepeat:
      return {ErrorCode::kUnreachable,
              "the connection broke before an answer came; the request may have been carried out and was not "
              "sent again"};
    case Stop::kNone:
      break;
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return timeout_of(exchange);
  if (const auto failure = tls_failure_of(exchange, code))
    return {ErrorCode::kTls, explain(*failure, *exchange.request.endpoint)};
  const std::string text = exchange.error[0] ? exchange.error.data() : curl_easy_strerror(code);
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:  // what curl calls an answer without a status line
      return {ErrorCode::kBadReply, "the answer is not HTTP"};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return {ErrorCode::kBadReply, "the answer breaks HTTP: " + text};
    case CURLE_URL_MALFORMAT:
      return {ErrorCode::kBadConfig, "the address or path is not valid: " + text};
    case CURLE_GOT_NOTHING:
      return machine_answered("the server closed the connection without an answer");
    case CURLE_PARTIAL_FILE:
      return machine_answered("the connection broke in the middle of the answer");
    case CURLE_SEND_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
      return machine_answered(text);
    case CURLE_COULDNT_CONNECT:
      if (info<long>(exchange.easy.get(), CURLINFO_OS_ERRNO) == ECONNREFUSED) return machine_answered(text);
      return {ErrorCode::kUnreachable, text};
    case CURLE_RECV_ERROR:
      if (text.find("chunk") != std::string::npos || text.find("header") != std::string::npos)
        return {ErrorCode::kBadReply, "the answer breaks HTTP: " + text};
      return machine_answered("the connection broke: " + text);
    default:
      return {ErrorCode::kUnreachable, text};
  }
}

CurlTransport::CurlTransport(TransportOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
CurlTransport::~CurlTransport() = default;
RequestId CurlTransport::start(Request request, Done done) {
  return loop_->start(std::move(request), std::move(done));
}
void CurlTransport::cancel(RequestId id) {
  loop_->cancel(id);
}
void CurlTransport::poll(SteadyTime until) {
  loop_->poll(until);
}
void CurlTransport::wake() noexcept {
  loop_->wake();
}

}  // namespace xenha::http
