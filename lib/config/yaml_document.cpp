#include "lib/config/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <utility>

namespace xenha::config {
namespace {

/// Ends the parse from inside a callback of the library.
struct Stop {
  int line;
  std::string what;
  std::string advice;
};

int line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : mark.line + 1;
}

/// A key may be a mistyped line that holds a password, so only what looks like a key is shown.
bool looks_like_key(const std::string& key) {
  return !key.empty() && key.size() <= 40 && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || c == '_' || c == '-' || c == '.');
  });
}

std::string shown_key(const std::string& key) {
  return looks_like_key(key) ? "key " + key : "a key";
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Problems& problems) : problems_(problems) {}

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { complete(make(mark), anchor); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{line_of(mark), "an alias stands inside the value it names", {}};
    charge(found->second, line_of(mark));
    complete(Node(found->second), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    Node node = make(mark);
    node.kind = Node::Kind::kText;
    node.text = value;
    charge_bytes(value.size(), node.line);
    complete(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override {
    merge(open_.back().node);
    close();
  }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::optional<Node> key;
  };

  static constexpr std::size_t kNodeCost = 64;
  static constexpr std::size_t kMaxCost = 8u << 20;
  static constexpr std::size_t kMaxKeys = 1000;

  Node make(const YAML::Mark& mark) {
    Node node;
    node.line = line_of(mark);
    charge_bytes(kNodeCost, node.line);
    return node;
  }

  void charge_bytes(std::size_t bytes, int line) {
    cost_ += bytes;
    if (cost_ > kMaxCost)
      throw Stop{line, "the file holds too many values", "look for aliases that multiply"};
  }

  void charge(const Node& node, int line) {
    charge_bytes(kNodeCost + node.text.size(), line);
    for (const Node& item : node.items) charge(item, line);
    for (const Node::Entry& entry : node.entries) charge(entry.value, line);
  }

  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    throw Stop{line_of(mark), "a YAML tag (a word that begins with !) is not supported",
               "put the value in quotes if it begins with !"};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    check_tag(mark, tag);
    if (open_.size() >= kMaxYamlDepth) throw Stop{line_of(mark), "values are nested too deeply", {}};
    Node node = make(mark);
    node.kind = kind;
    open_.push_back({std::move(node), anchor, {}});
  }

  void close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    complete(std::move(frame.node), frame.anchor);
  }

  void complete(Node node, YAML::anchor_t anchor) {
    // Aliases bring a whole tree at once, so depth is checked here too.
    if (open_.size() + depth(node) > kMaxYamlDepth) throw Stop{node.line, "values are nested too deeply", {}};
    if (anchor != 0) {
      charge(node, node.line);
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    if (parent.node.kind == Node::Kind::kList) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      if (node.kind != Node::Kind::kText) throw Stop{node.line, "a key must be a word", {}};
      parent.key = std::move(node);
    } else {
      add_entry(parent, std::move(node));
    }
  }

  static std::size_t depth(const Node& node) {
    std::size_t deepest = 0;
    for (const Node& item : node.items) deepest = std::max(deepest, depth(item));
    for (const Node::Entry& entry : node.entries) deepest = std::max(deepest, depth(entry.value));
    return deepest + (node.kind == Node::Kind::kList || node.kind == Node::Kind::kMap ? 1 : 0);
  }

  void add_entry(Frame& parent, Node value) {
    const Node key = *std::exchange(parent.key, std::nullopt);
    if (const Node::Entry* first = parent.node.find(key.text)) {
      problems_.error(here(key.line), shown_key(key.text) + " stands twice in one place",
                      "the first is in line " + std::to_string(first->line) + "; remove one");
      return;
    }
    if (parent.node.entries.size() >= kMaxKeys) throw Stop{key.line, "one place holds too many keys", {}};
    parent.node.entries.push_back({key.text, key.line, std::move(value)});
  }

  /// The place of the innermost map or list that is being read.
  Where here(int line) const {
    Where where{line, {}};
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      const Frame& frame = open_[i];
      if (frame.node.kind == Node::Kind::kList) {
        where = where.item(frame.node.items.size(), line);
      } else {
        where = where.key(frame.key && looks_like_key(frame.key->text) ? frame.key->text : "?", line);
      }
    }
    return where;
  }

  /// `<<: *defaults`: keys of the map itself win over merged ones, earlier merged ones over later.
  static void merge(Node& map) {
    const Node::Entry* found = map.find("<<");
    if (!found) return;
    Node source = found->value;
    map.entries.erase(map.entries.begin() + (found - map.entries.data()));
    std::vector<Node> sources = std::move(source.items);
    if (source.kind != Node::Kind::kList) sources.push_back(std::move(source));
    for (const Node& from : sources) {
      if (from.kind != Node::Kind::kMap) throw Stop{from.line, "<< merges maps only", {}};
      for (const Node::Entry& entry : from.entries)
        if (!map.find(entry.key)) map.entries.push_back(entry);
    }
  }

  Problems& problems_;
  Node root_;
  std::vector<Frame> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t cost_ = 0;
};

/// The library appends words of the file to some messages, behind a colon.
std::string without_detail(const std::string& message) {
  std::string head = message.substr(0, message.find(": "));
  if (head.find("anchor") != std::string::npos || head.find("alias") != std::string::npos)
    return head + " (a value that begins with * or & needs quotes)";
  return head;
}

}  // namespace

const Node::Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

std::optional<Node> parse_yaml(std::string_view text, Problems& problems) {
  if (text.size() > kMaxYamlBytes) {
    problems.error({}, "the file is larger than 1 MiB", "is it the right file?");
    return {};
  }
  if (text.find('\0') != std::string_view::npos) {
    problems.error({}, "the file holds a zero byte, so it is no text", "is it the right file?");
    return {};
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    TreeBuilder tree(problems);
    if (!parser.HandleNextDocument(tree)) return Node{};
    Problems ignored;
    TreeBuilder rest(ignored);
    if (parser.HandleNextDocument(rest)) {
      problems.error({rest.take().line, {}}, "a second YAML document begins here",
                     "all settings belong into one: remove the line ---");
      return {};
    }
    return tree.take();
  } catch (const Stop& stop) {
    problems.error({stop.line, {}}, stop.what, stop.advice);
  } catch (const YAML::Exception& e) {
    problems.error({line_of(e.mark), {}}, "this is not YAML: " + without_detail(e.msg),
                   "look here and in the line before for wrong indentation or a missing blank after a colon");
  } catch (const std::exception&) {
    problems.error({}, "this is not YAML");
  }
  return {};
}

}  // namespace xenha::config
