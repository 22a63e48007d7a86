// The XenAPI data model: classes, fields, messages, enums, and which release has them.
// From datamodel.json (extract_datamodel.py) and a hand-written supplement; compiled in, parsed at first use.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/wire/json.h"
#include "tests/sim/wire/release.h"

namespace xenha::sim {

struct Type {
  enum class Kind {
    kVoid,
    kString,
    kInt,
    kFloat,
    kBool,
    kDateTime,
    kRef,         ///< `name` = class
    kEnum,        ///< `name` = enum
    kSet,         ///< `value`
    kMap,         ///< `key`, `value`
    kRecord,      ///< `name` = class
    kOption,      ///< `value`; Json null = absent
    kEventBatch,  ///< answer of event.from; Json {"events": [...], "valid_ref_counts": {...}, "token": "..."}
    kInt32,       ///< only in valid_ref_counts
    kAny,         ///< accepts and encodes Json as it looks
  };
  Kind kind = Kind::kVoid;
  std::string name = {};
  const Type* key = nullptr;
  const Type* value = nullptr;
};
/// "host ref set", "(string -> string) map", "enum vm_power_state" ... as datamodel.json writes types. The
/// object lives for ever. Throws std::invalid_argument for a text that is no type: a bug in the program.
const Type* type_of(std::string_view text);

struct FieldDef {
  std::string name;     ///< as in records: "name_label"
  std::string db_name;  ///< as in filter expressions: "name__label"
  const Type* type = nullptr;
  Release since = Release::k62;
  std::optional<Release> removed = std::nullopt;  ///< no longer used from here on; records still carry it
  enum class Access { kRuntime, kConstructor, kReadWrite } access = Access::kRuntime;
  std::string default_text = {};  ///< the data model's own default, e.g. "true"; empty: none
};

struct ParamDef {
  std::string name;
  const Type* type = nullptr;
  /// Left-out trailing parameters take this; absent: the parameter must be given.
  std::optional<std::string> default_json = std::nullopt;
  Release since = Release::k62;  ///< older releases do not have the parameter at all
};

enum class Role { kReadOnly, kVmOperator, kVmAdmin, kVmPowerAdmin, kPoolOperator, kPoolAdmin, kInternal };
std::string_view role_name(Role role);  ///< "read-only" ... "pool-admin"; "internal"
std::optional<Role> parse_role(std::string_view name);

struct MessageDef {
  std::string name;              ///< "pool.enable_ha"
  std::string class_name;        ///< "pool"
  std::string short_name;        ///< "enable_ha"
  std::vector<ParamDef> params;  ///< with the session reference as first, where the call takes one
  const Type* result = nullptr;
  Role min_role = Role::kReadOnly;
  Release since = Release::k62;
  std::optional<Release> removed = std::nullopt;
  bool has_session = true;  ///< first parameter is the session reference
  bool has_async = true;    ///< may be called as "Async." + name
  bool implicit = false;    ///< made from the fields: get_record, get_uuid, set_x, add_to_x ...
  bool hidden = false;      ///< answered, but not in system.listMethods

  /// Parameters that the release has (a prefix of `params`).
  std::size_t param_count(Release release) const;
};

struct ClassDef {
  std::string name;
  std::vector<FieldDef> fields;  ///< of all releases, in the data model's order
  Release since = Release::k62;
  std::optional<Release> removed = std::nullopt;
};

/// nullptr if there is no such class (names are case-sensitive) in that release.
const ClassDef* find_class(std::string_view name, Release release);
/// The class whose name equals `name` without regard to case, as event.from takes them; nullptr if none.
const ClassDef* find_class_any_case(std::string_view name, Release release);
std::vector<const ClassDef*> classes_of(Release release);
/// The fields that a record of the release has, in order; empty for an unknown class.
const std::vector<const FieldDef*>& fields_of(std::string_view class_name, Release release);
const FieldDef* find_field(std::string_view class_name, std::string_view field, Release release);

/// Without "Async."; nullptr if the release does not have it (see message_removed).
const MessageDef* find_message(std::string_view name, Release release);
/// True if an older release had it: the answer is MESSAGE_REMOVED instead of MESSAGE_METHOD_UNKNOWN.
bool message_removed(std::string_view name, Release release);
std::vector<const MessageDef*> messages_of(Release release);
/// What system.listMethods answers, "Async." forms included.
std::vector<std::string> list_methods(Release release);

/// The values of an enum; empty for an unknown enum.
const std::vector<std::string>& enum_values(std::string_view enum_name);

/// The value of a field that nobody set: "", 0, false, NULL reference, empty set and map, the epoch, the
/// first value of an enum.
Json default_value(const Type& type);
/// The data model's own default if it states one, else default_value of the type.
Json default_value(const FieldDef& field);
/// A record of the class with every field of the release at its default.
Json default_record(std::string_view class_name, Release release);

/// A value as the database keeps it, for filter expressions: "true", "1", "OpaqueRef:...", "('a' 'b')".
std::string db_text(const Type& type, const Json& value);

}  // namespace xenha::sim
