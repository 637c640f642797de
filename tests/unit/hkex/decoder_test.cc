#include "feedhandlers/hkex/decoder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

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
  expect_round_trip(CurrencyRate{"JPY", 3, 906'780});
  expect_round_trip(TradingSessionStatus{"MAIN", 105, 40, '1', 12, 34});
  expect_round_trip(SecurityStatus{9988, 2});
  expect_round_trip(NominalPrice{9988, 110});
  expect_round_trip(Statistics{700, 1, -2, 3, 4, -5, 6, 7, 8});
  expect_round_trip(ClosingPrice{700, 6780, 18'692});
  expect_round_trip(SequenceReset{1});
}

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
