#include "server/view/ring_positions.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace indexcast::server {
namespace {

constexpr IndexId kOne = 0;
constexpr IndexId kOther = 1;

TEST(RingPositions, findsEachLevelOfEachIndex) {
  RingPositions positions(2, 8);
  positions.add(kOne, 1, 0);
  positions.add(kOther, 1, 2);
  positions.add(kOne, 2, 3);
  EXPECT_EQ(positions.first(kOne), 1u);
  EXPECT_EQ(positions.position(kOne, 2), 3u);
  EXPECT_EQ(positions.position(kOther, 1), 2u);
}

TEST(RingPositions, dropsWhatTheRingHasOverwritten) {
  RingPositions positions(2, 8);
  positions.add(kOne, 1, 0);
  positions.add(kOne, 2, 1);
  positions.add(kOther, 1, 8);  // in the slot of position 0
  EXPECT_EQ(positions.first(kOne), 2u);
  positions.add(kOther, 2, 15);
  EXPECT_EQ(positions.first(kOne), 3u) << "none, and the next is 3";
}

TEST(RingPositions, dropsEverythingBeforeALevelOfUnknownPlace) {
  RingPositions positions(2, 8);
  positions.add(kOne, 1, 0);
  positions.add_unplaced(kOne, 40);
  EXPECT_EQ(positions.first(kOne), 41u);
  positions.add(kOne, 41, 100);
  EXPECT_EQ(positions.first(kOne), 41u);
  EXPECT_EQ(positions.position(kOne, 41), 100u);
}

// Against a map of everything: what is found stands there, and nothing that stands there is missed.
TEST(RingPositions, agreesWithAMapOfEverything) {
  constexpr std::uint64_t kCapacity = 16;
  constexpr IndexId kIndices = 3;
  std::mt19937 random(7);
  RingPositions positions(kIndices, kCapacity);
  std::vector<std::map<std::uint64_t, std::uint64_t>> all(kIndices);
  std::uint64_t position = 0;
  for (int i = 0; i < 5000; ++i) {
    position += 1 + (random() % 50 == 0 ? random() % 40 : random() % 4);
    const auto index = static_cast<IndexId>(random() % kIndices);
    const std::uint64_t sequence = all[index].size() + 1;
    all[index][sequence] = position;
    positions.add(index, sequence, position);
    for (std::uint64_t s = 1; s <= all[index].size(); ++s) {
      const bool stands = all[index][s] + kCapacity > position;
      ASSERT_EQ(s >= positions.first(index), stands) << "seed 7, step " << i;
      if (!stands) continue;
      ASSERT_EQ(positions.position(index, s), all[index][s]);
    }
  }
}

}  // namespace
}  // namespace indexcast::server
