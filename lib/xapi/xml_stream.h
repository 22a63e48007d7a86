// The only file that knows expat: a document that arrives in pieces becomes open, close and text.
// Refuses what no answer of a host needs: DOCTYPE (hence all entities), endless tokens, too much text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lib/base/handle.h"
#include "lib/base/result.h"

struct XML_ParserStruct;

namespace xenha::xapi {

class XmlStream {
 public:
  explicit XmlStream(std::size_t max_text_bytes);
  virtual ~XmlStream();
  XmlStream(const XmlStream&) = delete;
  XmlStream& operator=(const XmlStream&) = delete;

  /// False once the document is refused.
  bool feed(std::string_view piece);
  /// After the last piece. The reason, when the document was refused or is not whole.
  std::optional<Error> end();

  bool refused() const { return error_.has_value(); }
  std::size_t bytes() const { return bytes_; }

 protected:
  virtual void open(std::string_view element) = 0;
  virtual void close() = 0;
  virtual void text(std::string_view characters) = 0;
  /// Stops the parse; the first reason stays. No callback comes afterwards.
  void refuse(ErrorCode code, std::string_view why);

 private:
  struct Callbacks;
  static void release(XML_ParserStruct* parser);
  bool parse(const char* data, std::size_t size, bool last);
  void check_open_token(std::size_t piece_size);

  Handle<XML_ParserStruct, &XmlStream::release> parser_;
  std::size_t max_text_bytes_;
  std::size_t bytes_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

/// Only white space as XML knows it.
bool is_blank(std::string_view characters);

}  // namespace xenha::xapi
