#include "feedhandlers/hkex/decoder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "feedhandlers/hkex/find_message.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

using test::at;
using test::packet;

std::vector<std::byte> copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

template <class Message>
Bytes only_message(const PacketBuilder& built) {
  PacketHeader header;
  EXPECT_EQ(check_packet(built.bytes(), header), DecodeError::none);
  Bytes found;
  for_each_message(built.bytes(), header, [&](const MessageView& view) { found = view.bytes; });
  return found;
}

template <class Message>
void expect_round_trip(const Message& message) {
  const PacketBuilder built = packet(7, at(10, 0), message);
  Message decoded;
  ASSERT_EQ(decode(only_message<Message>(built), decoded), DecodeError::none);
  EXPECT_EQ(decoded, message);
}

SecurityDefinition some_definition() {
  SecurityDefinition message;
  message.security_code = 700;
  message.market_code = "MAIN";
  message.isin_code = "KYG875721634";
  message.instrument_type = "EQTY";
  message.product_type = 1;
  message.security_short_name = "TENCENT";
  message.currency_code = "HKD";
  message.lot_size = 100;
  message.previous_closing_price = 492'400;
  message.cas_flag = 'Y';
  message.listing_date = 20040616;
  return message;
}

TEST(Decoder, GivesBackWhatTheEncoderWrote) {
  expect_round_trip(MarketDefinition{"MAIN", "MAIN BOARD", "HKD", 2300});
  expect_round_trip(some_definition());
  expect_round_trip(LiquidityProvider{700, {1122, 8577}});
  expect_round_trip(CurrencyRate{"JPY", 3, 906'780});
  expect_round_trip(TradingSessionStatus{"MAIN", 105, 40, '1', 12, 34});
  expect_round_trip(SecurityStatus{9988, 2});
  expect_round_trip(News{"EXN", "001", "HEAD", 'N', 'Y', 5, {"MAIN", "GEM"}, {700}, {"A", "B"}});
  expect_round_trip(VcmTrigger{700, 1, 2, 3, -4, 5});
  expect_round_trip(NominalPrice{9988, 110});
  expect_round_trip(IndicativeEquilibriumPrice{700, 1, 2});
  expect_round_trip(ReferencePrice{700, 1, 2, 3});
  expect_round_trip(Yield{700, -1});
  expect_round_trip(Trade{700, 1, 2, 3, -4, 5});
  expect_round_trip(TradeCancel{700, 1});
  expect_round_trip(TradeTicker{700, 1, 2, 3, 4, -5, 'Y'});
  expect_round_trip(AggregateOrderBookUpdate{700, {{1, 2, 3, 0, 4, 74}, {5, 6, 7, 1, 8, 1}}});
  expect_round_trip(BrokerQueue{700, 2, 'Y', {{1122, 'B'}, {1, 'S'}}});
  expect_round_trip(OrderImbalance{700, 'S', 1});
  expect_round_trip(Statistics{700, 1, -2, 3, 4, -5, 6, 7, 8});
  expect_round_trip(MarketTurnover{"MAIN", "HKD", -1});
  expect_round_trip(ClosingPrice{700, 6780, 18'692});
  expect_round_trip(IndexDefinitionMessage{"0000100", 'H', "HKD"});
  expect_round_trip(IndexData{"0000100", 'T', 1, 2, -3, 4, 5, 6, 7, 8, 9, 10, 11, -12, '#'});
  expect_round_trip(SequenceReset{1});
  expect_round_trip(DisasterRecoverySignal{2});
  expect_round_trip(RefreshComplete{~0u});
  expect_round_trip(Logon{"INDEXCAST"});
  expect_round_trip(LogonResponse{100});
  expect_round_trip(RetransmissionRequest{20, 1, 2});
  expect_round_trip(RetransmissionResponse{20, 100, 1, 2});
}

TEST(Decoder, GivesBackADefinitionOfEveryLayout) {
  SecurityDefinition message = some_definition();
  message.security_name_gccs = u"\x9a30\x8a0a";
  message.underlying_securities = {9618, 700};
  message.warrant_maturity_date = 20210112;
  message.face_value = 5;
  expect_round_trip(message);
  message.layout = DefinitionLayout::bytes_464;
  message.face_value = 0;
  expect_round_trip(message);
  message.layout = DefinitionLayout::bytes_280;
  message.product_type = 0;
  message.cas_flag = ' ';
  message.listing_date = 0;
  message.warrant_maturity_date = 0;
  expect_round_trip(message);
}

struct Fault {
  const char* name;
  std::uint16_t type;
  std::size_t size;
  std::size_t count_at;  // 0: nowhere
  std::uint16_t count;
  DecodeError error;
  std::size_t offset;
};

class Faults : public testing::TestWithParam<Fault> {};

TEST_P(Faults, AreNamedWithTheirPlace) {
  const Fault& tested = GetParam();
  std::vector<std::byte> bytes(tested.size);
  wire::message::MsgSize.put(bytes.data(), static_cast<std::uint16_t>(tested.size));
  wire::message::MsgType.put(bytes.data(), tested.type);
  if (tested.count_at != 0) {
    bytes[tested.count_at] = static_cast<std::byte>(tested.count & 0xff);
    if (tested.type != 53 && tested.type != 54) {
      bytes[tested.count_at + 1] = static_cast<std::byte>(tested.count >> 8);
    }
  }
  const MessageFault fault = check_message(bytes);
  EXPECT_EQ(fault.error, tested.error);
  EXPECT_EQ(fault.offset, tested.offset);
}

INSTANTIATE_TEST_SUITE_P(
    Decoder, Faults,
    testing::Values(Fault{"short_nominal", 40, 11, 0, 0, DecodeError::truncated, 11},
                    Fault{"long_nominal", 40, 13, 0, 0, DecodeError::none, 0},
                    Fault{"short_definition", 11, 463, 0, 0, DecodeError::truncated, 463},
                    Fault{"underlyings_544", 11, 551, 542, 1, DecodeError::bad_count, 542},
                    Fault{"underlyings_464", 11, 479, 462, 2, DecodeError::bad_count, 462},
                    Fault{"oldest_definition", 11, 288, 278, 1, DecodeError::none, 0},
                    Fault{"not_the_oldest_definition", 11, 288, 278, 0, DecodeError::truncated,
                          288},
                    Fault{"providers", 13, 13, 8, 2, DecodeError::bad_count, 8},
                    Fault{"book", 53, 36 + 23, 11, 2, DecodeError::bad_count, 11},
                    Fault{"book_with_more", 53, 36 + 23, 11, 1, DecodeError::none, 0},
                    Fault{"queue", 54, 12 + 7, 8, 2, DecodeError::bad_count, 8},
                    Fault{"news_markets", 22, 356, 346, 3, DecodeError::bad_count, 346},
                    Fault{"news_securities", 22, 356, 350, 2, DecodeError::bad_count, 350},
                    Fault{"news_lines", 22, 356, 354, 1, DecodeError::bad_count, 354},
                    Fault{"news_without_lines", 22, 352, 0, 0, DecodeError::truncated, 352},
                    Fault{"beyond_any_packet", 13, 10 + 2 * 800, 8, 800, DecodeError::oversized, 8},
                    Fault{"not_known", 999, 4, 0, 0, DecodeError::none, 0}),
    [](const auto& tested) { return tested.param.name; });

TEST(Decoder, NumbersTheMessagesOfAPacket) {
  const PacketBuilder built =
      packet(100, at(10, 0), NominalPrice{1, 1}, SecurityStatus{2, 3}, ClosingPrice{3, 4, 5});
  PacketHeader header;
  ASSERT_EQ(check_packet(built.bytes(), header), DecodeError::none);
  EXPECT_EQ(header.send_time, at(10, 0));
  std::vector<std::pair<std::uint16_t, std::uint32_t>> seen;
  for_each_message(built.bytes(), header,
                   [&](const MessageView& view) { seen.emplace_back(view.type, view.sequence); });
  const std::vector<std::pair<std::uint16_t, std::uint32_t>> expected{
      {40, 100}, {21, 101}, {62, 102}};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(built.next_sequence(), 103u);
}

TEST(Decoder, TakesAPacketWithoutMessagesAsHeartbeat) {
  PacketHeader header;
  ASSERT_EQ(check_packet(PacketBuilder(9, at(10, 0)).bytes(), header), DecodeError::none);
  EXPECT_EQ(header.message_count, 0);
  EXPECT_EQ(header.packet_size, 16);
}

// Wherever they stand in the packet; and not of a packet before, whose header is used again.
TEST(Decoder, NotesWhetherAPacketHoldsAResetOrADisasterSignal) {
  struct Case {
    PacketBuilder packet;
    bool reset;
    bool signal;
  };
  for (const auto& [built, reset, signal] :
       {Case{packet(1, at(10, 0), SequenceReset{5}), true, false},
        Case{packet(1, at(10, 0), NominalPrice{1, 1}, SequenceReset{5}), true, false},
        Case{packet(1, at(10, 0), DisasterRecoverySignal{1}, NominalPrice{1, 1}), false, true},
        Case{packet(1, at(10, 0), SequenceReset{5}, DisasterRecoverySignal{1}), true, true},
        Case{packet(1, at(10, 0), NominalPrice{1, 1}, ClosingPrice{3, 4, 5}), false, false},
        Case{PacketBuilder(1, at(10, 0)), false, false}}) {
    PacketHeader header;
    header.has_sequence_reset = header.has_disaster_signal = true;
    ASSERT_EQ(check_packet(built.bytes(), header), DecodeError::none);
    EXPECT_EQ(header.has_sequence_reset, reset);
    EXPECT_EQ(header.has_disaster_signal, signal);
    EXPECT_EQ(find_message<SequenceReset>(built.bytes(), header).has_value(), reset);
    EXPECT_EQ(find_message<DisasterRecoverySignal>(built.bytes(), header).has_value(), signal);
  }
}

TEST(Decoder, LooksPastTheFillerOfTheHeader) {
  std::vector<std::byte> bytes = copy(packet(1, at(10, 0), NominalPrice{1, 1}).bytes());
  bytes[3] = std::byte{0x5d};
  PacketHeader header;
  EXPECT_EQ(check_packet(bytes, header), DecodeError::none);
}

TEST(Decoder, KnowsNoTimeBeyondTheYear2200) {
  std::vector<std::byte> bytes = copy(PacketBuilder(1, at(10, 0)).bytes());
  wire::packet::SendTime.put(bytes.data(), ~std::uint64_t{0});
  PacketHeader header;
  ASSERT_EQ(check_packet(bytes, header), DecodeError::none);
  EXPECT_EQ(header.send_time, TimeNs{});
}

TEST(Decoder, TakesAMessageLongerThanItsLayout) {
  std::vector<std::byte> bytes = copy(packet(1, at(10, 0), NominalPrice{700, 5}).bytes());
  bytes.resize(bytes.size() + 6);
  wire::packet::PktSize.put(bytes.data(), static_cast<std::uint16_t>(bytes.size()));
  wire::message::MsgSize.put(bytes.data() + 16, 18);
  PacketHeader header;
  ASSERT_EQ(check_packet(bytes, header), DecodeError::none);
  NominalPrice decoded;
  EXPECT_EQ(decode(Bytes(bytes).subspan(16), decoded), DecodeError::none);
  EXPECT_EQ(decoded, (NominalPrice{700, 5}));
}

TEST(Decoder, SaysTruncatedForAMessageShorterThanItsLayout) {
  const PacketBuilder built = packet(1, at(10, 0), Statistics{});
  const Bytes whole = only_message<Statistics>(built);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Statistics decoded;
    EXPECT_EQ(decode(whole.first(size), decoded), DecodeError::truncated) << size;
  }
}

struct BadPacket {
  const char* name;
  void (*damage)(std::vector<std::byte>&);
  DecodeError error;
};

class BadPackets : public testing::TestWithParam<BadPacket> {};

TEST_P(BadPackets, AreNamed) {
  std::vector<std::byte> bytes =
      copy(packet(1, at(10, 0), NominalPrice{1, 1}, NominalPrice{2, 2}).bytes());
  GetParam().damage(bytes);
  PacketHeader header;
  EXPECT_EQ(check_packet(bytes, header), GetParam().error);
}

using Damaged = std::vector<std::byte>;
INSTANTIATE_TEST_SUITE_P(
    Decoder, BadPackets,
    testing::Values(
        BadPacket{"header_cut", [](Damaged& b) { b.resize(15); }, DecodeError::truncated},
        BadPacket{"empty", [](Damaged& b) { b.clear(); }, DecodeError::truncated},
        BadPacket{"tail_cut", [](Damaged& b) { b.pop_back(); }, DecodeError::truncated},
        BadPacket{"tail_added", [](Damaged& b) { b.push_back({}); }, DecodeError::bad_length},
        BadPacket{"beyond_a_frame", [](Damaged& b) { b.resize(1501); }, DecodeError::oversized},
        BadPacket{"one_too_few", [](Damaged& b) { b[2] = std::byte{1}; }, DecodeError::bad_count},
        BadPacket{"one_too_many", [](Damaged& b) { b[2] = std::byte{3}; }, DecodeError::bad_count},
        BadPacket{"heartbeat_with_body", [](Damaged& b) { b[2] = {}; }, DecodeError::bad_count},
        BadPacket{"message_of_nothing", [](Damaged& b) { b[16] = {}; }, DecodeError::bad_length},
        BadPacket{"message_past_the_end", [](Damaged& b) { b[29] = std::byte{9}; },
                  DecodeError::bad_length}),
    [](const auto& tested) { return tested.param.name; });

// A Security Definition of `size` bytes with its count of underlyings at `offset`.
std::vector<std::byte> definition(std::size_t size, std::size_t offset, std::uint16_t count) {
  std::vector<std::byte> bytes(size);
  wire::message::MsgSize.put(bytes.data(), static_cast<std::uint16_t>(size));
  wire::message::MsgType.put(bytes.data(), 11);
  feed::store_le(bytes.data() + offset, count);
  wire::security_definition::PreviousClosingPrice.put(bytes.data(), 1234);
  return bytes;
}

TEST(Decoder, TellsTheLayoutsOfASecurityDefinitionApart) {
  EXPECT_EQ(definition_layout(definition(463, 300, 0)), std::nullopt);
  EXPECT_EQ(definition_layout(definition(464, 462, 0)), DefinitionLayout::bytes_464);
  EXPECT_EQ(definition_layout(definition(472, 462, 1)), DefinitionLayout::bytes_464);
  EXPECT_EQ(definition_layout(definition(544, 542, 0)), DefinitionLayout::bytes_544);
  EXPECT_EQ(definition_layout(definition(552, 542, 1)), DefinitionLayout::bytes_544);
  // As long as the current layout, but an older one with ten underlyings.
  EXPECT_EQ(definition_layout(definition(544, 462, 10)), DefinitionLayout::bytes_464);
  // Grown beyond what is known.
  EXPECT_EQ(definition_layout(definition(600, 542, 1)), DefinitionLayout::bytes_544);
}

TEST(Decoder, ReadsThePreviousCloseFromBothLayouts) {
  for (const auto& bytes : {definition(464, 462, 0), definition(544, 542, 0)}) {
    SecurityDefinition decoded;
    ASSERT_EQ(decode(bytes, decoded), DecodeError::none);
    EXPECT_EQ(decoded.previous_closing_price, 1234);
  }
}

TEST(Encoder, StopsAtTheSizeOfAFrame) {
  PacketBuilder builder(1, at(10, 0));
  std::size_t added = 0;
  while (builder.add(Statistics{})) ++added;
  EXPECT_EQ(added, (1472u - 16u) / 52u);
  PacketHeader header;
  EXPECT_EQ(check_packet(builder.bytes(), header), DecodeError::none);
  EXPECT_EQ(header.message_count, added);
}

}  // namespace
}  // namespace indexcast::hkex
