#include "server/ops/target_states.h"

#include <gtest/gtest.h>

#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

class TargetStatesTest : public testing::Test {
 protected:
  void decide(Decision decision, DecisionReason reason, DecisionSubject subject) {
    InputDecision record;
    record.header.detail = static_cast<std::uint8_t>(decision);
    record.header.detail2 = static_cast<std::uint8_t>(reason);
    record.header.detail3 = static_cast<std::uint8_t>(subject);
    record.value = 188'000'000;
    states_.apply(Record::of(record));
  }
  // The exchange's previous close of instrument `id` as taken by the core.
  Price previous_close_of(InstrumentId id, std::int64_t stated) {
    PriceApplied price;
    price.header.id = id;
    price.header.detail = static_cast<std::uint8_t>(PriceKind::previous_close);
    price.price = {stated};
    TargetStates states(universe_);
    states.apply(Record::of(price));
    return states.instrument(id).previous_close;
  }

  Universe universe_{stub_definitions()};
  TargetStates states_{universe_};
};

TEST_F(TargetStatesTest, APriceIsPendingUntilItIsDecided) {
  decide(Decision::pending, DecisionReason::far, DecisionSubject::price);
  EXPECT_EQ(states_.instrument(0).pending.raw, 188'000'000);
  decide(Decision::accepted, DecisionReason::resumed, DecisionSubject::price);
  EXPECT_EQ(states_.instrument(0).pending.raw, 0);
}

TEST_F(TargetStatesTest, ALateCloseAndRefusedImagesEndNoWait) {
  decide(Decision::pending, DecisionReason::far, DecisionSubject::price);
  decide(Decision::refused, DecisionReason::late_close, DecisionSubject::close);
  decide(Decision::refused, DecisionReason::out_of_order, DecisionSubject::order);
  EXPECT_EQ(states_.instrument(0).pending.raw, 188'000'000);
}

TEST_F(TargetStatesTest, ALevelGuardIsNoPendingPriceAndNoPendingRate) {
  decide(Decision::pending, DecisionReason::jumped, DecisionSubject::level_guard);
  EXPECT_EQ(states_.instrument(0).pending.raw, 0);
  EXPECT_EQ(states_.series(0).pending.raw, 0);
}

TEST_F(TargetStatesTest, APreviousCloseOutsideTheCollarIsAMismatchAndNoPendingPrice) {
  decide(Decision::pending, DecisionReason::reference_outside, DecisionSubject::price);
  EXPECT_EQ(states_.instrument(0).pending.raw, 0);
  EXPECT_EQ(states_.instrument(0).previous_close.raw, 188'000'000);
}

TEST_F(TargetStatesTest, APreviousCloseOfHongKongMayDifferByAThousandth) {
  const Price none{};
  EXPECT_EQ(previous_close_of(2, 5'910'000), none);
  EXPECT_EQ(previous_close_of(2, 5'911'000), none);
  EXPECT_EQ(previous_close_of(2, 5'911'001), Price{5'911'001});
  EXPECT_EQ(previous_close_of(0, 151'200'001), Price{151'200'001}) << "Shanghai's is exact";
}

}  // namespace
}  // namespace indexcast::server
