// XenAPI records -> lib/model/records.h: which fields are asked for, and what they mean. Absent members are
// left unknown, unknown members are ignored; a NULL reference becomes "".
#pragma once

#include <span>
#include <string_view>

#include "lib/model/records.h"
#include "lib/xapi/answer.h"
#include "lib/xapi/value.h"

namespace xenha::xapi {

/// A class that the exporter follows by event.from.
struct FollowedClass {
  std::string_view name;                     ///< as in method names: "pool", "PBD", "VM"
  std::string_view event;                    ///< as in events: lower case
  std::span<const std::string_view> fields;  ///< what we read of a record
};
std::span<const FollowedClass> followed_classes();
const FollowedClass* followed_class(std::string_view event_name);

/// Puts one record into the copy. False when the class is not followed or `record` is no struct.
bool put_record(model::PoolDb& db, std::string_view event_class, std::string_view ref, const Value& record);
void drop_record(model::PoolDb& db, std::string_view event_class, std::string_view ref);
/// Number of records of a class in the copy.
std::size_t record_count(const model::PoolDb& db, std::string_view event_class);
/// Forgets all records of a class.
void clear_class(model::PoolDb& db, std::string_view event_class);

/// Replaces the records of one class in `to` by those in `from`.
void copy_class(model::PoolDb& to, const model::PoolDb& from, std::string_view event_class);

/// What the decoder needs to build of an event.from answer: the fields above, nothing else of a record.
Keep keep_followed();

/// Map(ref -> record) of get_all_records.
void put_all_records(model::PoolDb& db, std::string_view event_class, const Value& map);

/// Puts one field, got by a getter of its own, into the record `ref` (made if it is new).
bool put_field(model::PoolDb& db, std::string_view event_class, std::string_view ref, std::string_view field,
               const Value& value);

}  // namespace xenha::xapi
