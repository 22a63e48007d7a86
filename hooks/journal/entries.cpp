#include "hooks/journal/entries.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hooks/journal/text.h"
#include "hooks/journal/texts_json.h"

namespace xenha::hooks::journal {

std::string texts_json(const Texts& texts) {
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [name, text] : texts) out[clean_text(name)] = clean_text(text);
  return out.dump();
}

Texts parse_texts(std::string_view json) {
  Texts out;
  const nlohmann::json texts = nlohmann::json::parse(json, nullptr, false);
  if (!texts.is_object()) return out;
  for (const auto& [name, text] : texts.items())
    if (text.is_string()) out[name] = text.get<std::string>();
  return out;
}

bool fit(IncomingAlert& alert) {
  // Only the longest suffer; where there are so many that this is not enough, all go.
  for (std::size_t limit = kMaxTexts / 2; texts_json(alert.annotations).size() > kMaxTexts; limit /= 2) {
    if (limit < 64) {
      alert.annotations.clear();
      break;
    }
    for (auto& [name, text] : alert.annotations) text = cut_text(text, limit);
  }
  return texts_json(alert.labels).size() <= kMaxTexts;
}

std::string Attempt::task_ref() const {
  const auto newest =
      std::find_if(notes.rbegin(), notes.rend(), [](const Note& note) { return !note.task_ref.empty(); });
  return newest == notes.rend() ? std::string() : newest->task_ref;
}

}  // namespace xenha::hooks::journal
