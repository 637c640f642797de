// Order within a security: METHODOLOGY 4. Older images and those with less volume are refused; a
// security of which only refused ones come is recovering after 10 s.
#include "feedhandlers/market/venue_events.h"

#include <gtest/gtest.h>

#include "tests/unit/sse/feed_fixture.h"

namespace indexcast::feed {
namespace {

constexpr TimeNs kNow = china_time(20250402, 50'400'000);  // 14:00

class Order : public testing::Test {
 protected:
  // An image at exchange time `kNow` + `exchange_s`, received at `kNow` + `receive_s`.
  bool image(std::int64_t exchange_s, std::int64_t volume, std::int64_t receive_s,
             bool may_rerun = false) {
    const Origin origin{.exchange_time = kNow + exchange_s * kNsPerSecond,
                        .receive_time = kNow + receive_s * kNsPerSecond};
    if (!events_.in_order(0, volume, origin, may_rerun)) return false;
    events_.price(0, {.price = 10'000'000, .volume = volume}, origin);
    return true;
  }
  // States of the security, as the core was told.
  std::vector<FeedState> told() const {
    std::vector<FeedState> states;
    for (const MarketEvent& event : log_.of(EventKind::feed_state)) {
      if (event.instrument == 0) states.push_back(static_cast<FeedState>(event.detail));
    }
    return states;
  }

  test::EventLog log_;
  FeedCounters counters_;
  VenueEvents events_{Venue::sse, 1, 60 * kNsPerSecond, log_, counters_};
};

TEST_F(Order, OlderIsRefusedAndEqualIsNotOlder) {
  EXPECT_TRUE(image(10, 100, 10));
  EXPECT_FALSE(image(9, 100, 11));
  EXPECT_TRUE(image(10, 100, 12));
}

TEST_F(Order, LessVolumeIsRefusedWhateverTheTime) {
  EXPECT_TRUE(image(10, 100, 10));
  EXPECT_FALSE(image(20, 99, 20));
  EXPECT_TRUE(image(20, 100, 20));
  EXPECT_TRUE(image(30, 0, 30)) << "an image that says nothing of volume";
  EXPECT_FALSE(image(40, 99, 40));
}

TEST_F(Order, AnotherDayBeginsAgain) {
  EXPECT_TRUE(image(10, 1000, 10));
  EXPECT_TRUE(image(19 * 3600, 0, 19 * 3600)) << "09:00 of the next day";
  EXPECT_TRUE(image(20 * 3600, 5, 20 * 3600));
  EXPECT_FALSE(image(20 * 3600 + 1, 4, 20 * 3600 + 1));
}

// Field case: gateways come back with the morning's data in the afternoon.
TEST_F(Order, MorningIsRefusedInTheAfternoonAndTheSecurityIsRecoveringAfterTenSeconds) {
  EXPECT_TRUE(image(0, 1000, 0));
  for (std::int64_t s = 1; s <= 10; ++s) {
    EXPECT_FALSE(image(s - 4 * 3600, 10 * s, s));
    EXPECT_TRUE(told().empty()) << s;
  }
  EXPECT_FALSE(image(11 - 4 * 3600, 110, 11));
  EXPECT_EQ(told(), std::vector{FeedState::recovering});
  EXPECT_EQ(counters_.get(FeedCounter::securities_refused), 1u);
  EXPECT_FALSE(image(30 - 4 * 3600, 110, 30));
  EXPECT_EQ(told().size(), 1u) << "told once";
  EXPECT_TRUE(image(31, 1000, 31));
  EXPECT_EQ(told(), (std::vector{FeedState::recovering, FeedState::live}));
}

TEST_F(Order, OneImageInOrderEndsTheWait) {
  EXPECT_TRUE(image(0, 1000, 0));
  for (std::int64_t s = 1; s < 60; ++s) {
    EXPECT_EQ(image(s % 5 == 0 ? s : -s, 1000, s), s % 5 == 0);
  }
  EXPECT_TRUE(told().empty());
}

TEST_F(Order, AVenueInTestMayRunItsDayAgain) {
  EXPECT_TRUE(image(0, 1000, 0, true));
  EXPECT_FALSE(image(-59, 1000, 1, true)) << "a gateway that lags";
  EXPECT_TRUE(image(-3600, 10, 2, true));
  EXPECT_TRUE(image(-3599, 11, 3, true));
  EXPECT_FALSE(image(-3598, 10, 4, true));
}

}  // namespace
}  // namespace indexcast::feed
