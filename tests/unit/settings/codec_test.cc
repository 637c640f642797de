#include "server/settings/codec.h"

#include <gtest/gtest.h>

namespace indexcast::server {
namespace {

enum class IdleForTest : std::uint8_t { spin, backoff };

TEST(Codec, TimeOfDayIsMillisecondsFromMidnight) {
  EXPECT_EQ(TimeOfDayText{}.parse("09:29:50"), 34'190'000);
  EXPECT_EQ(TimeOfDayText{}.format(34'190'000), "09:29:50");
  for (const char* bad : {"", "9:29:50", "24:00:00", "09:60:00", "09:29:60", "09-29-50", "0a:00:00",
                          "+1:00:00", "09:29:50 "}) {
    EXPECT_EQ(TimeOfDayText{}.parse(bad), std::nullopt) << bad;
  }
}

TEST(Codec, ReadsADurationInTheResolutionOfItsSetting) {
  const DurationText ms{DurationUnit::ms, 0, 600'000};
  EXPECT_EQ(ms.parse("250ms"), 250);
  EXPECT_EQ(ms.parse("30s"), 30'000);
  EXPECT_EQ(ms.parse("2min"), 120'000);
  EXPECT_EQ(ms.parse("3000us"), 3);
  EXPECT_EQ(ms.parse("4000000ns"), 4);
  EXPECT_EQ(ms.parse("0s"), 0);
  EXPECT_EQ((DurationText{DurationUnit::s, 1, 86'400}.parse("24h")), 86'400);
  EXPECT_EQ((DurationText{DurationUnit::ns, 0, 1'000}.parse("100ns")), 100);
  EXPECT_EQ((DurationText{DurationUnit::min, 0, 240}.parse("120s")), 2);
}

TEST(Codec, RefusesADurationThatIsMalformedOutOfRangeOrTooFine) {
  const DurationText ms{DurationUnit::ms, 10, 600'000};
  for (const char* bad :
       {"", "ms", "100", "1.5s", "-1s", "+1s", " 1s", "1 s", "1s ", "1S", "1m", "1sec", "9ms",
        "600001ms", "11min", "10500us", "1d", "99999999999999999999s", "9223372036854775807h"}) {
    EXPECT_EQ(ms.parse(bad), std::nullopt) << bad;
  }
}

TEST(Codec, PrintsADurationInTheLargestExactUnit) {
  const DurationText ms{DurationUnit::ms, 0, 86'400'000};
  EXPECT_EQ(ms.format(0), "0s");
  EXPECT_EQ(ms.format(1'500), "1500ms");
  EXPECT_EQ(ms.format(15'000), "15s");
  EXPECT_EQ(ms.format(90'000), "90s");
  EXPECT_EQ(ms.format(900'000), "15min");
  EXPECT_EQ(ms.format(7'200'000), "2h");
  EXPECT_EQ((DurationText{DurationUnit::us, 0, 1'000}.format(50)), "50us");
}

TEST(Codec, TimeRangeEndsAfterItBegins) {
  const auto range = TimeRangeText{}.parse("11:30:00-13:00:00");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->begin_ms, feed::hms(11, 30));
  EXPECT_EQ(range->end_ms, feed::hms(13, 0));
  EXPECT_EQ(TimeRangeText{}.format(*range), "11:30:00-13:00:00");
  EXPECT_FALSE(TimeRangeText{}.parse("13:00:00-11:30:00").has_value());
  EXPECT_FALSE(TimeRangeText{}.parse("13:00:00-13:00:00").has_value());
}

TEST(Codec, DateMustExist) {
  EXPECT_EQ(DateText{}.parse("2024-02-29"), 20240229u);
  EXPECT_EQ(DateText{}.format(20240229), "2024-02-29");
  for (const char* bad :
       {"2025-02-29", "2025-13-01", "2025-00-10", "2025-04-31", "20250402", "2025-4-2", ""}) {
    EXPECT_EQ(DateText{}.parse(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(OptionalDateText{}.parse(""), 0u);
}

TEST(Codec, EndpointNeedsAPort) {
  EXPECT_EQ(EndpointText{}.parse("127.0.0.1:9129"), (feed::Endpoint{"127.0.0.1", 9129}));
  for (const char* bad : {"127.0.0.1", "127.0.0.1:", ":9129", "127.0.0.1:0", "127.0.0.1:65536"}) {
    EXPECT_EQ(EndpointText{}.parse(bad), std::nullopt) << bad;
  }
}

TEST(Codec, GroupMustBeMulticast) {
  EXPECT_TRUE(GroupText{}.parse("224.0.0.1:1").has_value());
  EXPECT_TRUE(GroupText{}.parse("239.255.255.255:1").has_value());
  EXPECT_FALSE(GroupText{}.parse("223.255.255.255:1").has_value());
  EXPECT_FALSE(GroupText{}.parse("240.0.0.1:1").has_value());
  EXPECT_FALSE(GroupText{}.parse("group:1").has_value());
}

TEST(Codec, SecurityCodeKeepsItsZeros) {
  EXPECT_EQ(SecurityCodeText{}.parse("002261"), 2261u);
  EXPECT_EQ(SecurityCodeText{}.format(2261), "002261");
  EXPECT_FALSE(SecurityCodeText{}.parse("2261").has_value());
  EXPECT_FALSE(SecurityCodeText{}.parse("00226x").has_value());
}

TEST(Codec, TickBandNeedsTwoPositiveNumbers) {
  const auto band = TickBandText{}.parse("0.25:0.001");
  ASSERT_TRUE(band.has_value());
  EXPECT_EQ(band->below, 250'000);
  EXPECT_EQ(band->tick, 1'000);
  EXPECT_EQ(TickBandText{}.format(*band), "0.25:0.001");
  for (const char* bad : {"0.25", "0:0.1", "1:0", "1:-1", "a:b"}) {
    EXPECT_FALSE(TickBandText{}.parse(bad).has_value()) << bad;
  }
}

TEST(Codec, DivisorHasSixteenPlaces) {
  EXPECT_EQ(DivisorText{}.parse("0.0000000000000001")->raw, 1);
  EXPECT_EQ(DivisorText{}.format(Divisor{15 * pow10(15)}), "1.5");
  EXPECT_FALSE(DivisorText{}.parse("0.00000000000000001").has_value());
}

TEST(Codec, EnumerationKnowsItsWordsOnly) {
  constexpr auto codec = one_of<IdleForTest>("spin", "backoff");
  EXPECT_EQ(codec.parse("backoff"), IdleForTest::backoff);
  EXPECT_FALSE(codec.parse("Backoff").has_value());
  EXPECT_EQ(codec.expected(), "one of spin backoff");
}

}  // namespace
}  // namespace indexcast::server
