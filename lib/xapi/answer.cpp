// The grammar of an answer as a stack of open elements. Values are built bottom up: finished children wait in
// `pending_` until their array or struct closes and takes them into the arena as one span. Nothing recurses.
#include "lib/xapi/answer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <type_traits>

#include "lib/xapi/xml_stream.h"

namespace xenha::xapi {
namespace {

static_assert(std::is_trivially_destructible_v<Member>, "the arena never destroys what stands in it");

enum class Element : std::uint8_t {
  kResponse,
  kParams,
  kParam,
  kFault,
  kValue,
  kScalar,
  kStruct,
  kMember,
  kName,
  kArray,
  kData,
};

/// What a value is to the caller; decides what its children are.
enum class Role : std::uint8_t {
  kPlain,     ///< built with all that is below
  kSkip,      ///< checked, not built
  kEnvelope,  ///< the struct of Status and Value
  kResult,    ///< the envelope's Value
  kRecord,
  kEventList,
  kEvent,
  kEventClass,
  kSnapshot,  ///< the record of an event
};

struct Frame {
  Element element;
  Role role = Role::kPlain;
  Value::Kind kind = Value::Kind::kText;  ///< of a scalar
  bool filled = false;         ///< the one child that may stand here has come; of a member: its value
  bool named = false;          ///< of a member
  bool has_text = false;       ///< of a value: characters other than white space
  std::size_t first = 0;       ///< of an array or struct: where its children begin in `pending_`
  std::string_view name = {};  ///< of a member
};

struct ScalarType {
  std::string_view name;
  Value::Kind kind;
};
constexpr ScalarType kScalarTypes[] = {
    {"boolean", Value::Kind::kBool},
    {"double", Value::Kind::kDouble},
    {"string", Value::Kind::kText},
    {"i4", Value::Kind::kInt},
    {"dateTime.iso8601", Value::Kind::kDateTime},
    {"int", Value::Kind::kInt},
    {"i8", Value::Kind::kInt},
    {"nil", Value::Kind::kNil},
    {"ex:nil", Value::Kind::kNil},
    {"ex:i8", Value::Kind::kInt},
};

/// Short texts that come again and again (field names, "false", "OpaqueRef:NULL") stand in the arena once.
class Interner {
 public:
  explicit Interner(std::pmr::memory_resource& arena) : arena_(arena) {}

  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > kLongest) return copy(text);
    std::string_view& slot = slots_[hash(text) % kSlots];
    if (slot != text) slot = copy(text);
    return slot;
  }

 private:
  static constexpr std::size_t kLongest = 32;
  static constexpr std::size_t kSlots = 512;

  static std::size_t hash(std::string_view text) {
    std::uint32_t sum = 2166136261u;
    for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619u;
    return sum ^ (sum >> 15);
  }
  std::string_view copy(std::string_view text) {
    char* to = static_cast<char*>(arena_.allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  std::pmr::memory_resource& arena_;
  std::array<std::string_view, kSlots> slots_{};
};

bool names(const RecordFilter& filter, std::string_view field) {
  return std::find(filter.fields.begin(), filter.fields.end(), field) != filter.fields.end();
}

/// One line of plain characters: a remote text may not forge log lines.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, 80));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

Error not_xmlrpc(std::string_view why) {
  return {ErrorCode::kBadReply, "the answer is no XML-RPC answer: " + std::string(why)};
}

}  // namespace

struct AnswerDecoder::Impl final : XmlStream {
  Impl(Limits limits, Keep keep)
      : XmlStream(limits.text_bytes), limits_(limits), keep_(std::move(keep)), interner_(*arena_) {}

  Result<Answer> finish();

 private:
  void open(std::string_view name) override;
  void close() override;
  void text(std::string_view characters) override;

  void open_in_value(Frame& value, std::string_view name);
  void open_value(Frame& parent);
  void open_container(Frame& value, Element element);
  void close_name(Frame& member);
  void close_value(const Frame& value);
  void close_children(const Frame& container);
  void prune_late_snapshot(std::size_t first);

  Role member_role(Role of_struct, std::string_view name);
  bool wants_snapshot_field(std::string_view name);
  void bad(std::string_view why) { refuse(ErrorCode::kBadReply, not_xmlrpc(why).message); }
  template <class T>
  std::span<T> in_arena(std::size_t count) {
    if (count == 0) return {};
    return {static_cast<T*>(arena_->allocate(count * sizeof(T), alignof(T))), count};
  }
  Result<Answer> answer_with(const Value& value);
  Result<Answer> open_envelope();

  const Limits limits_;
  const Keep keep_;
  std::shared_ptr<std::pmr::monotonic_buffer_resource> arena_ =
      std::make_shared<std::pmr::monotonic_buffer_resource>(4096);
  Interner interner_;
  std::vector<Frame> stack_;
  std::vector<Member> pending_;
  std::string text_;  ///< of the innermost value or name
  Value made_;        ///< what the innermost value has become
  Value root_;
  bool fault_ = false;
  int depth_ = 0;
  std::size_t built_ = 0;

  // Of the event that is open.
  bool class_known_ = false;
  const RecordFilter* class_filter_ = nullptr;  ///< null: nobody reads this class
  bool snapshot_before_class_ = false;
};

void AnswerDecoder::Impl::open(std::string_view name) {
  if (stack_.empty()) {
    if (name != "methodResponse") return bad("it begins with <" + printable(name) + ">");
    stack_.push_back({Element::kResponse});
    return;
  }
  Frame& parent = stack_.back();
  switch (parent.element) {
    case Element::kResponse:
      if (parent.filled || (name != "params" && name != "fault")) break;
      parent.filled = true;
      fault_ = name == "fault";
      stack_.push_back({fault_ ? Element::kFault : Element::kParams});
      return;
    case Element::kParams:
      if (parent.filled || name != "param") break;
      parent.filled = true;
      stack_.push_back({Element::kParam});
      return;
    case Element::kParam:
    case Element::kFault:
      if (parent.filled || name != "value") break;
      parent.filled = true;
      parent.role = parent.element == Element::kFault ? Role::kPlain : Role::kEnvelope;
      return open_value(parent);
    case Element::kValue:
      return open_in_value(parent, name);
    case Element::kStruct:
      if (name != "member") break;
      stack_.push_back({Element::kMember, parent.role});
      return;
    case Element::kMember:
      if (name == "name" && !parent.named) {
        parent.named = true;
        text_.clear();
        stack_.push_back({Element::kName, parent.role});
        return;
      }
      if (name != "value" || !parent.named || parent.filled) break;
      parent.filled = true;
      return open_value(parent);
    case Element::kArray:
      if (parent.filled || name != "data") break;
      parent.filled = true;
      stack_.push_back({Element::kData, parent.role});
      return;
    case Element::kData:
      if (name != "value") break;
      return open_value(parent);
    case Element::kScalar:
    case Element::kName:
      break;
  }
  bad("<" + printable(name) + "> stands where it may not");
}

void AnswerDecoder::Impl::open_value(Frame& parent) {
  if (++depth_ > limits_.depth) {
    return refuse(ErrorCode::kTooLarge,
                  "the answer is nested deeper than " + std::to_string(limits_.depth) + " values");
  }
  if (parent.role != Role::kSkip && ++built_ > limits_.values) {
    return refuse(ErrorCode::kTooLarge,
                  "the answer has more than " + std::to_string(limits_.values) + " values");
  }
  text_.clear();
  const Role role = parent.role;
  stack_.push_back({Element::kValue, role});
}

void AnswerDecoder::Impl::open_in_value(Frame& value, std::string_view name) {
  if (value.filled || value.has_text) return bad("<" + printable(name) + "> beside other content of a value");
  value.filled = true;
  if (name == "struct") return open_container(value, Element::kStruct);
  if (name == "array") return open_container(value, Element::kArray);
  const auto* type = std::find_if(std::begin(kScalarTypes), std::end(kScalarTypes),
                                  [&](const ScalarType& known) { return known.name == name; });
  if (type == std::end(kScalarTypes)) return bad("unknown type <" + printable(name) + ">");
  text_.clear();
  const Role role = value.role;
  stack_.push_back({.element = Element::kScalar, .role = role, .kind = type->kind});
}

void AnswerDecoder::Impl::open_container(Frame& value, Element element) {
  const Role role = value.role;
  if (role == Role::kEvent) {
    class_known_ = snapshot_before_class_ = false;
    class_filter_ = nullptr;
  }
  stack_.push_back({.element = element, .role = role, .first = pending_.size()});
  if (element != Element::kArray) return;
  // The items' role; a struct decides by the name of each member instead.
  if (role == Role::kEventList)
    stack_.back().role = Role::kEvent;
  else if (role != Role::kSkip)
    stack_.back().role = Role::kPlain;
}

void AnswerDecoder::Impl::text(std::string_view characters) {
  Frame& top = stack_.back();
  const bool collects = top.element == Element::kScalar || top.element == Element::kName ||
                        (top.element == Element::kValue && !top.filled);
  if (!collects) {
    if (!is_blank(characters)) bad("text between elements");
    return;
  }
  if (top.element == Element::kValue && !top.has_text) top.has_text = !is_blank(characters);
  if (top.role == Role::kSkip) return;
  if (characters.size() > limits_.string_bytes - text_.size()) {
    return refuse(ErrorCode::kTooLarge,
                  "the answer has a text of more than " + std::to_string(limits_.string_bytes) + " bytes");
  }
  text_.append(characters);
}

void AnswerDecoder::Impl::close() {
  const Frame closed = stack_.back();
  stack_.pop_back();
  switch (closed.element) {
    case Element::kResponse:
    case Element::kParams:
    case Element::kParam:
    case Element::kFault:
      if (!closed.filled) bad("it holds no value");
      return;
    case Element::kName:
      return close_name(stack_.back());
    case Element::kMember:
      if (!closed.filled) bad("a member without name or value");
      return;
    case Element::kScalar:
      if (closed.role == Role::kSkip) return;
      made_ = Value{.kind = closed.kind, .scalar = interner_.keep(text_), .items = {}, .members = {}};
      return;
    case Element::kStruct:
    case Element::kArray:
      return close_children(closed);
    case Element::kValue:
      return close_value(closed);
    case Element::kData:
      return;
  }
}

void AnswerDecoder::Impl::close_name(Frame& member) {
  if (member.role == Role::kSkip) return;
  member.role = member_role(member.role, text_);
  if (member.role != Role::kSkip) member.name = interner_.keep(text_);
}

void AnswerDecoder::Impl::close_children(const Frame& container) {
  if (container.role == Role::kSkip) return;
  if (container.role == Role::kEvent && container.element == Element::kStruct) {
    prune_late_snapshot(container.first);
  }
  const std::size_t count = pending_.size() - container.first;
  const Member* children = pending_.data() + container.first;
  if (container.element == Element::kStruct) {
    const std::span<Member> members = in_arena<Member>(count);
    std::uninitialized_copy_n(children, count, members.data());
    made_ = Value{.kind = Value::Kind::kStruct, .scalar = {}, .items = {}, .members = members};
  } else {
    const std::span<Value> items = in_arena<Value>(count);
    for (std::size_t i = 0; i < count; ++i) new (&items[i]) Value(children[i].value);
    made_ = Value{.kind = Value::Kind::kArray, .scalar = {}, .items = items, .members = {}};
  }
  pending_.resize(container.first);
}

void AnswerDecoder::Impl::close_value(const Frame& value) {
  --depth_;
  if (value.role == Role::kSkip) return;
  if (!value.filled)
    made_ = Value{.kind = Value::Kind::kText, .scalar = interner_.keep(text_), .items = {}, .members = {}};
  if (value.role == Role::kEventClass) {
    class_known_ = true;
    const auto filter =
        std::find_if(keep_.classes.begin(), keep_.classes.end(),
                     [&](const RecordFilter& known) { return known.class_name == made_.scalar; });
    class_filter_ = filter == keep_.classes.end() ? nullptr : &*filter;
  }
  const Frame& parent = stack_.back();
  if (parent.element == Element::kParam || parent.element == Element::kFault) {
    root_ = made_;
  } else {
    pending_.push_back({parent.name, made_});
  }
}

Role AnswerDecoder::Impl::member_role(Role of_struct, std::string_view name) {
  using Shape = Keep::Shape;
  switch (of_struct) {
    case Role::kEnvelope:
      if (name == "Value") {
        if (keep_.shape == Shape::kRecord) return Role::kRecord;
        return keep_.shape == Shape::kEverything ? Role::kPlain : Role::kResult;
      }
      return name == "Status" || name == "ErrorDescription" ? Role::kPlain : Role::kSkip;
    case Role::kResult:
      if (keep_.shape == Shape::kRecords) return Role::kRecord;
      return name == "events" ? Role::kEventList : Role::kPlain;
    case Role::kRecord:
      return keep_.classes.empty() || names(keep_.classes.front(), name) ? Role::kPlain : Role::kSkip;
    case Role::kEvent:
      if (name == "class") return Role::kEventClass;
      if (name == "snapshot") return Role::kSnapshot;
      return name == "operation" || name == "ref" ? Role::kPlain : Role::kSkip;
    case Role::kSnapshot:
      return wants_snapshot_field(name) ? Role::kPlain : Role::kSkip;
    case Role::kSkip:
      return Role::kSkip;
    case Role::kPlain:
    case Role::kEventList:
    case Role::kEventClass:
      break;
  }
  return Role::kPlain;
}

bool AnswerDecoder::Impl::wants_snapshot_field(std::string_view name) {
  if (class_known_) return class_filter_ != nullptr && names(*class_filter_, name);
  snapshot_before_class_ = true;
  return std::any_of(keep_.classes.begin(), keep_.classes.end(),
                     [&](const RecordFilter& filter) { return names(filter, name); });
}

/// The snapshot came before the class, so it holds what any class wants.
void AnswerDecoder::Impl::prune_late_snapshot(std::size_t first) {
  if (!snapshot_before_class_ || !class_known_) return;
  for (std::size_t i = first; i < pending_.size(); ++i) {
    if (pending_[i].name != "snapshot") continue;
    std::vector<Member> wanted;
    for (const Member& member : pending_[i].value.members) {
      if (class_filter_ != nullptr && names(*class_filter_, member.name)) wanted.push_back(member);
    }
    const std::span<Member> kept = in_arena<Member>(wanted.size());
    std::uninitialized_copy(wanted.begin(), wanted.end(), kept.data());
    pending_[i].value.members = kept;
  }
}

Result<Answer> AnswerDecoder::Impl::answer_with(const Value& value) {
  return Answer{arena_, new (in_arena<Value>(1).data()) Value(value), bytes()};
}

Result<Answer> AnswerDecoder::Impl::open_envelope() {
  const Value* status = root_.find("Status");
  const std::string_view word = status == nullptr ? "" : status->text().value_or("");
  if (word == "Success") {
    if (const Value* value = root_.find("Value")) return answer_with(*value);
    return not_xmlrpc("success without a Value");
  }
  if (word != "Failure") return not_xmlrpc("its Status is neither Success nor Failure");
  const Value* description = root_.find("ErrorDescription");
  if (description == nullptr || description->items.empty())
    return not_xmlrpc("failure without ErrorDescription");
  Error failure{ErrorCode::kRemoteFault, {}};
  for (const Value& item : description->items) failure.remote_args.emplace_back(item.scalar);
  failure.remote_code = std::move(failure.remote_args.front());
  failure.remote_args.erase(failure.remote_args.begin());
  if (failure.remote_code.empty()) return not_xmlrpc("failure without a code");
  failure.message = "the host answered " + printable(failure.remote_code);
  return failure;
}

Result<Answer> AnswerDecoder::Impl::finish() {
  if (std::optional<Error> error = end()) return *std::move(error);
  if (fault_) {
    const Value* code = root_.find("faultCode");
    const Value* text = root_.find("faultString");
    if (code == nullptr || text == nullptr) return not_xmlrpc("a fault without faultCode and faultString");
    return Error{ErrorCode::kRemoteFault,
                 "the host answered an XML-RPC fault " + printable(code->scalar),
                 "FAULT",
                 {std::string(code->scalar), std::string(text->scalar)}};
  }
  return root_.kind == Value::Kind::kStruct ? open_envelope() : answer_with(root_);
}

AnswerDecoder::AnswerDecoder(Limits limits, Keep keep)
    : impl_(std::make_unique<Impl>(limits, std::move(keep))) {}
AnswerDecoder::~AnswerDecoder() = default;
bool AnswerDecoder::feed(std::string_view piece) {
  return impl_->feed(piece);
}
bool AnswerDecoder::refused() const {
  return impl_->refused();
}
std::size_t AnswerDecoder::bytes() const {
  return impl_->bytes();
}
Result<Answer> AnswerDecoder::finish() {
  return impl_->finish();
}

Result<Answer> decode_answer(std::string_view text, Limits limits, Keep keep) {
  AnswerDecoder decoder(limits, std::move(keep));
  decoder.feed(text);
  return decoder.finish();
}

}  // namespace xenha::xapi
