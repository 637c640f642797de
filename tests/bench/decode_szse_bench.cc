// Measures a Shenzhen message 300111 with ten levels a side: its checksum, its decoding and the
// search for its last price, and its way through the whole handler of each transport.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/encoder.h"
#include "feedhandlers/szse/handler.h"
#include "feedhandlers/szse/mddp_handler.h"
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
  const SnapshotCommon fields{.orig_time = 20250620093003000,
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
    const auto take = [&](const SnapshotEntry& entry) {
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
      {.security = std::make_shared<const Security>(Security{symbol, symbol, "CNY", 1}),
       .shares = {1'000'000},
       .close = {12'340'000},
       .base_price = {12'340'000},
       .reference_price = {12'340'000}}};
  return Universe({definition});
}

// Frame, checksum, look-up, decode, price ladder, event; a read of 100 messages at once.
void run_handler(benchmark::State& state, const std::string& symbol) {
  constexpr std::int64_t kBatch = 100;
  LastEvent sink;
  const Universe universe = universe_of(symbol);
  const feed::SymbolTable symbols(universe, feed::Venue::szse);
  Handler handler({}, symbols, sink);
  std::vector<std::byte> batch;
  for (std::int64_t i = 0; i < kBatch; ++i) {
    const auto one = ten_levels(0);
    batch.insert(batch.end(), one.begin(), one.end());
  }
  for (auto _ : state) handler.on_captured(batch, {1}, false);
  state.SetItemsProcessed(state.iterations() * kBatch);
}
void BM_HandlerMember(benchmark::State& state) { run_handler(state, "000001.SZ"); }
void BM_HandlerFiltered(benchmark::State& state) { run_handler(state, "000002.SZ"); }
BENCHMARK(BM_HandlerMember);
BENCHMARK(BM_HandlerFiltered);

// A multicast packet of two messages on both lines; items are messages delivered once.
void BM_MulticastTwoLines(benchmark::State& state) {
  LastEvent sink;
  const Universe universe = universe_of("000001.SZ");
  const feed::SymbolTable symbols(universe, feed::Venue::szse);
  MddpHandler handler({}, symbols, sink);
  std::vector<std::byte> message = ten_levels(0);
  message.resize(message.size() - kTrailerSize);
  const std::array<feed::Bytes, 2> messages{message, message};
  std::vector<std::byte> body;
  encode_mddp_body(messages, false, body);
  MddpHeader header;
  header.channel = 1011;
  header.seq_num = 1;
  header.msg_count = 2;
  std::vector<std::byte> packet;
  for (auto _ : state) {
    packet.clear();
    encode_mddp(header, body, packet);
    handler.on_datagram(1, feed::Line::a, packet, {1});
    handler.on_datagram(1, feed::Line::b, packet, {1});
    header.seq_num += header.msg_count;
  }
  state.SetItemsProcessed(state.iterations() * header.msg_count);
}
BENCHMARK(BM_MulticastTwoLines);

}  // namespace
}  // namespace indexcast::szse
