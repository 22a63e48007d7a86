#include "tests/sim/wire/datamodel.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "tests/sim/wire/embedded.h"

namespace xenha::sim {
namespace {

constexpr std::array<std::string_view, 7> kRoleNames{
    "read-only", "vm-operator", "vm-admin", "vm-power-admin", "pool-operator", "pool-admin", "internal"};

/// First of our releases that has what appeared in a release of the data model. Everything up to clearwater
/// is 6.2; what came between two of our releases belongs to the later one; numbered releases came after
/// stockholm.
Release release_of(std::string_view code) {
  static const std::map<std::string_view, Release> kCodes{{"vgpu-tech-preview", Release::k65},
                                                          {"vgpu-productisation", Release::k65},
                                                          {"clearwater-felton", Release::k65},
                                                          {"clearwater-whetstone", Release::k65},
                                                          {"creedence", Release::k65},
                                                          {"cream", Release::k70},
                                                          {"indigo", Release::k70},
                                                          {"dundee", Release::k70},
                                                          {"ely", Release::k71},
                                                          {"falcon", Release::k76},
                                                          {"inverness", Release::k76},
                                                          {"jura", Release::k76},
                                                          {"kolkata", Release::k76},
                                                          {"lima", Release::k76},
                                                          {"naples", Release::k80},
                                                          {"quebec", Release::k82},
                                                          {"stockholm", Release::k82},
                                                          {"stockholm_psr", Release::k82}};
  static const std::set<std::string_view> kOld{
      "rio",           "symc",   "miami",  "orlando", "orlando-update-1", "george",
      "midnight-ride", "cowley", "boston", "tampa",   "clearwater"};
  if (kOld.contains(code)) return Release::k62;
  if (const auto it = kCodes.find(code); it != kCodes.end()) return it->second;
  if (!code.empty() && code[0] >= '0' && code[0] <= '9') return Release::k8;
  throw std::logic_error("data model: unknown release " + std::string(code));
}

std::optional<Release> removal_of(std::string_view code) {
  if (code.empty()) return std::nullopt;
  return release_of(code);
}

struct Model {
  std::vector<ClassDef> classes;
  std::unordered_map<std::string, MessageDef> messages;
  std::map<std::string, std::vector<std::string>, std::less<>> enums;
  // [release][class]
  std::array<std::map<std::string, std::vector<const FieldDef*>, std::less<>>, 8> fields;
};

std::string database_name(const Json& supplement, const std::string& class_name, const std::string& field) {
  const Json& plain = supplement["plain_fields"];
  if (plain.contains(class_name))
    for (const Json& name : plain[class_name])
      if (name == field) return field;
  for (const std::string& key : {std::string("*"), class_name}) {
    if (!supplement["nested_fields"].contains(key)) continue;
    for (const Json& space : supplement["nested_fields"][key]) {
      const std::string prefix = space.get<std::string>() + "_";
      if (field.starts_with(prefix)) return prefix + "_" + field.substr(prefix.size());
    }
  }
  return field;
}

// [name, type, since, removed, access, default]
FieldDef read_field(const Json& row, const Json& supplement, const std::string& class_name) {
  FieldDef field;
  field.name = row[0];
  field.db_name = database_name(supplement, class_name, field.name);
  field.type = type_of(row[1].get<std::string>());
  field.since = release_of(row[2].get<std::string>());
  field.removed = removal_of(row[3].get<std::string>());
  const std::string access = row[4];
  using Access = FieldDef::Access;
  field.access = access == "w" ? Access::kReadWrite : access == "c" ? Access::kConstructor : Access::kRuntime;
  field.default_text = row[5];
  return field;
}

// [name, result, since, removed, role, session, implicit, [[name, type] ...]]
MessageDef read_message(const Json& row, const std::string& class_name, bool hidden) {
  MessageDef message;
  message.class_name = class_name;
  message.short_name = row[0];
  message.name = class_name + "." + message.short_name;
  message.result = type_of(row[1].get<std::string>());
  message.since = release_of(row[2].get<std::string>());
  message.removed = removal_of(row[3].get<std::string>());
  message.min_role = parse_role(row[4].get<std::string>()).value();
  message.has_session = row[5] == 1;
  message.implicit = row[6] == 1;
  message.hidden = hidden;
  // Of what is made from the fields only constructors and destructors have an asynchronous form.
  message.has_async = message.has_session && (!message.implicit || message.short_name == "create" ||
                                              message.short_name == "destroy");
  if (message.has_session) message.params.push_back({.name = "session_id", .type = type_of("session ref")});
  for (const Json& param : row[7])
    message.params.push_back({.name = param[0], .type = type_of(param[1].get<std::string>())});
  return message;
}

void add_message(Model& model, MessageDef message) {
  const std::string name = message.name;
  model.messages.insert_or_assign(name, std::move(message));
}

// xapi answers it for every class; the description has it for one only.
void add_filtered_fetch(Model& model, const std::string& class_name) {
  const auto all = model.messages.find(class_name + ".get_all_records");
  if (all == model.messages.end()) return;
  MessageDef message = all->second;
  message.short_name = "get_all_records_where";
  message.name = class_name + ".get_all_records_where";
  message.params.push_back({.name = "expr", .type = type_of("string")});
  message.hidden = true;
  add_message(model, std::move(message));
}

void apply_supplement(Model& model, const Json& supplement) {
  for (const auto& [name, params] : supplement["defaults"].items()) {
    MessageDef& message = model.messages.at(name);
    for (ParamDef& param : message.params) {
      if (!params.contains(param.name)) continue;
      param.default_json = params[param.name][0].get<std::string>();
      param.since = release_of(params[param.name][1].get<std::string>());
    }
  }
  std::set<std::string> sync_only;
  for (const Json& name : supplement["sync_only"]) sync_only.insert(name.get<std::string>());
  std::set<std::string> sync_only_classes;
  for (const Json& name : supplement["sync_only_classes"]) sync_only_classes.insert(name.get<std::string>());
  for (auto& [name, message] : model.messages)
    if (sync_only.contains(name) || sync_only_classes.contains(message.class_name)) message.has_async = false;
}

// Fields that the description dates to the class's first release though they came later, with their getters.
void date_fields(Model& model, const Json& supplement) {
  for (ClassDef& item : model.classes) {
    const auto later = supplement["later_fields"].find(item.name);
    if (later == supplement["later_fields"].end()) continue;
    for (FieldDef& field : item.fields) {
      if (!later->contains(field.name)) continue;
      field.since = release_of((*later)[field.name].get<std::string>());
      model.messages.at(item.name + ".get_" + field.name).since = field.since;
    }
  }
}

void index_fields(Model& model) {
  for (std::size_t release = 0; release < model.fields.size(); ++release)
    for (const ClassDef& item : model.classes)
      for (const FieldDef& field : item.fields)
        if (static_cast<std::size_t>(field.since) <= release)
          model.fields[release][item.name].push_back(&field);
}

Json parse_embedded(const std::initializer_list<std::string_view>& pieces) {
  std::string text;
  for (const std::string_view piece : pieces) text += piece;
  return Json::parse(text);
}

Model load() {
  const Json source = parse_embedded(kDataModelJson);
  const Json supplement = parse_embedded(kDataModelSupplementJson);
  Model model;
  for (const Json& item : source["classes"]) {
    ClassDef definition;
    definition.name = item["name"];
    definition.since = release_of(item["since"].get<std::string>());
    definition.removed = removal_of(item["removed"].get<std::string>());
    for (const Json& row : item["fields"])
      definition.fields.push_back(read_field(row, supplement, definition.name));
    for (const Json& row : item["messages"]) add_message(model, read_message(row, definition.name, false));
    add_filtered_fetch(model, definition.name);
    model.classes.push_back(std::move(definition));
  }
  for (const auto& [class_name, rows] : supplement["hidden"].items())
    for (const Json& row : rows) add_message(model, read_message(row, class_name, true));
  apply_supplement(model, supplement);
  date_fields(model, supplement);
  for (const auto& [name, values] : source["enums"].items())
    model.enums[name] = values.get<std::vector<std::string>>();
  index_fields(model);
  return model;
}

const Model& model() {
  static const Model loaded = load();
  return loaded;
}

bool has(Release since, std::optional<Release> removed, Release release) {
  return since <= release && (!removed || release < *removed);
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view role_name(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<Role> parse_role(std::string_view name) {
  const auto* const it = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (it == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(it - kRoleNames.begin());
}

std::size_t MessageDef::param_count(Release release) const {
  std::size_t count = 0;
  while (count < params.size() && params[count].since <= release) ++count;
  return count;
}

const ClassDef* find_class(std::string_view name, Release release) {
  for (const ClassDef& item : model().classes)
    if (item.name == name && has(item.since, item.removed, release)) return &item;
  return nullptr;
}

const ClassDef* find_class_any_case(std::string_view name, Release release) {
  for (const ClassDef& item : model().classes)
    if (same_ignoring_case(item.name, name) && has(item.since, item.removed, release)) return &item;
  return nullptr;
}

std::vector<const ClassDef*> classes_of(Release release) {
  std::vector<const ClassDef*> out;
  for (const ClassDef& item : model().classes)
    if (has(item.since, item.removed, release)) out.push_back(&item);
  return out;
}

const std::vector<const FieldDef*>& fields_of(std::string_view class_name, Release release) {
  static const std::vector<const FieldDef*> none;
  const auto& of_release = model().fields[static_cast<std::size_t>(release)];
  const auto it = of_release.find(class_name);
  return it == of_release.end() ? none : it->second;
}

const FieldDef* find_field(std::string_view class_name, std::string_view field, Release release) {
  for (const FieldDef* item : fields_of(class_name, release))
    if (item->name == field) return item;
  return nullptr;
}

const MessageDef* find_message(std::string_view name, Release release) {
  const auto it = model().messages.find(std::string(name));
  if (it == model().messages.end()) return nullptr;
  return has(it->second.since, it->second.removed, release) ? &it->second : nullptr;
}

bool message_removed(std::string_view name, Release release) {
  const auto it = model().messages.find(std::string(name));
  return it != model().messages.end() && it->second.removed && *it->second.removed <= release;
}

std::vector<const MessageDef*> messages_of(Release release) {
  std::vector<const MessageDef*> out;
  for (const auto& [name, message] : model().messages)
    if (has(message.since, message.removed, release)) out.push_back(&message);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  return out;
}

std::vector<std::string> list_methods(Release release) {
  std::vector<std::string> out;
  for (const MessageDef* message : messages_of(release)) {
    if (message->hidden) continue;
    out.push_back(message->name);
    if (message->has_async) out.push_back("Async." + message->name);
  }
  return out;
}

const std::vector<std::string>& enum_values(std::string_view enum_name) {
  static const std::vector<std::string> none;
  const auto it = model().enums.find(enum_name);
  return it == model().enums.end() ? none : it->second;
}

}  // namespace xenha::sim
