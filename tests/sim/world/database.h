// One pool database: class -> reference -> record, with the generation counter and the list of deletions that
// event.from lives on. Records are kept as differences from the class's default record, so a fleet of many
// VMs stays small. Relations (host.resident_VMs from VM.resident_on ...) are kept up by the database itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/wire/datamodel.h"
#include "tests/sim/wire/json.h"
#include "tests/sim/world/ids.h"

namespace xenha::sim {

class Database {
 public:
  Database(Release release, std::shared_ptr<Ids> ids);
  ~Database();
  /// A copy as a new master takes over: same records, generation smaller by `behind`.
  std::unique_ptr<Database> clone(std::uint64_t behind) const;

  Release release() const;
  std::uint64_t generation() const;
  /// Called after every change; the waiting event.from calls hang on it.
  void on_change(std::function<void()> callback);

  /// Makes a record with a fresh uuid where the class has one and `fields` gives none; unknown fields (other
  /// releases) are left out. Answers the reference.
  std::string create(std::string_view cls, const Json& fields);
  void create_at(std::string_view cls, const std::string& ref, const Json& fields);
  void destroy(std::string_view cls, const std::string& ref);
  bool exists(std::string_view cls, const std::string& ref) const;
  std::size_t count(std::string_view cls) const;
  /// In the order of creation.
  std::vector<std::string> refs(std::string_view cls) const;

  /// Null for an unknown record or field.
  Json get(std::string_view cls, const std::string& ref, std::string_view field) const;
  std::string text(std::string_view cls, const std::string& ref, std::string_view field) const;
  bool flag(std::string_view cls, const std::string& ref, std::string_view field) const;
  /// Nothing happens for an unknown record or field, or when the value is equal already.
  void set(std::string_view cls, const std::string& ref, std::string_view field, Json value);
  /// As set, without a new generation and without waking anybody.
  void set_quietly(std::string_view cls, const std::string& ref, std::string_view field, Json value);
  /// Marks a record as modified: event.inject.
  void touch(std::string_view cls, const std::string& ref);
  Json record(std::string_view cls, const std::string& ref) const;

  /// "" when there is none.
  std::string find_by_uuid(std::string_view cls, std::string_view uuid) const;
  std::vector<std::string> find_by_name(std::string_view cls, std::string_view name_label) const;
  /// The only pool record.
  std::string pool_ref() const;

  struct Change {
    std::string ref;
    std::uint64_t created = 0;   ///< generation of the creation
    std::uint64_t modified = 0;  ///< generation of the last change
  };
  /// Records changed after `since`.
  std::vector<Change> changes(std::string_view cls, std::uint64_t since) const;
  /// Deletions after `since` that are still remembered (512 a class), with their generation.
  std::vector<Change> deletions(std::string_view cls, std::uint64_t since) const;
  /// Forgets the remembered deletions: the `del` events that a client misses.
  void forget_deletions();

 private:
  Database();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xenha::sim
