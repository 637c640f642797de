#include "feedhandlers/simulator/line_loss.h"

#include <gtest/gtest.h>

namespace indexcast::sim {
namespace {

TEST(LineLoss, BothLinesLoseAndNeverTheSamePacket) {
  constexpr int kPackets = 100'000;
  LineLoss loss(1, 0.05, 0.05);
  int a = 0;
  int b = 0;
  for (int i = 0; i < kPackets; ++i) {
    const Lost lost = loss.next();
    ASSERT_FALSE(lost.a && lost.b);
    a += lost.a;
    b += lost.b;
  }
  EXPECT_NEAR(a, kPackets / 20, kPackets / 200);
  EXPECT_NEAR(b, kPackets / 20, kPackets / 200);
}

TEST(LineLoss, WithoutLossNothingIsLost) {
  LineLoss loss(1, 0.0, 0.0);
  for (int i = 0; i < 1'000; ++i) {
    const Lost lost = loss.next();
    ASSERT_FALSE(lost.a || lost.b);
  }
}

}  // namespace
}  // namespace indexcast::sim
