#include "server/messages/level_encoder.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <limits>

#include "feedhandlers/market/venue.h"
#include "server/messages/level_json.h"
#include "server/view/enum_names.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

using google::protobuf::util::MessageDifferencer;

// Every field of its own value, so that no two can be confused.
LevelUpdate every_field(const CoreStub& core) {
  LevelUpdate update = core.make_level(1, 10'123'456);
  update.header.detail = static_cast<std::uint8_t>(IndexStatus::indicative);
  update.header.input_sequence = 77;
  update.flags = kPartialMarket | kFxStale | kReferenceMismatch | kStatisticsPartial;
  update.definition_version = 3;
  update.index_sequence = 41;
  update.previous_close = {10'000'000};
  update.open = {10'000'001};
  update.high = {10'200'000};
  update.low = {9'900'000};
  update.close = {10'111'111};
  update.turnover = 123'456'789'012;
  update.cause_instrument = 2;
  update.cause_feed = feed::feed_of(feed::Venue::hkex);
  update.cause_feed_sequence = std::numeric_limits<std::uint64_t>::max();
  update.cause_value = 5'920'000;
  update.exchange_time = {1'742'347'801'000'000'001};
  update.receive_time = {1'742'347'801'000'000'002};
  update.calculation_time = {1'742'347'801'000'000'003};
  update.weight_opened = 9'999;
  update.weight_fresh = 9'998;
  update.weight_suspended = 1;
  update.weight_live = 9'997;
  update.weight_bid_quoted = 9'500;
  update.weight_ask_quoted = 9'400;
  update.fx_rate = {92'310'000};
  update.fx_rate_2 = {712'345'678};
  update.fx_age_ms = 250;
  update.pending_impact = 9'120;
  update.lag_ms = 17;
  update.bid = {10'123'000};
  update.ask = {10'124'000};
  return update;
}

constexpr TimeNs kPublishTime{1'742'347'801'000'000'004};

v1::Level expected_message() {
  v1::Level level;
  level.set_epoch(kStubEpoch);
  level.set_stream_sequence(99);
  level.set_index_sequence(41);
  level.set_code("995366");
  level.set_trade_date(20250319);
  level.set_status(v1::INDEX_STATUS_INDICATIVE);
  level.set_flags(0b100'1000'0110);
  level.set_quotable(true);
  level.set_decimals(4);
  level.set_level(10'123'456);
  level.set_previous_close(10'000'000);
  level.set_open(10'000'001);
  level.set_high(10'200'000);
  level.set_low(9'900'000);
  level.set_close(10'111'111);
  level.set_change(123'456);
  level.set_change_percent(12'346);  // 1.23456 %, half away from zero
  level.set_bid(10'123'000);
  level.set_ask(10'124'000);
  level.set_turnover(123'456'789'012);
  level.set_cause(v1::CAUSE_PRICE);
  level.set_cause_symbol("0700.HK");
  level.set_cause_feed("hkex");
  level.set_cause_feed_sequence(std::numeric_limits<std::uint64_t>::max());
  level.set_cause_value(5'920'000);
  level.set_input_sequence(77);
  level.set_exchange_time(1'742'347'801'000'000'001);
  level.set_receive_time(1'742'347'801'000'000'002);
  level.set_calculation_time(1'742'347'801'000'000'003);
  level.set_publish_time(1'742'347'801'000'000'004);
  level.set_weight_opened(9'999);
  level.set_weight_fresh(9'998);
  level.set_weight_suspended(1);
  level.set_weight_live(9'997);
  level.set_weight_bid_quoted(9'500);
  level.set_weight_ask_quoted(9'400);
  level.set_fx_rate(92'310'000);
  level.set_fx_rate_2(712'345'678);
  level.set_fx_age_ms(250);
  level.set_definition_version(3);
  level.set_pending_impact(9'120);
  level.set_lag_ms(17);
  return level;
}

TEST(LevelEncoder, carriesEveryField) {
  CoreStub core;
  LevelEncoder encoder(core.universe, kStubEpoch);
  v1::Level decoded;
  const std::string_view bytes = encoder.encode(every_field(core), 99, kPublishTime);
  ASSERT_TRUE(decoded.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  EXPECT_TRUE(MessageDifferencer::Equals(decoded, expected_message())) << decoded.DebugString();
}

TEST(LevelEncoder, timesOfTheServerFollowAStepOfTheWallClock) {
  CoreStub core;
  constexpr std::int64_t kStepNs = -40 * kNsPerSecond;
  const auto wall = std::make_shared<WallClock>(feed::ClockReading{kNsPerSecond, kPublishTime});
  LevelEncoder encoder(core.universe, kStubEpoch, Clock(wall));
  const auto observe = [&](std::int64_t after_ns) {
    wall->observe({kNsPerSecond + after_ns, kPublishTime + (after_ns + kStepNs)});
  };
  const v1::Level before = encoder.message(every_field(core), 99, kPublishTime);
  observe(0);
  observe(WallClock::kSettleNs);
  const v1::Level after = encoder.message(every_field(core), 99, kPublishTime);
  EXPECT_EQ(after.receive_time(), before.receive_time() + kStepNs);
  EXPECT_EQ(after.calculation_time(), before.calculation_time() + kStepNs);
  EXPECT_EQ(after.publish_time(), before.publish_time() + kStepNs);
  EXPECT_EQ(after.exchange_time(), before.exchange_time());
}

TEST(LevelEncoder, setsEveryFieldOfTheContract) {
  CoreStub core;
  LevelEncoder encoder(core.universe, kStubEpoch);
  const v1::Level& level = encoder.message(every_field(core), 99, kPublishTime);
  std::vector<const google::protobuf::FieldDescriptor*> set;
  level.GetReflection()->ListFields(level, &set);
  // cause is CAUSE_PRICE, which is 0 and therefore not listed.
  EXPECT_EQ(static_cast<int>(set.size()), v1::Level::descriptor()->field_count() - 1);
}

TEST(LevelEncoder, leavesNothingOfTheLevelBefore) {
  CoreStub core;
  LevelEncoder encoder(core.universe, kStubEpoch);
  encoder.encode(every_field(core), 99, kPublishTime);
  LevelUpdate plain = core.make_level(1, 10'000'000);
  plain.header.detail3 = static_cast<std::uint8_t>(Cause::timer);
  plain.cause_instrument = kNoInstrument;
  const v1::Level& level = encoder.message(plain, 100, kPublishTime);
  EXPECT_EQ(level.cause_symbol(), "");
  EXPECT_EQ(level.cause_feed(), "");
  EXPECT_EQ(level.cause_value(), 0);
  EXPECT_EQ(level.close(), 0);
  EXPECT_EQ(level.flags(), 0u);
}

TEST(LevelEncoder, namesTheSeriesOfARate) {
  CoreStub core;
  LevelEncoder encoder(core.universe, kStubEpoch);
  LevelUpdate update = core.make_level(1, 10'000'000);
  update.header.detail3 = static_cast<std::uint8_t>(Cause::fx);
  update.cause_instrument = core.universe.find_series("HKDCNY");
  update.cause_feed = feed::kFxFeed;
  const v1::Level& level = encoder.message(update, 1, kPublishTime);
  EXPECT_EQ(level.cause_symbol(), "HKDCNY");
  EXPECT_EQ(level.cause_feed(), "fx");
}

struct PercentCase {
  std::int64_t level;
  std::int64_t previous_close;
  std::int32_t units;
};

TEST(LevelEncoder, roundsPercentHalfAwayFromZero) {
  const PercentCase cases[] = {
      {2'000'001, 2'000'000, 1},   // 0.00005 % is a half
      {1'999'999, 2'000'000, -1},  // and so is its negative
      {2'000'000, 2'000'000, 0},   //
      {3'000'000, 2'000'000, 500'000},
      {0, 2'000'000, 0},  // no level yet
      {2'000'000, 0, 0},  // no previous close
      {std::numeric_limits<std::int64_t>::max(), 1, std::numeric_limits<std::int32_t>::max()},
  };
  for (const PercentCase& c : cases) {
    EXPECT_EQ(change_percent({c.level}, {c.previous_close}), c.units)
        << c.level << " " << c.previous_close;
  }
}

TEST(LevelJson, matchesTheGoldenText) {
  JsonBuffer text;
  append_level_json(text, expected_message(), "level");
  EXPECT_EQ(
      text_of(text),
      R"({"type":"level","epoch":"1742347800000000001","stream_sequence":99,"index_sequence":41,)"
      R"("code":"995366","trade_date":20250319,"status":"indicative",)"
      R"("flags":["partial_market","fx_stale","reference_mismatch","statistics_partial"],)"
      R"("quotable":true,)"
      R"("decimals":4,"level":"1012.3456","previous_close":"1000.0000","open":"1000.0001",)"
      R"("high":"1020.0000","low":"990.0000","close":"1011.1111","change":"12.3456",)"
      R"("change_percent":"1.2346","bid":"1012.3000","ask":"1012.4000",)"
      R"("turnover":"12345678.9012","cause":"price","cause_symbol":"0700.HK",)"
      R"("cause_feed":"hkex","cause_feed_sequence":"18446744073709551615","input_sequence":77,)"
      R"("cause_value":"5.920000","exchange_time":"1742347801000000001",)"
      R"("receive_time":"1742347801000000002","calculation_time":"1742347801000000003",)"
      R"("publish_time":"1742347801000000004","weight_opened":9999,"weight_fresh":9998,)"
      R"("weight_suspended":1,"weight_live":9997,)"
      R"("weight_bid_quoted":9500,"weight_ask_quoted":9400,"fx_rate":"0.92310000",)"
      R"("fx_rate_2":"7.12345678","fx_age_ms":250,"definition_version":3,)"
      R"("pending_impact":9120,"lag_ms":17})");
}

TEST(LevelJson, saysNullForWhatIsNotThereYet) {
  JsonBuffer text;
  v1::Level level;
  level.set_decimals(2);
  level.set_level(-5);
  append_level_json(text, level, {});
  const std::string json(text_of(text));
  for (const char* key : {"open", "high", "low", "close", "bid", "ask", "fx_rate", "fx_rate_2"}) {
    EXPECT_THAT(json, testing::HasSubstr(std::string("\"") + key + "\":null"));
  }
  EXPECT_THAT(json, testing::StartsWith("{\"epoch\""));
  EXPECT_THAT(json, testing::HasSubstr("\"level\":\"-0.05\""));
}

TEST(LevelJson, escapesText) {
  JsonBuffer text;
  append_quoted(text, "a\"b\\c\nd海");
  EXPECT_EQ(text_of(text), "\"a\\\"b\\\\c\\u000ad海\"");
}

TEST(LevelJson, writesTheExtremesOfADecimal) {
  JsonBuffer text;
  append_decimal(text, std::numeric_limits<std::int64_t>::min(), 4);
  EXPECT_EQ(text_of(text), "-922337203685477.5808");
}

// The names here, the proto's names and the core's numbers agree.
TEST(EnumNames, agreeWithTheContract) {
  for (std::size_t i = 0; i < kIndexStatusNames.size(); ++i) {
    std::string name(kIndexStatusNames[i]);
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(v1::IndexStatus_Name(static_cast<v1::IndexStatus>(i)), "INDEX_STATUS_" + name);
  }
  for (std::size_t i = 0; i < kCauseNames.size(); ++i) {
    std::string name(kCauseNames[i]);
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(v1::Cause_Name(static_cast<v1::Cause>(i)), "CAUSE_" + name);
  }
  EXPECT_EQ(name_of(kCauseNames, 200), "unknown");
  EXPECT_EQ(name_of(kIndexStatusNames, IndexStatus::scheduled_break), "break");
}

}  // namespace
}  // namespace indexcast::server
