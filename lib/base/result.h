// A value, or the reason there is none. Used by everything that can fail without being a bug.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xenha {

/// Sorted by what the caller can do about it.
enum class ErrorCode {
  kUnreachable,  ///< no connection, or it broke; retry later
  kTimeout,      ///< our deadline passed; retry later
  kTls,          ///< the peer's certificate, pin or TLS version was refused; nothing was sent to it
  kAuth,         ///< SESSION_AUTHENTICATION_FAILED: the password; do not retry with the same one
  kRemoteFault,  ///< the server said no; `remote_code` is its own name for it
  kBadReply,     ///< the bytes break the protocol; never parsed any further
  kTooLarge,     ///< the answer went over our size limit
  kBadConfig,    ///< what the user gave cannot work
};

struct Error {
  ErrorCode code{};
  std::string message;           ///< one line for a human; never holds a secret
  std::string remote_code = {};  ///< e.g. "HOST_IS_SLAVE"; empty unless the server answered with a failure
  std::vector<std::string> remote_args = {};  ///< what follows the code in ErrorDescription
  /// kUnreachable: the machine itself gave a sign of life, it refused the connection or closed it. Its
  /// service is down, its kernel is not.
  bool peer_answered = false;
};

/// Member names follow std::expected, which g++ 12 has only in C++23 mode.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const noexcept { return state_.index() == 0; }
  const T& operator*() const& { return std::get<0>(state_); }
  T& operator*() & { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  const T* operator->() const { return &std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const E& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, E> state_;
};

struct Nothing {
  bool operator==(const Nothing&) const = default;
};
/// For acts that give nothing back but can fail.
using Status = Result<Nothing>;

}  // namespace xenha
