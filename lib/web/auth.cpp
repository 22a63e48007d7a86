#include "lib/web/auth.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <vector>

namespace xenha::web {
namespace {

constexpr unsigned kMostWaiting = 8;
constexpr std::size_t kMostRemembered = 256;
constexpr std::size_t kBcryptLength = 60;
constexpr std::size_t kMostPassword = 1024;
/// Setting and hash of nobody's password: an unknown name costs as much time as a known one.
constexpr const char* kNobody = "$2b$10$abcdefghijklmnopqrstuu5Lm2pWvQ1rZ8nYxT0cHkVbD9sEfGjKa";

std::array<unsigned char, 32> random_key() {
  std::array<unsigned char, 32> key{};
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    std::abort();  // no secure process without it
  return key;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4 * kMostPassword) return std::nullopt;
  std::vector<unsigned char> bytes(text.size() / 4 * 3);
  const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  std::size_t padding = 0;  // which EVP_DecodeBlock counts as bytes
  if (text.ends_with("=="))
    padding = 2;
  else if (text.ends_with('='))
    padding = 1;
  return std::string(bytes.begin(), bytes.begin() + length - static_cast<std::ptrdiff_t>(padding));
}

struct Login {
  std::string user, password;
};

std::optional<Login> parse_basic(std::string_view header) {
  constexpr std::string_view kScheme = "basic ";
  if (header.size() < kScheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char letter = header[i] >= 'A' && header[i] <= 'Z' ? static_cast<char>(header[i] + 32) : header[i];
    if (letter != kScheme[i]) return std::nullopt;
  }
  header.remove_prefix(kScheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  const auto decoded = base64_decode(header);
  if (!decoded) return std::nullopt;
  const std::size_t colon = decoded->find(':');
  // A zero byte would end the password for bcrypt, so that more than one text would fit.
  if (colon == std::string::npos || decoded->find('\0') != std::string::npos) return std::nullopt;
  return Login{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

}  // namespace

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  unsigned char a[SHA256_DIGEST_LENGTH];
  unsigned char b[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(left.data()), left.size(), a);
  SHA256(reinterpret_cast<const unsigned char*>(right.data()), right.size(), b);
  return CRYPTO_memcmp(a, b, sizeof a) == 0;
}

std::string bcrypt_problem(const std::string& hash) {
  constexpr std::string_view kAdvice = "make one with: htpasswd -nBC 10 USER";
  const bool known = hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$");
  if (!known || hash.size() < 7 || hash[6] != '$')
    return "is not a bcrypt hash ($2y$..., $2b$... or $2a$...); " + std::string(kAdvice);
  if (hash.size() != kBcryptLength)
    return "has " + std::to_string(hash.size()) + " characters where a bcrypt hash has 60; " +
           std::string(kAdvice);
  for (const char letter : hash.substr(7))
    if (!((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
          (letter >= '.' && letter <= '9')))
      return "holds a character that no bcrypt hash has; " + std::string(kAdvice);
  int cost = 0;
  const auto [end, bad] = std::from_chars(hash.data() + 4, hash.data() + 6, cost);
  if (bad != std::errc{} || end != hash.data() + 6 || cost < 4 || cost > 31)
    return "has no cost between 04 and 31; " + std::string(kAdvice);
  if (cost > 15)
    return "has cost " + std::to_string(cost) + ", which takes seconds for each login; use 10 to 14";
  return {};
}

BasicAuth::BasicAuth(std::map<std::string, Secret> users)
    : key_(random_key()), users_(std::make_shared<const std::map<std::string, Secret>>(std::move(users))) {}

bool BasicAuth::required() const {
  const std::lock_guard lock(mutex_);
  return !users_->empty();
}

unsigned BasicAuth::bcrypts() const {
  const std::lock_guard lock(mutex_);
  return bcrypts_;
}

void BasicAuth::set_users(std::map<std::string, Secret> users) {
  auto next = std::make_shared<const std::map<std::string, Secret>>(std::move(users));
  const std::lock_guard lock(mutex_);
  users_ = std::move(next);
  remembered_.clear();
}

BasicAuth::Digest BasicAuth::digest_of(const std::string& user, const std::string& hash,
                                       const std::string& password) const {
  const std::string text = user + '\0' + hash + '\0' + password;
  Digest digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  return digest;
}

BasicAuth::Answer BasicAuth::check(std::string_view authorization) {
  const auto login = parse_basic(authorization);
  if (!login || login->password.size() > kMostPassword) return Answer::kWrong;

  std::unique_lock lock(mutex_);
  const auto users = users_;
  const auto found = users->find(login->user);
  const bool known = found != users->end();
  const std::string hash = known            ? found->second.reveal()
                           : users->empty() ? kNobody
                                            : users->begin()->second.reveal();
  const Digest digest = digest_of(login->user, hash, login->password);
  if (known && remembered_.contains(digest)) return Answer::kRight;

  if (waiting_ >= kMostWaiting) return Answer::kBusy;
  ++waiting_;
  free_.wait(lock, [this] { return !computing_; });
  --waiting_;
  computing_ = true;
  ++bcrypts_;
  lock.unlock();
  const bool right = right_by_bcrypt(login->password, hash) && known;
  lock.lock();
  computing_ = false;
  free_.notify_one();
  if (!right) return Answer::kWrong;
  if (users == users_) {  // else a reload came between, and the next request decides anew
    if (remembered_.size() >= kMostRemembered) remembered_.clear();
    remembered_.insert(digest);
  }
  return Answer::kRight;
}

bool BasicAuth::right_by_bcrypt(const std::string& password, const std::string& hash) {
  const auto work = std::make_unique<crypt_data>();
  const char* computed = crypt_r(password.c_str(), hash.c_str(), work.get());
  const bool right = computed != nullptr && computed[0] != '*' && equal_in_constant_time(computed, hash);
  OPENSSL_cleanse(work.get(), sizeof(crypt_data));
  return right;
}

}  // namespace xenha::web
