#include "hooks/ctl/procedures/position.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "lib/base/wall_time.h"
#include "lib/model/pool_reading.h"

namespace xenha::ctl {
namespace {

using Json = nlohmann::json;

std::int64_t epoch(WallTime when) {
  return std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
}

/// What a mark's entry can hold.
std::string entry_text(std::string text) {
  for (char& c : text)
    if (c == ';' || c == '=' || static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~')
      c = '?';
  return text;
}

/// Whoever looks for the mark's host compares names; one that an entry cannot hold is told by its uuid.
std::string host_entry(const Position& position) {
  return entry_text(position.host_label) == position.host_label ? position.host_label : position.host_uuid;
}

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string form_words(const Form& form) {
  std::string out;
  const auto add = [&](bool has, const char* word) {
    if (has) out += (out.empty() ? "" : ",") + std::string(word);
  };
  add(form.of_master, "master");
  add(form.cloud, "cloud");
  add(form.ha, "ha");
  add(form.silent, "silent");
  add(form.own_root, "own-root");
  return out.empty() ? "none" : out;
}

bool has_word(const std::string& words, std::string_view word) {
  const std::string wrapped = "," + words + ",";
  return wrapped.find("," + std::string(word) + ",") != std::string::npos;
}

void read_form(const std::string& words, Form& form) {
  form.of_master = has_word(words, "master");
  form.cloud = has_word(words, "cloud");
  form.ha = has_word(words, "ha");
  form.silent = has_word(words, "silent");
  form.own_root = has_word(words, "own-root");
}

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

std::set<std::string> split(const std::string& words) {
  std::set<std::string> out;
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(',', begin), words.size());
    if (end > begin) out.insert(words.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

void Position::go_to(std::size_t index, WallTime now) {
  step = index;
  since = now;
  sent.reset();
  task.clear();
  error.clear();
}

std::string mark_text(const Position& position, WallTime now) {
  std::string out = "by=" + entry_text(position.by) + ";host=" + host_entry(position) +
                    ";step=" + std::to_string(position.step + 1) +
                    ";until=" + std::to_string(epoch(now + kIntentHolds));
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) out += ";" + std::string(key) + "=" + entry_text(value);
  };
  add("do", std::string(word(position.form.procedure)));
  add("form", form_words(position.form));
  add("uuid", position.host_uuid);
  add("at", position.at);
  add("id", position.id);
  add("risks", joined(position.risks));
  add("to", position.new_master);
  if (position.booted) add("booted", std::to_string(*position.booted));
  if (position.sent) add("sent", std::to_string(epoch(*position.sent)));
  return out;
}

std::optional<Position> position_of_mark(const std::string& mark, std::string_view pool) {
  const auto entry = [&](const char* key) { return model::mark_entry(mark, key); };
  const std::optional<Procedure> procedure = procedure_of(entry("do").value_or(""));
  const std::optional<std::int64_t> step = number(entry("step"));
  if (!procedure || !step || *step < 1 || !entry("form")) return std::nullopt;
  Position out;
  out.form.procedure = *procedure;
  read_form(*entry("form"), out.form);
  out.pool = std::string(pool);
  out.host_uuid = entry("uuid").value_or("");
  out.host_label = entry("host").value_or("");
  out.by = entry("by").value_or("");
  out.at = entry("at").value_or("");
  out.id = entry("id").value_or("");
  out.risks = split(entry("risks").value_or(""));
  out.new_master = entry("to").value_or("");
  out.booted = number(entry("booted"));
  out.step = static_cast<std::size_t>(*step - 1);
  if (const std::optional<std::int64_t> sent = number(entry("sent"))) out.sent = wall_time(*sent);
  if (out.step > steps_of(out.form).size()) return std::nullopt;
  return out;
}

std::string journal_text(const Position& position) {
  const auto time = [](const std::optional<WallTime>& when) { return when ? Json(epoch(*when)) : Json(); };
  const Json json{
      {"format", 1},
      {"procedure", word(position.form.procedure)},
      {"form", form_words(position.form)},
      {"pool", position.pool},
      {"host_uuid", position.host_uuid},
      {"host", position.host_label},
      {"by", position.by},
      {"at", position.at},
      {"id", position.id},
      {"risks", position.risks},
      {"new_master", position.new_master},
      {"booted", position.booted ? Json(*position.booted) : Json()},
      {"sr_uuid", position.sr_uuid},
      {"sr_name", position.sr_name},
      {"ha_timeout", position.ha_timeout ? Json(*position.ha_timeout) : Json()},
      {"step", position.step},
      {"step_name", position.over() ? "over" : std::string(text_of(position.current()).word)},
      {"since", time(position.since)},
      {"sent", time(position.sent)},
      {"task", position.task},
      {"error", position.error},
  };
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Position> position_of_journal(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != 1) return std::nullopt;
    const std::optional<Procedure> procedure = procedure_of(json.at("procedure").get<std::string>());
    if (!procedure) return std::nullopt;
    const auto time = [&](const char* key) -> std::optional<WallTime> {
      return json.at(key).is_null() ? std::nullopt : wall_time(json.at(key).get<std::int64_t>());
    };
    Position out;
    out.form.procedure = *procedure;
    read_form(json.at("form").get<std::string>(), out.form);
    json.at("pool").get_to(out.pool);
    json.at("host_uuid").get_to(out.host_uuid);
    json.at("host").get_to(out.host_label);
    json.at("by").get_to(out.by);
    json.at("at").get_to(out.at);
    json.at("id").get_to(out.id);
    json.at("risks").get_to(out.risks);
    json.at("new_master").get_to(out.new_master);
    if (!json.at("booted").is_null()) out.booted = json.at("booted").get<std::int64_t>();
    json.at("sr_uuid").get_to(out.sr_uuid);
    json.at("sr_name").get_to(out.sr_name);
    if (!json.at("ha_timeout").is_null()) out.ha_timeout = json.at("ha_timeout").get<int>();
    json.at("step").get_to(out.step);
    out.since = time("since");
    out.sent = time("sent");
    json.at("task").get_to(out.task);
    json.at("error").get_to(out.error);
    if (out.step > steps_of(out.form).size()) return std::nullopt;
    return out;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace xenha::ctl
