#include "lib/config/yaml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xenha::config {
namespace {

std::string problem_of(const std::string& text) {
  Problems problems;
  const std::optional<Node> root = parse_yaml(text, problems);
  return problems.ok() ? "none" : problems.text();
}

Node read(const std::string& text) {
  Problems problems;
  std::optional<Node> root = parse_yaml(text, problems);
  EXPECT_TRUE(root && problems.ok()) << problems.text();
  return root.value_or(Node{});
}

TEST(Yaml, KeepsLinesOrderAndText) {
  const Node root = read("a: 1.0\n\nb:\n  - x\n  - \"y\"\nc: {d: true}\ne:\n");
  ASSERT_EQ(root.kind, Node::Kind::kMap);
  ASSERT_EQ(root.entries.size(), 4u);
  EXPECT_EQ(root.find("a")->value.text, "1.0");
  EXPECT_EQ(root.find("b")->line, 3);
  EXPECT_EQ(root.find("b")->value.items[1].text, "y");
  EXPECT_EQ(root.find("b")->value.items[1].line, 5);
  EXPECT_EQ(root.find("c")->value.find("d")->value.text, "true");
  EXPECT_EQ(root.find("e")->value.kind, Node::Kind::kNull);
  EXPECT_EQ(root.find("z"), nullptr);
}

TEST(Yaml, EmptyTextIsNothing) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n"})
    EXPECT_EQ(read(text).kind, Node::Kind::kNull) << text;
}

TEST(Yaml, AliasesAndMergesAreWrittenOut) {
  const Node root =
      read("base: &b {x: 1, y: 2}\ncopy: *b\nown: {<<: *b, y: 3}\nboth: {<<: [{x: 8}, *b], z: 4}\n");
  EXPECT_EQ(root.find("copy")->value.find("y")->value.text, "2");
  EXPECT_EQ(root.find("own")->value.find("x")->value.text, "1");
  EXPECT_EQ(root.find("own")->value.find("y")->value.text, "3");
  EXPECT_EQ(root.find("both")->value.find("x")->value.text, "8");
  EXPECT_EQ(root.find("both")->value.find("y")->value.text, "2");
  EXPECT_EQ(root.find("own")->value.find("<<"), nullptr);
}

TEST(Yaml, DuplicateKeysNameBothLines) {
  EXPECT_EQ(problem_of("pools:\n  - a: 1\n    b: 2\n    a: 3\n"),
            "pools[0] (line 4): key a stands twice in one place, the first is in line 2; remove one\n");
}

TEST(Yaml, DepthIsBoundedAlsoThroughAliases) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(problem_of(nested(kMaxYamlDepth)), "none");
  EXPECT_THAT(problem_of(nested(kMaxYamlDepth + 1)), testing::HasSubstr("nested too deeply"));
  EXPECT_THAT(problem_of(nested(200000)), testing::HasSubstr("nested too deeply"));
  EXPECT_THAT(problem_of("a: &a " + nested(10) + "\nb: [[[[[[[*a]]]]]]]\n"),
              testing::HasSubstr("nested too deeply"));
}

TEST(Yaml, SizeIsBounded) {
  const std::string comment(kMaxYamlBytes - 1, '#');
  EXPECT_EQ(problem_of(comment + "\n"), "none");
  EXPECT_THAT(problem_of(comment + "##"), testing::HasSubstr("larger than 1 MiB"));
}

TEST(Yaml, KeysOfOneMapAreBounded) {
  std::string text;
  for (int i = 0; i <= 1000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(problem_of(text), testing::HasSubstr("too many keys"));
}

TEST(Yaml, RefusesWhatConfigFilesDoNotNeed) {
  EXPECT_THAT(problem_of("a: !!binary aGk=\n"), testing::HasSubstr("tag"));
  EXPECT_THAT(problem_of("? [a]\n: b\n"), testing::HasSubstr("a key must be a word"));
  EXPECT_THAT(problem_of("a: 1\n---\nb: 2\n"), testing::HasSubstr("second YAML document"));
  EXPECT_THAT(problem_of(std::string("a: \0b\n", 6)), testing::HasSubstr("zero byte"));
  EXPECT_THAT(problem_of("a: {<<: 5}\n"), testing::HasSubstr("<< merges maps only"));
}

TEST(Yaml, BadSyntaxNamesTheLine) {
  EXPECT_THAT(problem_of("a: 1\nb: [1, 2\nc: 3\n"), testing::HasSubstr("(line "));
  EXPECT_THAT(problem_of("a:\n\t- 1\n"), testing::HasSubstr("(line 2)"));
}

}  // namespace
}  // namespace xenha::config
