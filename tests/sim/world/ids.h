// Uuids and references of the right form, the same in every run with the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace xenha::sim {

class Ids {
 public:
  explicit Ids(std::uint64_t seed) : random_(seed) {}
  std::string uuid();
  /// "OpaqueRef:" and a uuid.
  std::string ref() { return "OpaqueRef:" + uuid(); }

 private:
  std::mt19937_64 random_;
};

}  // namespace xenha::sim
