#include "feedhandlers/hkex/describe.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "calc/decimal.h"
#include "feedhandlers/hkex/message/utf16.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

using namespace std::string_literals;

// Fields as `decode` prints them.
class Fields final : public feed::FieldSink {
 public:
  void integer(std::string_view name, std::int64_t value) override {
    values[std::string(name)] = std::to_string(value);
  }
  void natural(std::string_view name, std::uint64_t value) override {
    values[std::string(name)] = std::to_string(value);
  }
  void decimal(std::string_view name, std::int64_t raw, int places) override {
    values[std::string(name)] = format_decimal(raw, places);
  }
  void text(std::string_view name, std::string_view value) override {
    values[std::string(name)] = value;
  }
  void begin_list(std::string_view name) override { lists.emplace_back(name); }
  void begin_item() override { ++items; }
  void end_item() override {}
  void end_list() override {}

  std::map<std::string, std::string> values;
  std::vector<std::string> lists;
  std::size_t items = 0;
};

std::vector<std::byte> message(std::uint16_t type, std::size_t size) {
  std::vector<std::byte> bytes(size);
  wire::message::MsgSize.put(bytes.data(), static_cast<std::uint16_t>(size));
  wire::message::MsgType.put(bytes.data(), type);
  return bytes;
}

TEST(Describe, GivesAClosingPriceItsDecimals) {
  const PacketBuilder built = test::packet(1, test::at(16, 8), ClosingPrice{1398, 6780, 18'692});
  Fields fields;
  describe(built.bytes().subspan(16), fields);
  EXPECT_EQ(fields.values["SecurityCode"], "1398");
  EXPECT_EQ(fields.values["ClosingPrice"], "6.780");
  EXPECT_EQ(fields.values["NumberOfTrades"], "18692");
}

TEST(Describe, ReadsATradeTicker) {
  namespace w = wire::trade_ticker;
  auto bytes = message(w::kType, w::kSize);
  w::TickerID.put(bytes.data(), 4711);
  w::Price.put(bytes.data(), 26'050);
  w::AggregateQuantity.put(bytes.data(), 1200);
  w::TrdType.put(bytes.data(), -1);
  bytes[w::TrdCancelFlag.offset] = std::byte{'Y'};
  Fields fields;
  describe(bytes, fields);
  EXPECT_EQ(fields.values["TickerID"], "4711");
  EXPECT_EQ(fields.values["Price"], "26.050");
  EXPECT_EQ(fields.values["AggregateQuantity"], "1200");
  EXPECT_EQ(fields.values["TrdType"], "-1");
  EXPECT_EQ(fields.values["TrdCancelFlag"], "Y");
}

TEST(Describe, ShowsIndexNullsAndScales) {
  namespace w = wire::index_data;
  auto bytes = message(w::kType, w::kSize);
  w::IndexValue.put(bytes.data(), 239'414'200);
  w::EASValue.put(bytes.data(), 2'396'203);
  w::OpeningValue.put(bytes.data(), wire::kNullInt64);
  w::IndexVolume.put(bytes.data(), wire::kNullInt64);
  Fields fields;
  describe(bytes, fields);
  EXPECT_EQ(fields.values["IndexValue"], "23941.4200");
  EXPECT_EQ(fields.values["EASValue"], "23962.03");
  EXPECT_EQ(fields.values["OpeningValue"], "null");
  EXPECT_EQ(fields.values["IndexVolume"], "null");
}

TEST(Describe, ReadsTheOlderSecurityDefinition) {
  namespace w = wire::security_definition_464;
  auto bytes = message(11, 472);
  w::NoUnderlyingSecurities.put(bytes.data(), 1);
  w::StrikePrice1.put(bytes.data(), 340'380);
  feed::store_le(bytes.data() + 464, std::uint32_t{9618});
  Fields fields;
  describe(bytes, fields);
  EXPECT_EQ(fields.values["StrikePrice1"], "340.380");
  EXPECT_EQ(fields.values["UnderlyingSecurityCode"], "9618");
  EXPECT_EQ(fields.values.count("POSFlag"), 0u);
}

TEST(Describe, ListsTheEntriesOfAGroup) {
  AggregateOrderBookUpdate update;
  update.entries = {{100, 1000, 1, 0, 1, 0}, {200, 2000, 2, 1, 1, 74}};
  Fields fields;
  describe(test::packet(1, test::at(10, 0), update).bytes().subspan(16), fields);
  EXPECT_EQ(fields.lists, std::vector<std::string>{"Entries"});
  EXPECT_EQ(fields.items, 2u);
  EXPECT_EQ(fields.values["Price"], "2.000");
  EXPECT_EQ(fields.values["UpdateAction"], "74");
}

TEST(Describe, GivesTheHeadAloneWhenAGroupDoesNotFit) {
  namespace w = wire::aggregate_order_book_update;
  auto bytes = message(w::kType, w::kSize + 2 * w::kEntrySize);
  w::NoEntries.put(bytes.data(), 3);
  Fields fields;
  describe(bytes, fields);
  EXPECT_EQ(fields.values.size(), 2u);
}

// The three bytes before NoEntries are not blank in captures (notes 2.15).
TEST(Describe, ShowsFillerThatIsNotBlankAndWhatLiesBeyondTheLayout) {
  auto bytes = message(53, 15);
  bytes[8] = std::byte{0x05};
  bytes[10] = std::byte{0xfe};
  bytes[12] = std::byte{0xab};
  Fields fields;
  describe(bytes, fields);
  EXPECT_EQ(fields.values["Filler8"], "0500fe");
  EXPECT_EQ(fields.values["Unknown12"], "ab0000");
  describe(message(53, 12), fields = {});
  EXPECT_EQ(fields.values.count("Filler8") + fields.values.count("Unknown12"), 0u);
}

TEST(Describe, ShowsTheRawNumberWhenItsDecimalsAreImpossible) {
  namespace w = wire::security_definition_544;
  auto bytes = message(11, 544);
  w::CallPrice.put(bytes.data(), 25'728);
  w::DecimalsInCallPrice.put(bytes.data(), 255);
  w::FaceValue.put(bytes.data(), ~std::uint64_t{0});
  Fields fields;
  describe(bytes, fields);
  EXPECT_EQ(fields.values["CallPrice"], "25728");
  EXPECT_EQ(fields.values["FaceValue"], "18446744073709551615");
}

TEST(Describe, GivesTheHeadAloneForUnknownAndShortMessages) {
  for (const auto& bytes : {message(999, 40), message(60, 51), message(11, 100), message(53, 8)}) {
    Fields fields;
    describe(bytes, fields);
    EXPECT_EQ(fields.values.size(), 2u);
  }
  EXPECT_TRUE(type_name(999).empty());
  EXPECT_EQ(type_name(60), "Statistics");
}

TEST(Utf16, BecomesUtf8WithoutPadding) {
  struct Case {
    std::u16string units;
    std::string expected;
  };
  const Case cases[] = {
      {u"\x817e\x8aaf\x3000\0"s, "\xe8\x85\xbe\xe8\xaa\xaf"},
      {u"A B\0 "s, "A B"},
      {u"\xe9"s, "\xc3\xa9"},
      {u"\xd83d\xde00"s, "\xf0\x9f\x98\x80"},
      {u"\xd83d"s, "\xef\xbf\xbd"},
      {u"\xde00"
       u"A"s,
       "\xef\xbf\xbd"s + "A"},
      {u"\x3000\x3000"s, ""},
      {u"", ""},
  };
  for (const Case& tested : cases) EXPECT_EQ(utf8_of_utf16(tested.units), tested.expected);
}

}  // namespace
}  // namespace indexcast::hkex
