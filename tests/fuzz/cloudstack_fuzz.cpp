// Any bytes as CloudStack's answer to any question: no crash, no time that overflows, and no word of the
// server that a log could not take.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cloudstack/decode.h"
#include "lib/cloudstack/fault_text.h"
#include "lib/cloudstack/reader.h"

namespace {

using namespace xenha;
using namespace xenha::cloudstack;

constexpr std::size_t kMaxRows = 2000;
const std::vector<std::string> kSecrets{"AbC-dEf_0123456789", "nNlZS3xIQWJNAHfCpq25dWAgqgk="};

void expect(bool holds) {
  if (!holds) std::abort();
}

void check_message(const Error& error) {
  expect(!error.message.empty() && error.message.size() < 200);
  expect(error.message.find('\n') == std::string::npos);
  expect(error.code == ErrorCode::kBadReply || error.code == ErrorCode::kTooLarge);
}

void check_words(const std::string& text) {
  const std::string clean = clean_text(text, kSecrets);
  expect(clean.size() <= 303);
  for (const char c : clean) expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  for (const std::string& secret : kSecrets) expect(clean.find(secret) == std::string::npos);
  const std::optional<Duration> wait = wait_asked_for(text);
  expect(!wait || (*wait >= Duration{} && *wait <= std::chrono::minutes(5)));
  is_about_page_size(text);
}

/// What is done with every time: none may be so far away that a difference overflows.
void check_time(WallTime when) {
  const double apart =
      std::chrono::duration<double>(WallTime(std::chrono::seconds(1'700'000'000)) - when).count();
  expect(apart > -1e10 && apart < 1e10);
}
void check_item(const model::CloudVm& vm) {
  if (vm.last_updated) check_time(*vm.last_updated);
}
void check_item(const model::CloudAlert& alert) {
  check_time(alert.sent);
}
void check_item(const model::CloudEvent& event) {
  check_time(event.created);
}
template <class T>
void check_item(const T& /*item*/) {}

template <class T>
void check_list(std::string_view body, const Shape<T>& shape) {
  const Result<Answer> answer = read_answer(body, shape.wanted, kMaxRows);
  if (!answer) return check_message(answer.error());
  expect(answer->rows.size() <= kMaxRows);
  if (answer->fault) check_words(answer->fault->text);
  for (const Row& row : answer->rows) {
    const Decoded<T> item = shape.decode(row);
    if (!item) {
      check_message(item.error());
    } else if (*item) {
      expect(!shape.id(row).empty());
      check_item(**item);
    }
  }
}

void check_rows(std::string_view body, const Wanted& wanted) {
  const Result<Answer> answer = read_answer(body, wanted, kMaxRows);
  if (!answer) return check_message(answer.error());
  for (const Row& row : answer->rows) {
    const Version version = parse_version(row.text("cloudstackversion"));
    expect(version.major >= 0 && version.minor >= 0 && version.patch >= 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check_list(body, kClusterShape);
  check_list(body, kHostShape);
  check_list(body, kUserVmShape);
  check_list(body, kRouterShape);
  check_list(body, kSystemVmShape);
  check_list(body, kOfferingShape);
  check_list(body, kStoragePoolShape);
  check_list(body, kConfigurationShape);
  check_list(body, kAlertShape);
  check_list(body, kEventShape);
  check_rows(body, kCapabilitiesWanted);
  check_rows(body, kApisWanted);
  check_words(std::string(body));
  return 0;
}
