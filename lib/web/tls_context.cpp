#include "lib/web/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace xenha::web {
namespace {

thread_local SSL* t_connection = nullptr;

Error refused(const std::filesystem::path& file, const std::string& why) {
  return {ErrorCode::kBadConfig, file.string() + ": " + why};
}

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason ? reason : "OpenSSL gives no reason";
}

Status readable(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (stream.peek() != std::ifstream::traits_type::eof()) return Nothing{};
  const int error = errno;
  return refused(file, stream.is_open() ? "is empty or cannot be read" : std::strerror(error));
}

int no_passphrase(char*, int, int, void*) {
  return -1;
}  // else OpenSSL asks the terminal

/// RequestClientCert and RequireAnyClientCert take whatever certificate comes, as the toolkit does.
int accept_any_certificate(int, X509_STORE_CTX*) {
  return 1;
}

void remember_connection(const SSL* connection, int where, int) {
  if (where & SSL_CB_HANDSHAKE_DONE) t_connection = const_cast<SSL*>(connection);
}

void set_defaults(SSL_CTX* context, bool only_tls13) {
  SSL_CTX_set_min_proto_version(context, only_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // A resumed session would carry an identity that was checked against an older client CA.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  // With partial writes civetweb's timeout counts from the last progress, not over the whole answer.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_info_callback(context, remember_connection);
}

Status load_identity(SSL_CTX* context, const TlsConfig& config) {
  for (const auto& file : {config.cert_file, config.key_file})
    if (const Status status = readable(file); !status) return status;
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, config.cert_file.c_str()) != 1)
    return refused(config.cert_file, "no usable PEM certificate (" + openssl_reason() + ")");
  if (SSL_CTX_use_PrivateKey_file(context, config.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return refused(config.key_file, "no private key without passphrase in PEM that fits " +
                                        config.cert_file.string() + " (" + openssl_reason() + ")");
  if (SSL_CTX_check_private_key(context) != 1)
    return refused(config.key_file, "does not belong to " + config.cert_file.string());
  return Nothing{};
}

Status load_client_ca(SSL_CTX* context, const TlsConfig& config) {
  const auto& file = config.client_ca_file;
  if (file.empty()) return Nothing{};
  if (const Status status = readable(file); !status) return status;
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return refused(file, "no usable PEM certificate (" + openssl_reason() + ")");
  }
  SSL_CTX_set_client_CA_list(context, names);
  return Nothing{};
}

void set_client_auth(SSL_CTX* context, ClientAuth kind) {
  constexpr int kRequired = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  switch (kind) {
    case ClientAuth::kNone:
      return SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    case ClientAuth::kRequest:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER, accept_any_certificate);
    case ClientAuth::kRequireAny:
      return SSL_CTX_set_verify(context, kRequired, accept_any_certificate);
    case ClientAuth::kVerifyIfGiven:
      return SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    case ClientAuth::kRequireAndVerify:
      return SSL_CTX_set_verify(context, kRequired, nullptr);
  }
}

/// Moves the handshake that has just begun to the context in use. Runs before version and certificates are
/// chosen.
int enter_current_context(SSL* connection, int*, void* argument) {
  const TlsContext context = static_cast<const TlsSwitch*>(argument)->current();
  SSL_set_SSL_CTX(connection, context.get());
  SSL_set_verify(connection, SSL_CTX_get_verify_mode(context.get()),
                 SSL_CTX_get_verify_callback(context.get()));
  SSL_set_min_proto_version(connection, static_cast<int>(SSL_CTX_get_min_proto_version(context.get())));
  return SSL_CLIENT_HELLO_SUCCESS;
}

}  // namespace

Result<TlsContext> make_tls_context(const TlsConfig& config) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return Error{ErrorCode::kBadConfig, "OpenSSL cannot start: " + openssl_reason()};
  set_defaults(context.get(), config.only_tls13);
  constexpr unsigned char kSessionContext[] = "xenha";
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof kSessionContext);
  if (const Status status = load_identity(context.get(), config); !status) return status.error();
  if (const Status status = load_client_ca(context.get(), config); !status) return status.error();
  set_client_auth(context.get(), config.client_auth);
  return context;
}

Result<std::unique_ptr<TlsSwitch>> TlsSwitch::make(const TlsConfig& config) {
  auto current = make_tls_context(config);
  if (!current) return current.error();
  std::unique_ptr<TlsSwitch> made(new TlsSwitch);
  made->current_ = *std::move(current);
  made->entry_ = TlsContext(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!made->entry_) return Error{ErrorCode::kBadConfig, "OpenSSL cannot start: " + openssl_reason()};
  set_defaults(made->entry_.get(), false);
  SSL_CTX_set_client_hello_cb(made->entry_.get(), enter_current_context, made.get());
  return made;
}

Status TlsSwitch::replace(const TlsConfig& config) {
  auto next = make_tls_context(config);
  if (!next) return next.error();
  const std::lock_guard lock(mutex_);
  current_ = *std::move(next);
  return Nothing{};
}

TlsContext TlsSwitch::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

ssl_st* tls_connection_of_this_thread() {
  return t_connection;
}

bool peer_is_verified(const ssl_st* connection) {
  const X509* shown = SSL_get0_peer_certificate(connection);
  return shown != nullptr && SSL_get_verify_result(connection) == X509_V_OK &&
         SSL_get_verify_callback(connection) == nullptr;
}

}  // namespace xenha::web
