// What one Shanghai message costs: the 367-byte stock snapshot (14 entries).
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/sse/handler.h"

namespace indexcast::sse {
namespace {

std::vector<std::byte> stock_snapshot(std::uint64_t sequence = 1) {
  std::vector<Entry> entries{{kEntryLast, 2'249'000, 0, 0},
                             {kEntryOpen, 2'262'000, 0, 0},
                             {kEntryHigh, 2'279'000, 0, 0},
                             {kEntryLow, 2'245'000, 0, 0}};
  for (std::uint8_t i = 0; i < 5; ++i) {
    entries.push_back({kEntryBid, 2'248'000 - i * 1'000ull, 37'100, i});
    entries.push_back({kEntryAsk, 2'249'000 + i * 1'000ull, 12'000, i});
  }
  const SnapshotFields fields{.security_type = kSecurityTypeStock,
                              .trad_ses_mode = kTradSesModeProduction,
                              .trade_date = 20260114,
                              .last_update_time = 95350610,
                              .md_stream_id = kStreamShares,
                              .security_id = "600031",
                              .symbol = "SANY",
                              .pre_close_px = 2'262'000,
                              .total_volume_traded = 13'525'780,
                              .num_trades = 18'871,
                              .total_value_traded = 30'586'526'200,
                              .trading_phase_code = "T111"};
  std::vector<std::byte> out;
  encode_snapshot({20260114095351220, sequence}, fields, entries, out);
  return out;
}

void BM_DecodeSnapshot(benchmark::State& state) {
  auto bytes = stock_snapshot();
  for (auto _ : state) {
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
    Snapshot snapshot;
    const bool good = checksum_ok(bytes) && decode_header(bytes).msg_type == kMsgSnapshot &&
                      decode_snapshot(bytes, snapshot) == feed::DecodeError::none;
    std::uint64_t last = 0;
    for (const Entry& entry : snapshot.entries) {
      if (entry.md_entry_type == kEntryLast) last = entry.md_entry_px;
    }
    benchmark::DoNotOptimize(good);
    benchmark::DoNotOptimize(last);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(BM_DecodeSnapshot);

void BM_Checksum(benchmark::State& state) {
  auto bytes = stock_snapshot();
  for (auto _ : state) {
    benchmark::DoNotOptimize(bytes.data());
    benchmark::ClobberMemory();
    bool good = checksum_ok(bytes);
    benchmark::DoNotOptimize(good);
  }
}
BENCHMARK(BM_Checksum);

class LastEvent final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override { last_ = event; }

 private:
  MarketEvent last_;
};

Universe universe_of(const std::string& symbol) {
  IndexDefinition definition;
  definition.code = "X";
  definition.currency = "CNY";
  definition.members = {
      {.security = std::make_shared<const Security>(Security{symbol, symbol, "CNY", 0}),
       .shares = {1'000'000},
       .close = {1'000'000},
       .base_price = {1'000'000},
       .reference_price = {1'000'000}}};
  return Universe({definition});
}

// Frame, checksum, sequence, look-up, decode, price ladder, event; a read of 100 messages at once.
void run_handler(benchmark::State& state, const std::string& symbol) {
  constexpr std::uint64_t kBatch = 100;
  LastEvent sink;
  const Universe universe = universe_of(symbol);
  const feed::SymbolTable symbols(universe, feed::Venue::sse);
  Handler handler({}, symbols, sink);
  std::vector<std::byte> batch;
  for (std::uint64_t i = 1; i <= kBatch; ++i) {
    const auto one = stock_snapshot(i);
    batch.insert(batch.end(), one.begin(), one.end());
  }
  std::vector<std::byte> logon;
  encode_logon({20260114095351220, 1}, {"", "", 3, "0.60"}, logon);
  for (auto _ : state) {
    handler.on_captured(logon, {1}, false);  // begins the sequence again
    handler.on_captured(std::span(batch).subspan(367), {1}, false);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
void BM_HandlerMember(benchmark::State& state) { run_handler(state, "600031.SH"); }
void BM_HandlerFiltered(benchmark::State& state) { run_handler(state, "600000.SH"); }
BENCHMARK(BM_HandlerMember);
BENCHMARK(BM_HandlerFiltered);

}  // namespace
}  // namespace indexcast::sse
