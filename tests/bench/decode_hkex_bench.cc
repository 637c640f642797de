// OMD-C: one message from bytes to a struct (a nominal price within 10 ns), beside the floor of
// reading the same bytes without any check, and a datagram from bytes to events.
#include <benchmark/benchmark.h>

#include <vector>

#include "calc/universe.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/handler.h"
#include "tests/support/baskets.h"

namespace indexcast::hkex {
namespace {

constexpr TimeNs kSent = china_time(20250402, feed::hms(10, 0));

template <class Message>
PacketBuilder full_packet(std::uint32_t sequence, const Message& message) {
  PacketBuilder builder(sequence, kSent);
  while (builder.add(message)) {
  }
  return builder;
}

// What a message of these types holds when it is sent.
template <class Message>
Message typical() {
  return Message{};
}
template <>
AggregateOrderBookUpdate typical() {
  AggregateOrderBookUpdate update;
  update.security_code = 700;
  for (std::uint8_t level = 1; level <= 4; ++level) {
    update.entries.push_back({1000, 400'000, 3, 0, level, 1});
  }
  return update;
}

// The floor: the two numbers of a nominal price from known places, nothing checked.
void floor_of_nominal_price(benchmark::State& state) {
  namespace w = wire::nominal_price;
  const PacketBuilder packet = full_packet(1, NominalPrice{700, 400'000});
  for (auto _ : state) {
    const std::byte* at = packet.bytes().data() + wire::packet::kHeaderSize;
    for (std::size_t i = 0; i < packet.message_count(); ++i, at += w::kSize) {
      NominalPrice message{w::SecurityCode.of(at), w::NominalPrice.of(at)};
      benchmark::DoNotOptimize(message);
    }
  }
  state.SetItemsProcessed(state.iterations() * packet.message_count());
}
BENCHMARK(floor_of_nominal_price);

// Check of a full packet, its walk, and every message decoded; reported per message.
template <class Message>
void decode_messages(benchmark::State& state) {
  const PacketBuilder packet = full_packet(1, typical<Message>());
  for (auto _ : state) {
    PacketHeader header;
    benchmark::DoNotOptimize(check_packet(packet.bytes(), header));
    for_each_message(packet.bytes(), header, [](const MessageView& view) {
      Message message;
      benchmark::DoNotOptimize(decode(view.bytes, message));
      benchmark::DoNotOptimize(message);
    });
  }
  state.SetItemsProcessed(state.iterations() * packet.message_count());
}
BENCHMARK(decode_messages<NominalPrice>);
BENCHMARK(decode_messages<Statistics>);
BENCHMARK(decode_messages<AggregateOrderBookUpdate>);  // four entries
BENCHMARK(decode_messages<TradeTicker>);
BENCHMARK(decode_messages<SecurityStatus>);
BENCHMARK(decode_messages<SecurityDefinition>);

class NullSink final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override { benchmark::DoNotOptimize(&event); }
};

// Both lines through the handler; each message arrives twice. Items are messages delivered once.
void handle_two_lines(benchmark::State& state) {
  const std::uint32_t code = static_cast<std::uint32_t>(state.range(0));
  const Universe universe({test::index("T", {test::member("0700.HK", 2, "HKD", "400", "1000")})});
  const feed::SymbolTable symbols(universe, feed::Venue::hkex);
  NullSink sink;
  Settings settings;
  settings.channels.push_back({1, {}, {}});
  Handler handler(settings, symbols, sink);
  Statistics statistics;
  statistics.security_code = code;
  statistics.last_price = 400'000;
  const PacketBuilder built = full_packet(1, statistics);
  std::vector<std::byte> bytes(built.bytes().begin(), built.bytes().end());
  std::uint32_t sequence = 1;
  for (auto _ : state) {
    wire::packet::SeqNum.put(bytes.data(), sequence);
    handler.on_datagram(1, feed::Line::a, bytes, kSent);
    handler.on_datagram(1, feed::Line::b, bytes, kSent);
    sequence += built.message_count();
  }
  state.SetItemsProcessed(state.iterations() * built.message_count());
}
BENCHMARK(handle_two_lines)->ArgName("code")->Arg(700)->Arg(5);

}  // namespace
}  // namespace indexcast::hkex
