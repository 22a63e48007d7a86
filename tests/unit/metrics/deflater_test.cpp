#include "lib/metrics/deflater.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "lib/metrics/deflate.h"
#include "tests/unit/metrics/inflate.h"

namespace xenha::metrics {
namespace {

/// A gzip member of these pieces, read by zlib.
std::string through_zlib(Deflater& deflater, const std::vector<std::string>& pieces) {
  std::string bytes;
  Checksum whole;
  append_gzip_header(bytes);
  for (const std::string& piece : pieces) {
    bytes += deflater.piece(piece);
    whole = CrcShift(piece.size()).join(whole, Checksum::of(piece));
  }
  append_gzip_trailer(bytes, whole);
  return test::gunzip(bytes);
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string all;
  for (const std::string& piece : pieces) all += piece;
  return all;
}

void expect_same(Deflater& deflater, const std::vector<std::string>& pieces) {
  EXPECT_TRUE(through_zlib(deflater, pieces) == joined(pieces)) << "of " << joined(pieces).size() << " bytes";
}

TEST(Deflater, RunsOfEveryLengthUpToThreeMatches) {
  Deflater deflater;
  for (std::size_t length = 0; length < 3 * 258 + 10; ++length)
    expect_same(deflater, {std::string(length, 'x')});
}

TEST(Deflater, EveryByteAsLiteral) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  Deflater deflater;
  expect_same(deflater, {bytes});
}

TEST(Deflater, EveryDistanceOfTheWindowAndJustBeyond) {
  std::mt19937 random(1);
  std::string noise(40'000, ' ');
  for (char& c : noise) c = static_cast<char>(random());
  Deflater deflater;
  for (const std::size_t distance :
       {5u,    6u,    8u,     9u,     12u,    13u,    255u,   256u,   257u,   1024u,
        1025u, 4097u, 16384u, 16385u, 24576u, 24577u, 32767u, 32768u, 32769u, 32770u})
    expect_same(deflater, {noise.substr(0, distance) + noise.substr(0, 300) + "tail"});
}

TEST(Deflater, PiecesDoNotReferToEachOther) {
  Deflater deflater;
  const std::string line = "xenha_host_live{pool=\"cluster1\",host=\"xs1\"} 1\n";
  const std::string first = deflater.piece(line);
  EXPECT_EQ(deflater.piece(line), first) << "the same piece is the same bytes, whatever came before";
  expect_same(deflater, {line, "", line, line + line, "xen"});
}

TEST(Deflater, RandomTextsOfFewLetters) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const unsigned letters = 1 + random() % 5;
    std::vector<std::string> pieces(random() % 5);
    for (std::string& piece : pieces) {
      piece.resize(random() % 5000);
      for (char& c : piece) c = static_cast<char>('a' + random() % letters);
    }
    Deflater deflater;
    expect_same(deflater, pieces);
  }
}

TEST(Deflater, SampleLinesShrinkToAFifth) {
  std::string text;
  for (int host = 0; host < 64; ++host)
    for (const char* state : {"master", "slave", "emergency", "unreachable"})
      text += "xenha_host_state{pool=\"cluster1\",host=\"xs" + std::to_string(host) + "\",state=\"" + state +
              "\"} 0\n";
  Deflater deflater;
  EXPECT_LT(deflater.piece(text).size(), text.size() / 5);
}

}  // namespace
}  // namespace xenha::metrics
