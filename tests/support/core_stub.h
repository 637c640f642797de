// A core that says what a test tells it to: three small indices, a ring, a table, two feeds.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/core_counters.h"
#include "calc/latest_table.h"
#include "calc/universe.h"
#include "feedhandlers/session/feed.h"
#include "server/view/server_view.h"

namespace indexcast::server {

class FeedStub : public feed::Feed {
 public:
  explicit FeedStub(feed::Venue venue) : venue_(venue) {}
  std::size_t poll(TimeNs) override { return 0; }
  void watch(feed::ReadySet&) override {}
  feed::Venue venue() const override { return venue_; }
  FeedState state() const override { return state_.load(); }
  const feed::FeedCounters& counters() const override { return counters_; }

  void set_state(FeedState state) { state_.store(state); }
  feed::FeedCounters& own_counters() { return counters_; }

 private:
  feed::Venue venue_;
  std::atomic<FeedState> state_{FeedState::live};
  feed::FeedCounters counters_;
};

inline constexpr std::uint64_t kStubEpoch = 1'742'347'800'000'000'001;
inline constexpr Date kStubDate = 20250319;

// 151.20 CNY x 1,000,000, 17.35 CNY x 2,924,000 and 5.91 HKD x 4,608,000 at 0.92310: the golden
// vector G2 of the methodology, under the code "995366"; the same without the third as "995365";
// and "A/B" for awkward text.
inline std::vector<IndexDefinition> stub_definitions() {
  const auto member = [](std::string symbol, std::string name, std::string currency,
                         MarketId market, std::int64_t shares, std::int64_t price) {
    return Member{.security = std::make_shared<const Security>(
                      Security{std::move(symbol), std::move(name), std::move(currency), market}),
                  .shares = {shares * 1'000'000},
                  .close = {price},
                  .base_price = {price},
                  .reference_price = {price}};
  };
  const Member first = member("688041.SH", "海光信息", "CNY", 0, 1'000'000, 151'200'000);
  const Member second = member("002261.SZ", "拓维信息", "CNY", 1, 2'924'000, 17'350'000);
  const Member third = member("0700.HK", "腾讯控股", "HKD", 2, 4'608'000, 5'910'000);
  const auto index_of = [](std::string code, std::string name, std::vector<Member> members) {
    IndexDefinition index;
    index.code = std::move(code);
    index.name = std::move(name);
    index.currency = "CNY";
    index.provenance = "the disclosed ten, rescaled";
    index.effective_date = kStubDate;
    index.previous_close = {10'000'000};
    index.members = std::move(members);
    return index;
  };
  IndexDefinition inland = index_of("995365", "华证 AI 大模型", {first, second});
  IndexDefinition cross = index_of("995366", "华证沪深港 AI 大模型", {first, second, third});
  cross.close_fx = {{"HKD", {92'310'000}}};
  cross.fx_series = {{"HKD", "HKDCNY"}};
  IndexDefinition awkward = index_of("A/B", "Quote \" and \\", {second});
  awkward.decimals = 2;
  awkward.previous_close = {100'000};
  for (IndexDefinition* index : {&cross, &inland, &awkward}) {
    index->divisor =
        divisor_for(base_capitalisation(*index), index->previous_close, index->decimals);
  }
  return {inland, cross, awkward};
}

// The same, and a fund of 100,000 shares a creation unit that holds 600 of the first member, 10,000
// of the third, 1,234.567 CNY of substitutes and an estimated cash difference of -200.
inline std::vector<IndexDefinition> stub_definitions_and_fund() {
  std::vector<IndexDefinition> definitions = stub_definitions();
  IndexDefinition fund = definitions[1];
  fund.code = "159099";
  fund.members.erase(fund.members.begin() + 1);
  fund.members[0].shares = {600'000'000};
  fund.members[1].shares = {10'000'000'000};
  fund.divisor = {100'000 * pow10(Divisor::kDecimals)};
  fund.previous_close = {14'631};
  fund.fund = FundTerms{.venue = 1,
                        .tracked_index = "995366",
                        .creation_unit = 100'000,
                        .estimated_cash = {-200'000'000},
                        .cash_components = {{"600001.SH", "邯郸钢铁", {1'234'567'000}}},
                        .expected_value = {146'309'780'000}};
  definitions.push_back(std::move(fund));
  return definitions;
}

// One thread at a time calls the writing members; readers are any.
class CoreStub {
 public:
  explicit CoreStub(std::size_t ring_capacity = 1 << 12,
                    std::vector<IndexDefinition> definitions = stub_definitions())
      : universe(std::move(definitions)), ring(ring_capacity), latest(universe.indices().size()) {
    sequences_.resize(universe.indices().size());
    record_sequences_.resize(universe.indices().size());
  }

  ServerView view() {
    return {.universe = &universe,
            .definition_sets = &definition_sets,
            .ring = &ring,
            .event_ring = &event_ring,
            .latest = &latest,
            .core = &counters,
            .feeds = {&sse, &hkex},
            .feed_rings = {&sse_ring, &hkex_ring},
            .feed_channels = {&sse_channels, &hkex_channels},
            .feed_days = {&sse_day, &hkex_day},
            .fx_sources = {},
            .service = &service,
            .clock = {},
            .epoch = kStubEpoch,
            .trade_date = kStubDate,
            .readers = &readers};
  }

  // A level of `index` as the core would publish it, not yet published.
  LevelUpdate make_level(IndexId index, std::int64_t raw) const {
    LevelUpdate update;
    update.header.id = index;
    update.header.detail = static_cast<std::uint8_t>(IndexStatus::open);
    update.header.detail2 = static_cast<std::uint8_t>(universe.indices()[index].decimals);
    update.header.detail3 = static_cast<std::uint8_t>(Cause::price);
    update.header.input_sequence = input_sequence_;
    update.index_sequence = sequences_[index] + 1;
    update.level = {raw};
    update.previous_close = universe.indices()[index].previous_close;
    update.cause_instrument = universe.members(index)[0];
    update.trade_date = kStubDate;
    update.quotable = true;
    update.weight_live = 10'000;
    return update;
  }

  // Table first, then ring, as the core does. Returns the index sequence.
  std::uint64_t publish(LevelUpdate update) {
    latest.store(update);
    ring.write(Record::of(update));
    readers.wake();
    counters.add(CoreCounter::levels_published);
    return sequences_[update.header.id] = update.index_sequence;
  }
  std::uint64_t publish(IndexId index, std::int64_t raw) {
    ++input_sequence_;
    return publish(make_level(index, raw));
  }

  void apply_price(InstrumentId instrument, std::int64_t raw) {
    PriceApplied price;
    price.header.id = instrument;
    price.header.detail = static_cast<std::uint8_t>(PriceKind::last);
    price.header.input_sequence = ++input_sequence_;
    price.price = {raw};
    ring.write(Record::of(price));
    readers.wake();
  }

  void tick(TimeNs instant) {
    TimerTick record;
    record.instant = instant;
    ring.write(Record::of(record));
    readers.wake();
  }

  // Numbers `record`, an event, and writes it into the event ring.
  template <class T>
  T write_event(IndexId index, T record) {
    record.header.id = index;
    record.record_sequence = ++record_sequences_[index];
    event_ring.write(Record::of(record));
    readers.wake();
    return record;
  }

  Universe universe;
  DefinitionSets definition_sets{std::make_shared<const Universe>(universe)};
  BroadcastRing ring;
  BroadcastRing event_ring{64};
  LatestTable latest;
  ServiceState service;
  ReaderWakers readers;
  CoreCounters counters;
  FeedStub sse{feed::Venue::sse};
  FeedStub hkex{feed::Venue::hkex};
  SpscRing<MarketEvent> sse_ring{8};
  SpscRing<MarketEvent> hkex_ring{8};
  FeedChannelStates sse_channels;
  FeedChannelStates hkex_channels;
  FeedDay sse_day{feed::Venue::sse, {}, counters};
  FeedDay hkex_day{feed::Venue::hkex, {}, counters};

 private:
  std::uint64_t input_sequence_ = 0;
  std::vector<std::uint64_t> sequences_;
  std::vector<std::uint64_t> record_sequences_;
};

}  // namespace indexcast::server
