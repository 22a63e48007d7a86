#include "lib/xapi/xml_stream.h"

#include <expat.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>

namespace xenha::xapi {
namespace {

/// One tag, comment or processing instruction that goes on over pieces: expat keeps it and looks at it again
/// with every piece. The longest that XAPI sends is the start tag of a date.
constexpr std::size_t kMaxOpenToken = 16u << 10;
/// expat takes lengths as int.
constexpr std::size_t kMaxParse = 1u << 20;

}  // namespace

struct XmlStream::Callbacks {
  static XmlStream& self(void* user) { return *static_cast<XmlStream*>(user); }

  /// No exception may cross expat.
  template <class Act>
  static void guarded(void* user, Act act) noexcept {
    XmlStream& stream = self(user);
    if (stream.refused()) return;
    try {
      act(stream);
    } catch (const std::exception&) {
      stream.refuse(ErrorCode::kTooLarge, "no memory for the answer");
    }
  }
  static void start(void* user, const XML_Char* name, const XML_Char**) noexcept {
    guarded(user, [&](XmlStream& stream) { stream.open(name); });
  }
  static void finish(void* user, const XML_Char*) noexcept {
    guarded(user, [](XmlStream& stream) { stream.close(); });
  }
  static void characters(void* user, const XML_Char* data, int size) noexcept {
    guarded(user, [&](XmlStream& stream) { stream.text({data, static_cast<std::size_t>(size)}); });
  }
  static void doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) noexcept {
    guarded(user, [](XmlStream& stream) {
      stream.refuse(ErrorCode::kBadReply, "the answer has a DOCTYPE, which no host sends");
    });
  }
};

void XmlStream::release(XML_ParserStruct* parser) {
  XML_ParserFree(parser);
}

XmlStream::XmlStream(std::size_t max_text_bytes)
    : parser_(XML_ParserCreate(nullptr)), max_text_bytes_(max_text_bytes) {
  if (!parser_) throw std::bad_alloc();
  XML_SetUserData(parser_.get(), this);
  XML_SetElementHandler(parser_.get(), Callbacks::start, Callbacks::finish);
  XML_SetCharacterDataHandler(parser_.get(), Callbacks::characters);
  XML_SetStartDoctypeDeclHandler(parser_.get(), Callbacks::doctype);
}

XmlStream::~XmlStream() = default;

bool XmlStream::feed(std::string_view piece) {
  if (refused()) return false;
  if (piece.size() > max_text_bytes_ - bytes_) {
    refuse(ErrorCode::kTooLarge, "the answer is larger than " + std::to_string(max_text_bytes_) + " bytes");
    return false;
  }
  while (!piece.empty()) {
    const std::string_view part = piece.substr(0, kMaxParse);
    bytes_ += part.size();
    if (!parse(part.data(), part.size(), false)) return false;
    check_open_token(part.size());
    if (refused()) return false;
    piece.remove_prefix(part.size());
  }
  return true;
}

std::optional<Error> XmlStream::end() {
  if (!refused() && !ended_) {
    ended_ = true;
    if (bytes_ == 0) {
      refuse(ErrorCode::kBadReply, "the answer is empty");
    } else {
      parse("", 0, true);
    }
  }
  return error_;
}

void XmlStream::refuse(ErrorCode code, std::string_view why) {
  if (error_) return;
  error_ = Error{code, std::string(why)};
  XML_StopParser(parser_.get(), XML_FALSE);
}

bool XmlStream::parse(const char* data, std::size_t size, bool last) {
  const XML_Status status = XML_Parse(parser_.get(), data, static_cast<int>(size), last ? 1 : 0);
  if (refused()) return false;
  if (status == XML_STATUS_OK) return true;
  const XML_Error code = XML_GetErrorCode(parser_.get());
  const bool cut = last && (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
                            code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION);
  std::string why;
  if (cut) {
    why = "the answer ends early, after " + std::to_string(bytes_) + " bytes";
  } else {
    why = "the answer is no well-formed XML at byte " +
          std::to_string(std::max<long long>(0, XML_GetCurrentByteIndex(parser_.get()))) + ": " +
          XML_ErrorString(code);
  }
  error_ = Error{ErrorCode::kBadReply, std::move(why)};
  return false;
}

void XmlStream::check_open_token(std::size_t piece_size) {
  const auto at = static_cast<std::size_t>(std::max<long long>(0, XML_GetCurrentByteIndex(parser_.get())));
  if (bytes_ > at && bytes_ - at > kMaxOpenToken + piece_size) {
    refuse(ErrorCode::kBadReply,
           "the answer has a tag or comment of more than " + std::to_string(kMaxOpenToken) + " bytes");
  }
}

bool is_blank(std::string_view characters) {
  return characters.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace xenha::xapi
