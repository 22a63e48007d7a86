#include "tests/sim/xapi/event_batch.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "tests/sim/wire/codec.h"

namespace xenha::sim {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Class name -> the references asked for; an empty set means all of them.
struct Wanted {
  std::map<const ClassDef*, std::set<std::string>> classes;
  bool messages = false;
};

Wanted wanted_of(const std::vector<std::string>& subscriptions, Release release) {
  Wanted wanted;
  for (const std::string& text : subscriptions) {
    const std::size_t slash = text.find('/');
    const std::string name = lower(text.substr(0, slash));
    if (name == "*") {
      for (const ClassDef* cls : classes_of(release))
        if (cls->name != "session" && cls->name != "event" && cls->name != "message")
          wanted.classes[cls].clear();
      wanted.messages = true;
    } else if (name == "message") {
      wanted.messages = true;
    } else if (const ClassDef* cls = find_class_any_case(name, release)) {
      const bool all = wanted.classes.count(cls) && wanted.classes[cls].empty();
      std::set<std::string>& refs = wanted.classes[cls];
      if (slash == std::string::npos)
        refs.clear();
      else if (!all)
        refs.insert(text.substr(slash + 1));
    }
  }
  return wanted;
}

struct Found {
  std::uint64_t generation;
  const ClassDef* cls;
  std::string ref;
  const char* operation;
};

Json event_of(std::size_t id, const std::string& cls, const std::string& operation, const std::string& ref) {
  return {{"id", std::to_string(id)},
          {"timestamp", "0.0"},
          {"class", cls},
          {"operation", operation},
          {"ref", ref}};
}

void add_messages(EventBatch& batch, const MessageStore& messages, EventToken since) {
  for (const Message& message : messages.all())
    if (message.generation > since.messages) {
      Json event = event_of(batch.events.size(), "message", "add", message.ref);
      event["snapshot"] = message_record(message);
      batch.events.push_back(std::move(event));
    }
  if (since.database != 0)
    for (const auto& [generation, ref] : messages.deleted())
      if (generation > since.messages)
        batch.events.push_back(event_of(batch.events.size(), "message", "del", ref));
  batch.counts["message"] = messages.all().size();
  batch.token.messages = std::max(since.messages, messages.generation());
}

}  // namespace

std::optional<EventToken> parse_token(const std::string& text) {
  if (text.empty()) return EventToken{};
  unsigned long long database = 0;
  unsigned long long messages = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%llu,%llu%c", &database, &messages, &rest) != 2) return std::nullopt;
  return EventToken{database, messages};
}

std::string format_token(EventToken token) {
  char text[64];
  std::snprintf(text, sizeof text, "%020llu,%020llu", static_cast<unsigned long long>(token.database),
                static_cast<unsigned long long>(token.messages));
  return text;
}

Json message_record(const Message& message) {
  return {{"uuid", message.uuid}, {"name", message.name},         {"priority", message.priority},
          {"cls", message.cls},   {"obj_uuid", message.obj_uuid}, {"timestamp", iso8601(message.timestamp)},
          {"body", message.body}};
}

EventBatch collect_events(const Database& db, const MessageStore& messages,
                          const std::vector<std::string>& classes, EventToken since) {
  EventBatch batch;
  const Wanted wanted = wanted_of(classes, db.release());
  std::vector<Found> found;
  for (const auto& [cls, refs] : wanted.classes) {
    for (const Database::Change& change : db.changes(cls->name, since.database))
      if (refs.empty() || refs.count(change.ref))
        found.push_back({change.modified, cls, change.ref, change.created > since.database ? "add" : "mod"});
    if (since.database != 0)
      for (const Database::Change& change : db.deletions(cls->name, since.database))
        if (refs.empty() || refs.count(change.ref))
          found.push_back({change.modified, cls, change.ref, "del"});
    batch.counts[lower(cls->name)] = db.count(cls->name);
  }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.generation < b.generation; });
  for (Found& one : found) {
    Json event = event_of(batch.events.size(), lower(one.cls->name),
                          since.database == 0 ? "add" : one.operation, one.ref);
    if (event["operation"] != "del") event["snapshot"] = db.record(one.cls->name, one.ref);
    batch.events.push_back(std::move(event));
  }
  batch.token = {std::max(since.database, db.generation()), since.messages};
  if (wanted.messages)
    add_messages(batch, messages, since);
  else
    batch.token.messages = std::max(since.messages, messages.generation());
  return batch;
}

}  // namespace xenha::sim
