#include "lib/base/credential_gate.h"

#include <gtest/gtest.h>

namespace xenha {
namespace {

using namespace std::chrono_literals;
using Answer = CredentialGate::Answer;
constexpr SteadyTime kStart{1000s};

TEST(CredentialGate, AnUnprovenPasswordIsTriedByOneAtATime) {
  CredentialGate gate;
  EXPECT_EQ(gate.ask(kStart), Answer::kGo);
  gate.begin(kStart);
  EXPECT_EQ(gate.ask(kStart), Answer::kWait);
  EXPECT_EQ(gate.ask(kStart + 5s), Answer::kWait);  // so long does a refusal take
  EXPECT_EQ(gate.ask(kStart + CredentialGate::kTurn),
            Answer::kGo);  // a silent host must not hold up the others
  gate.begin(kStart + 1s);
  gate.end();
  EXPECT_EQ(gate.ask(kStart + 1s), Answer::kGo);
}

TEST(CredentialGate, AProvenPasswordIsFreeForAll) {
  CredentialGate gate;
  gate.begin(kStart);
  gate.accepted();
  gate.begin(kStart);
  EXPECT_EQ(gate.ask(kStart), Answer::kGo);
  EXPECT_TRUE(gate.proven());
}

TEST(CredentialGate, ARefusedPasswordRestsForFifteenMinutes) {
  CredentialGate gate;
  gate.begin(kStart);
  gate.refused(kStart);
  EXPECT_EQ(gate.ask(kStart + 15min - 1ns), Answer::kBlocked);
  EXPECT_EQ(gate.ask(kStart + 15min), Answer::kGo);
}

TEST(CredentialGate, ANewFileIsTriedAtOnce) {
  CredentialGate gate;
  gate.refused(kStart);
  gate.renew();
  EXPECT_EQ(gate.ask(kStart), Answer::kGo);
}

}  // namespace
}  // namespace xenha
