#include "tests/sim/wire/filter.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace xenha::sim {

struct Filter::Node {
  enum class Kind { kTrue, kFalse, kEqual, kAnd, kOr, kNot };
  struct Operand {
    bool is_field = false;
    std::string text;
  };
  Kind kind = Kind::kTrue;
  Operand left, right;               // kEqual
  std::shared_ptr<const Node> a, b;  // the others
};

namespace {

using Node = Filter::Node;
using NodePtr = std::shared_ptr<const Node>;

constexpr int kMaxDepth = 200;

struct SyntaxError {
  std::size_t at;
};

struct Token {
  enum class Kind { kEqual, kTrue, kFalse, kOpen, kClose, kField, kAnd, kOr, kNot, kText, kEnd };
  Kind kind;
  std::string text = {};
  std::size_t at = 0;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next();

 private:
  std::optional<Token> keyword();

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<Token> Lexer::keyword() {
  using Kind = Token::Kind;
  static constexpr std::pair<std::string_view, Kind> kWords[] = {
      {"=", Kind::kEqual},   {"(", Kind::kOpen},      {")", Kind::kClose},
      {"true", Kind::kTrue}, {"false", Kind::kFalse}, {"field", Kind::kField},
      {"and", Kind::kAnd},   {"or", Kind::kOr},       {"not", Kind::kNot}};
  for (const auto& [word, kind] : kWords) {
    if (!text_.substr(at_).starts_with(word)) continue;
    Token token{.kind = kind, .at = at_};
    at_ += word.size();
    return token;
  }
  return std::nullopt;
}

Token Lexer::next() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  if (at_ == text_.size()) return {.kind = Token::Kind::kEnd, .at = at_};
  if (text_[at_] == '"') {  // the only quote that xapi's lexer knows, in all releases
    const auto close = text_.find('"', at_ + 1);
    if (close == std::string_view::npos) throw SyntaxError{at_};
    Token token{Token::Kind::kText, std::string(text_.substr(at_ + 1, close - at_ - 1)), at_};
    at_ = close + 1;
    return token;
  }
  if (std::optional<Token> word = keyword()) return *word;
  throw SyntaxError{at_};
}

// "and" and "or" bind alike, from the left; "not" takes everything up to the next closing parenthesis: so
// says the order of precedence in xapi's grammar.
class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), token_(lexer_.next()) {}
  NodePtr whole() {
    NodePtr root = expression(0);
    if (token_.kind != Token::Kind::kEnd) throw SyntaxError{token_.at};
    return root;
  }

 private:
  NodePtr expression(int depth) {
    if (depth > kMaxDepth) throw SyntaxError{token_.at};
    NodePtr left = term(depth);
    while (token_.kind == Token::Kind::kAnd || token_.kind == Token::Kind::kOr) {
      auto node = std::make_shared<Node>();
      node->kind = token_.kind == Token::Kind::kAnd ? Node::Kind::kAnd : Node::Kind::kOr;
      advance();
      node->a = left;
      node->b = term(depth);
      left = node;
    }
    return left;
  }

  NodePtr term(int depth) {
    auto node = std::make_shared<Node>();
    switch (token_.kind) {
      case Token::Kind::kTrue:
        advance();
        return node;
      case Token::Kind::kFalse:
        node->kind = Node::Kind::kFalse;
        advance();
        return node;
      case Token::Kind::kNot:
        advance();
        node->kind = Node::Kind::kNot;
        node->a = expression(depth + 1);
        return node;
      case Token::Kind::kOpen: {
        advance();
        NodePtr inside = expression(depth + 1);
        expect(Token::Kind::kClose);
        return inside;
      }
      default:
        node->kind = Node::Kind::kEqual;
        node->left = operand();
        expect(Token::Kind::kEqual);
        node->right = operand();
        return node;
    }
  }

  Node::Operand operand() {
    const bool is_field = token_.kind == Token::Kind::kField;
    if (is_field) advance();
    Node::Operand out{is_field, token_.text};
    expect(Token::Kind::kText);
    return out;
  }

  void expect(Token::Kind kind) {
    if (token_.kind != kind) throw SyntaxError{token_.at};
    advance();
  }
  void advance() { token_ = lexer_.next(); }

  Lexer lexer_;
  Token token_;
};

struct UnknownField {
  std::string name;
};

class Evaluator {
 public:
  Evaluator(std::string_view class_name, Release release, const Json& record)
      : class_name_(class_name), release_(release), record_(record) {}

  bool holds(const Node& node) const {
    switch (node.kind) {
      case Node::Kind::kTrue:
        return true;
      case Node::Kind::kFalse:
        return false;
      case Node::Kind::kEqual:
        return text(node.left) == text(node.right);
      case Node::Kind::kAnd:
        return holds(*node.a) && holds(*node.b);
      case Node::Kind::kOr:
        return holds(*node.a) || holds(*node.b);
      case Node::Kind::kNot:
        return !holds(*node.a);
    }
    return false;
  }

 private:
  std::string text(const Node::Operand& operand) const {
    if (!operand.is_field) return operand.text;
    for (const FieldDef* field : fields_of(class_name_, release_)) {
      if (field->db_name != operand.text) continue;
      const auto it = record_.find(field->name);
      return db_text(*field->type, it != record_.end() ? *it : default_value(*field));
    }
    throw UnknownField{operand.text};
  }

  std::string_view class_name_;
  Release release_;
  const Json& record_;
};

}  // namespace

Result<Filter> Filter::parse(std::string_view text) {
  try {
    return Filter(Parser(text).whole());
  } catch (const SyntaxError& error) {
    return Error{ErrorCode::kBadConfig,
                 "filter expression: not understood at character " + std::to_string(error.at)};
  }
}

Result<bool> Filter::matches(std::string_view class_name, Release release, const Json& record) const {
  try {
    return Evaluator(class_name, release, record).holds(*root_);
  } catch (const UnknownField& unknown) {
    return Error{ErrorCode::kBadConfig, "filter expression: no field " + unknown.name};
  }
}

}  // namespace xenha::sim
