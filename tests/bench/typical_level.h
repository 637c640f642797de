// The level that benchmarks encode: every value as wide as on a trading day.
#pragma once

#include "tests/support/core_stub.h"

namespace indexcast::server {

inline LevelUpdate typical_level(const CoreStub& core) {
  LevelUpdate update = core.make_level(1, 10'123'456);
  update.index_sequence = 123'456;
  update.open = {10'000'001};
  update.high = {10'200'000};
  update.low = {9'900'000};
  update.turnover = 123'456'789'012;
  update.cause_feed_sequence = 9'876'543;
  update.cause_value = 151'200'000;
  update.exchange_time = {1'742'347'801'000'000'000};
  update.receive_time = {1'742'347'801'000'000'100};
  update.calculation_time = {1'742'347'801'000'000'200};
  update.weight_opened = update.weight_fresh = 10'000;
  update.fx_rate = {92'310'000};
  return update;
}

}  // namespace indexcast::server
