#include <gtest/gtest.h>

#include <set>

#include "hooks/action/enable_errors.h"
#include "hooks/decision/guards.h"
#include "tests/support/golden.h"

namespace xenha::hooks {
namespace {

TEST(DecisionsPage, IsWhatTheTextsSay) {
  EXPECT_EQ("", test::golden_problem(test::source_directory() / "hooks/DECISIONS.md",
                                     decisions_page() + enable_errors_section()));
}

TEST(Reasons, StandInTheOrderOfTheirEnumerators) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kReasons; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(reason_texts()[i].reason), i);
    EXPECT_TRUE(words.insert(reason_texts()[i].word).second) << reason_texts()[i].word;
    EXPECT_FALSE(reason_texts()[i].meaning.empty());
    EXPECT_FALSE(reason_texts()[i].step.empty());
  }
}

TEST(Guards, AreOneForEachReasonInTheOrderOfTheReasons) {
  ASSERT_EQ(guards().size(), kReasons - 1);
  for (std::size_t i = 0; i < guards().size(); ++i)
    EXPECT_EQ(static_cast<std::size_t>(guards()[i].reason), i);
}

}  // namespace
}  // namespace xenha::hooks
