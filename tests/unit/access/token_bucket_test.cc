#include "server/access/token_bucket.h"

#include <gtest/gtest.h>

namespace indexcast::server {
namespace {

constexpr TimeNs kStart{1'000 * kNsPerSecond};
constexpr TimeNs after_ms(std::int64_t ms) { return kStart + ms * kNsPerMs; }

TEST(TokenBucket, holdsOneSecondsWorth) {
  TokenBucket bucket(10);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(bucket.wait_ms(kStart), 0);
    bucket.spend(1);
  }
  EXPECT_GT(bucket.wait_ms(kStart), 0);
  EXPECT_EQ(bucket.wait_ms(after_ms(100)), 0);
  bucket.spend(1);
  EXPECT_GT(bucket.wait_ms(after_ms(100)), 0);
}

TEST(TokenBucket, saysHowLongADebtTakes) {
  TokenBucket bucket(1000);
  EXPECT_EQ(bucket.wait_ms(kStart), 0);
  bucket.spend(3000);  // 2000 more than it held
  const std::int64_t wait = bucket.wait_ms(kStart);
  EXPECT_GT(bucket.wait_ms(after_ms(wait - 2)), 0);
  EXPECT_EQ(bucket.wait_ms(after_ms(wait)), 0);
}

TEST(TokenBucket, losesNoFractionToFrequentLooks) {
  TokenBucket bucket(2);
  bucket.wait_ms(kStart);
  bucket.spend(2);
  for (int ms = 1; ms < 499; ++ms) EXPECT_GT(bucket.wait_ms(after_ms(ms)), 0);
  EXPECT_EQ(bucket.wait_ms(after_ms(500)), 0);
}

// A clock that goes back, as from one day to the next, does not stop the bucket from filling.
TEST(TokenBucket, fillsFromTheTimeThatAClockWentBackTo) {
  TokenBucket bucket(10);
  bucket.wait_ms(kStart);
  bucket.spend(10);
  EXPECT_GT(bucket.wait_ms(after_ms(-500'000)), 0);
  EXPECT_EQ(bucket.wait_ms(after_ms(-499'900)), 0);
}

}  // namespace
}  // namespace indexcast::server
