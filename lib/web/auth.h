// Who is asking: names and bcrypt hashes of the web config file against the Authorization header.
#pragma once

#include <array>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "lib/base/secret.h"

namespace xenha::web {

/// Takes the same time wherever the texts differ, and tells nothing of their lengths.
bool equal_in_constant_time(std::string_view left, std::string_view right);

/// Absent problem = a bcrypt hash that check() can work with. Never holds the hash itself.
std::string bcrypt_problem(const std::string& hash);

/// HTTP basic authentication. Any thread.
/// One bcrypt runs at a time and a few callers may wait for it, so that guessing passwords costs the machine
/// one core at most and never the server's threads. A name and password that were right once are remembered
/// (as a keyed digest) until the hash changes: a scrape does not pay for bcrypt.
class BasicAuth {
 public:
  enum class Answer { kRight, kWrong, kBusy };

  explicit BasicAuth(std::map<std::string, Secret> users);

  bool required() const;                                ///< there are users
  Answer check(std::string_view authorization);         ///< the header's value, "Basic ..."
  void set_users(std::map<std::string, Secret> users);  ///< after a reload
  unsigned bcrypts() const;                             ///< how many have been computed

 private:
  using Digest = std::array<unsigned char, 32>;

  Digest digest_of(const std::string& user, const std::string& hash, const std::string& password) const;
  bool right_by_bcrypt(const std::string& password, const std::string& hash);

  const Digest key_;
  mutable std::mutex mutex_;
  std::condition_variable free_;
  std::shared_ptr<const std::map<std::string, Secret>> users_;
  std::set<Digest> remembered_;
  bool computing_ = false;
  unsigned waiting_ = 0;
  unsigned bcrypts_ = 0;
};

}  // namespace xenha::web
