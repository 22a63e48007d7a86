// Budget: the first snapshot of a pool of 64 hosts and 2,000 VMs. Decoding takes at most twice the time that
// bare expat (empty callbacks) needs for the same bytes, and at most twice the text in memory beside the
// text. Prints the ratios; exit code 1 when a budget is missed.
#include <expat.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "lib/xapi/answer.h"

namespace {

using namespace xenha::xapi;

constexpr std::size_t kPiece = 16384;  // what libcurl hands over at a time

std::string member(const std::string& name, const std::string& value) {
  return "<member><name>" + name + "</name><value>" + value + "</value></member>";
}
std::string map_of(const std::string& key, int entries, int seed) {
  std::string out = "<struct>";
  for (int i = 0; i < entries; ++i)
    out += member(key + std::to_string(i), "value-" + std::to_string(seed * 31 + i));
  return out + "</struct>";
}
std::string set_of(const std::string& item, int count, int seed) {
  std::string out = "<array><data>";
  for (int i = 0; i < count; ++i) out += "<value>" + item + std::to_string(seed * 17 + i) + "</value>";
  return out + "</data></array>";
}

/// About 8 KB, in the proportions of a VM record: many short scalars, some sets of references, a few maps.
std::string vm_record(int n) {
  std::string out =
      "<struct>" + member("uuid", "7a6f0000-0000-4000-8000-" + std::to_string(100000000000 + n)) +
      member("name_label", "i-2-" + std::to_string(n) + "-VM") + member("power_state", "Running") +
      member("resident_on", "OpaqueRef:" + std::to_string(n % 64)) +
      member("is_a_template", "<boolean>0</boolean>") +
      member("snapshot_time", "<dateTime.iso8601>19700101T00:00:00Z</dateTime.iso8601>");
  for (int i = 0; i < 50; ++i) out += member("plain_field_" + std::to_string(i), std::to_string(n * 7 + i));
  for (int i = 0; i < 8; ++i) {
    out += member("references_" + std::to_string(i),
                  set_of("OpaqueRef:5c3f6b1e-0d0c-4a55-9d6b-7f4c1b0b", 4, n + i));
  }
  for (int i = 0; i < 4; ++i) out += member("map_" + std::to_string(i), map_of("entry-", 7, n + i));
  return out + "</struct>";
}

std::string snapshot() {
  std::string events;
  const auto event = [&](const char* cls, int n, const std::string& record) {
    events += "<value><struct>" + member("id", std::to_string(n)) + member("timestamp", "0.0") +
              member("class", cls) + member("operation", "add") +
              member("ref", "OpaqueRef:" + std::to_string(n)) + member("snapshot", record) +
              "</struct></value>";
  };
  for (int n = 0; n < 64; ++n) event("host", n, vm_record(n));
  for (int n = 0; n < 2000; ++n) event("vm", 1000 + n, vm_record(n));
  const std::string value = "<struct>" + member("events", "<array><data>" + events + "</data></array>") +
                            member("token", "1,1") + "</struct>";
  return "<methodResponse><params><param><value><struct>" + member("Status", "Success") +
         member("Value", value) + "</struct></value></param></params></methodResponse>";
}

template <class Act>
void in_pieces(const std::string& text, Act act) {
  for (std::size_t at = 0; at < text.size(); at += kPiece)
    act(text.data() + at, std::min(kPiece, text.size() - at));
}

template <class Act>
double milliseconds(Act act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void bare_expat(const std::string& text) {
  const XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetElementHandler(
      parser, [](void*, const XML_Char*, const XML_Char**) {}, [](void*, const XML_Char*) {});
  XML_SetCharacterDataHandler(parser, [](void*, const XML_Char*, int) {});
  in_pieces(text,
            [&](const char* data, std::size_t size) { XML_Parse(parser, data, static_cast<int>(size), 0); });
  XML_Parse(parser, "", 0, 1);
  XML_ParserFree(parser);
}

bool decode(const std::string& text, const Keep& keep) {
  AnswerDecoder decoder({}, keep);
  in_pieces(text, [&](const char* data, std::size_t size) { decoder.feed({data, size}); });
  return bool(decoder.finish());
}

std::size_t in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Highest use seen after any piece, and with the finished answer held.
std::size_t peak(const std::string& text, const Keep& keep) {
  const std::size_t before = in_use();
  std::size_t highest = before;
  AnswerDecoder decoder({}, keep);
  in_pieces(text, [&](const char* data, std::size_t size) {
    decoder.feed({data, size});
    highest = std::max(highest, in_use());
  });
  const auto answer = decoder.finish();
  return std::max(highest, in_use()) - before;
}

}  // namespace

int main() {
  static constexpr std::string_view kFields[] = {"uuid", "name_label", "power_state", "resident_on",
                                                 "is_a_template"};
  const std::string text = snapshot();
  const struct {
    const char* name;
    Keep keep;
  } ways[] = {{"everything", {}}, {"wanted fields", Keep::events({{"vm", kFields}, {"host", kFields}})}};
  std::printf("text %.1f MB, %zu bytes a VM\n", double(text.size()) / 1e6, vm_record(1).size());
  bool within = true;
  for (const auto& way : ways) {
    double expat = 1e9;
    double ours = 1e9;
    for (int round = 0; round < 9; ++round) {  // the best of each, taken in turns
      expat = std::min(expat, milliseconds([&] { bare_expat(text); }));
      bool decoded = false;
      ours = std::min(ours, milliseconds([&] { decoded = decode(text, way.keep); }));
      if (!decoded) return 1;
    }
    const double memory = double(peak(text, way.keep)) / double(text.size());
    std::printf("%-14s expat %.0f ms, decoder %.0f ms: time ratio %.2f, memory ratio %.2f\n", way.name, expat,
                ours, ours / expat, memory);
    within = within && ours <= 2 * expat && memory <= 2;
  }
  return within ? 0 : 1;
}
