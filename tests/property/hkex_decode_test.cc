// Any message of any type comes out of its bytes as it went in, and of packets that are cut or
// damaged anywhere, every message and every byte is accounted for.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <vector>

#include "feedhandlers/hkex/describe.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/normalizer.h"
#include "server/tools/decode/datagram_decoder.h"
#include "tests/support/baskets.h"
#include "tests/support/hkex_random_message.h"

namespace indexcast::hkex {
namespace {

using test::RandomMessage;

constexpr std::uint64_t kSeeds = 1000;
constexpr TimeNs kSent = china_time(20250402, feed::hms(10, 0));

// Keeps nothing.
class SilentFields final : public feed::FieldSink {
 public:
  void integer(std::string_view, std::int64_t) override {}
  void natural(std::string_view, std::uint64_t) override {}
  void decimal(std::string_view, std::int64_t, int) override {}
  void text(std::string_view, std::string_view) override {}
  void begin_list(std::string_view) override {}
  void begin_item() override {}
  void end_item() override {}
  void end_list() override {}
};

// Bytes that end where the memory ends, so that a sanitizer sees every read beyond.
struct Exactly {
  explicit Exactly(Bytes from) : size(from.size()), memory(new std::byte[from.size()]) {
    std::copy(from.begin(), from.end(), memory.get());
  }
  Bytes bytes() const { return {memory.get(), size}; }
  std::size_t size;
  std::unique_ptr<std::byte[]> memory;
};

TEST(HkexMessages, ComeOutAsTheyWentIn) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomMessage random(seed);
    for (int i = 0; i < 100; ++i) {
      random.any([]<class Message>(const Message& message) {
        PacketBuilder packet(1, kSent);
        ASSERT_TRUE(packet.add(message)) << layout::Layout<Message>::kName;
        const Bytes bytes = packet.bytes().subspan(wire::packet::kHeaderSize);
        Message decoded;
        ASSERT_EQ(decode(bytes, decoded), DecodeError::none) << layout::Layout<Message>::kName;
        ASSERT_TRUE(decoded == message) << layout::Layout<Message>::kName;
      });
    }
  }
}

TEST(HkexMessages, AreMalformedWhereverTheyAreCut) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomMessage random(seed);
    random.any([]<class Message>(const Message& message) {
      PacketBuilder packet(1, kSent);
      ASSERT_TRUE(packet.add(message));
      const Bytes whole = packet.bytes().subspan(wire::packet::kHeaderSize);
      ASSERT_EQ(check_message(whole).error, DecodeError::none);
      for (std::size_t size = 0; size < whole.size(); ++size) {
        const Exactly cut(whole.first(size));
        const MessageFault fault = check_message(cut.bytes());
        // Some cuts of a Security Definition are an older layout.
        if (!std::is_same_v<Message, SecurityDefinition>) {
          ASSERT_NE(fault.error, DecodeError::none) << layout::Layout<Message>::kName << size;
        }
        ASSERT_LE(fault.offset, size);
        Message decoded;
        ASSERT_EQ(decode(cut.bytes(), decoded), fault.error);
        SilentFields fields;
        describe(cut.bytes(), fields);
      }
    });
  }
}

// Appends a random message, one in six of them cut to a size that its head admits.
void append_message(RandomMessage& random, std::vector<std::byte>& packet) {
  std::vector<std::byte> bytes;
  random.any([&](const auto& message) {
    PacketBuilder alone(1, kSent);
    alone.add(message);
    bytes.assign(alone.bytes().begin() + wire::packet::kHeaderSize, alone.bytes().end());
  });
  if (random.below(6) == 0) {
    bytes.resize(4 + random.below(static_cast<std::uint32_t>(bytes.size()) - 3));
    wire::message::MsgSize.put(bytes.data(), static_cast<std::uint16_t>(bytes.size()));
  }
  if (packet.size() + bytes.size() > wire::packet::kSizeMax) return;
  packet.insert(packet.end(), bytes.begin(), bytes.end());
  wire::packet::MsgCount.put(
      packet.data(), static_cast<std::uint8_t>(wire::packet::MsgCount.of(packet.data()) + 1));
  wire::packet::PktSize.put(packet.data(), static_cast<std::uint16_t>(packet.size()));
}

// A packet of random messages, one in three cut, lengthened or with a bit turned over.
std::vector<std::byte> random_packet(RandomMessage& random, std::uint32_t sequence) {
  const PacketBuilder empty(sequence, kSent);
  std::vector<std::byte> bytes(empty.bytes().begin(), empty.bytes().end());
  for (std::uint32_t left = random.below(8); left > 0; --left) append_message(random, bytes);
  switch (random.below(9)) {
    case 0:
      bytes.resize(random.below(static_cast<std::uint32_t>(bytes.size())));
      break;
    case 1:
      bytes.resize(bytes.size() + random.below(20));
      break;
    case 2:
      bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] ^=
          static_cast<std::byte>(1u << random.below(8));
      break;
    default:
      break;
  }
  return bytes;
}

std::uint64_t outcomes(const feed::FeedCounters& counters) {
  using enum feed::FeedCounter;
  return counters.get(applied) + counters.get(duplicate) + counters.get(filtered) +
         counters.get(rejected) + counters.get(malformed);
}

Universe universe() {
  return Universe({indexcast::test::index(
      "T", {indexcast::test::member("0700.HK", 2, "HKD", "400.000", "1000")})});
}

// Every message has one outcome, for our own security and for strangers alike.
TEST(HkexMessages, EachHaveOneOutcome) {
  const Universe ours = universe();
  const feed::SymbolTable symbols(ours, feed::Venue::hkex);
  std::uint64_t applied = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomMessage random(seed);
    Settings settings;
    settings.price = seed % 2 == 0 ? PricePolicy::last : PricePolicy::nominal;
    Normalizer normalizer(settings, symbols);
    feed::FeedCounters counters;
    std::uint64_t messages = 0;
    for (std::uint32_t i = 0; i < 200; ++i) {
      std::vector<std::byte> bytes = random_packet(random, i);
      PacketHeader header;
      if (check_packet(bytes, header) != DecodeError::none) continue;
      messages += header.message_count;
      for_each_message(bytes, header, [&](const MessageView& message) {
        const auto offset = static_cast<std::size_t>(message.bytes.data() - bytes.data());
        if (message.bytes.size() >= 8 && random.below(2) == 0) {
          wire::nominal_price::SecurityCode.put(bytes.data() + offset, 700);
        }
        MarketEvent event;
        const feed::FeedCounter outcome = normalizer.on_message(message, 1, kSent, event);
        counters.add(outcome);
        if (outcome == feed::FeedCounter::applied && event.kind == EventKind::price) {
          // A close of 0 says that there is none.
          const bool is_close = event.detail == static_cast<std::uint8_t>(PriceKind::close);
          ASSERT_GE(event.value[0], is_close ? 0 : 1);
          ASSERT_GE(event.value[1], 0);
          ASSERT_GE(event.value[2], 0);
        }
      });
    }
    ASSERT_EQ(outcomes(counters), messages);
    applied += counters.get(feed::FeedCounter::applied);
    ASSERT_GT(counters.get(feed::FeedCounter::malformed), 0u);
  }
  EXPECT_GT(applied, kSeeds);
}

// `decode` gives every byte of every datagram to exactly one count of its account.
TEST(HkexMessages, AreAccountedForByteByByte) {
  server::DecodeTotals sum;
  for (std::uint64_t seed = 1; seed <= kSeeds / 10; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomMessage random(seed);
    std::ostringstream text;
    server::DecodeOutput output(feed::Venue::hkex, seed % 2 == 0, text, {});
    std::uint64_t bytes = 0;
    for (std::uint32_t i = 0; i < 100; ++i) {
      const Exactly packet(random_packet(random, i));
      bytes += packet.size;
      server::decode_hkex_packet(packet.bytes(), {}, {}, output);
    }
    ASSERT_EQ(output.totals().accounted_bytes(), bytes);
    sum.decoded.add(output.totals().decoded.bytes);
    sum.unknown_type.add("", output.totals().unknown_type.all.bytes);
    sum.malformed.add("", output.totals().malformed.all.bytes);
  }
  EXPECT_GT(sum.decoded.bytes, 0u);
  EXPECT_GT(sum.unknown_type.all.bytes, 0u);
  EXPECT_GT(sum.malformed.all.bytes, 0u);
}

}  // namespace
}  // namespace indexcast::hkex
