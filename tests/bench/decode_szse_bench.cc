// What one Shenzhen message costs: a 300111 with ten levels a side, checked, decoded
// and searched for its last price.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/encoder.h"
#include "feedhandlers/szse/snapshot_decoder.h"

namespace indexcast::szse {
namespace {

// `orders`: quantities on each best level, as the deeper of the two feeds has them.
std::vector<std::byte> ten_levels(std::size_t orders) {
  static const std::array<std::int64_t, 50> kQuantities{};
  std::vector<EntryValue> entries;
  for (std::uint16_t level = 1; level <= 10; ++level) {
    const auto shown = std::span(kQuantities).first(level == 1 ? orders : 0);
    const auto count = static_cast<std::int64_t>(shown.size());
    entries.push_back({kEntryBid, 12'340'000 - level * 10'000, 320'000, level, count, shown});
    entries.push_back({kEntryAsk, 12'340'000 + level * 10'000, 10'000, level, count, shown});
  }
  for (const std::uint16_t type :
       {kEntryLast, kEntryOpen, kEntryHigh, kEntryLow, kEntryUpperLimit, kEntryLowerLimit}) {
    entries.push_back({type, 12'340'000, 0, 0, 0, {}});
  }
  const SnapshotFields fields{.orig_time = 20250620093003000,
                              .channel_no = 1011,
                              .md_stream_id = kStreamSpot,
                              .security_id = "000001",
                              .security_id_source = kSourceSzse,
                              .trading_phase_code = "T0",
                              .prev_close_px = 123'400,
                              .num_trades = 100,
                              .total_volume_trade = 12'340'000,
                              .total_value_trade = 15'227'560'000};
  std::vector<std::byte> out;
  encode_snapshot(fields, entries, out);
  return out;
}

void BM_DecodeSnapshot(benchmark::State& state) {
  auto bytes = ten_levels(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
    Snapshot snapshot;
    std::int64_t last = 0;
    const auto take = [&](const Entry& entry) {
      if (entry.md_entry_type == kEntryLast) last = entry.md_entry_px;
    };
    const bool good = checksum_ok(bytes) && decode_header(bytes).msg_type == kMsgSnapshot &&
                      decode_common(bytes, snapshot) == feed::DecodeError::none &&
                      for_each_entry(snapshot, take) == feed::DecodeError::none;
    benchmark::DoNotOptimize(good);
    benchmark::DoNotOptimize(last);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(BM_DecodeSnapshot)->Arg(0)->Arg(50);

void BM_Checksum(benchmark::State& state) {
  auto bytes = ten_levels(0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
    bool good = checksum_ok(bytes);
    benchmark::DoNotOptimize(good);
  }
}
BENCHMARK(BM_Checksum);

}  // namespace
}  // namespace indexcast::szse
