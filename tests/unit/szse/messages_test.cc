// SZSE messages beside 300111: known answers, fields, and sizes that the notes state.
#include <gtest/gtest.h>

#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/describe.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/field_log.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::DecodeError;
using indexcast::test::FieldLog;
using indexcast::test::from_hex;
using test::Message;

// Protocol notes 2.15.
constexpr std::string_view kGoldenOrder =
    "000494a00000003307db0000000000002ee0303131303030303031202031303220000000000001e20800000000"
    "00004e20310047f1d4e91fed2832000000e6";
constexpr std::string_view kGoldenTrade =
    "0004949f0000004207db00000000000030393031310000000000002ee00000000000002ee130303030303120203"
    "1303220000000000001e2080000000000004e20460047f1d4e91ff5700000009f";
constexpr std::string_view kGoldenIndex =
    "0004b713000000590047f1d4e91ff4f8000a39303033393930303120203130322054202020202020200000000005"
    "fdcf14000000000000000000000000075bb29000000016fee0e5240000000233200000000257a14d087861000000"
    "025724e3d00000005a";

// Built by hand from S117 4.5.4.2, 4.5.4.6 and 4.5.4.7 (protocol notes 2.2, 2.3, 2.8, 2.9).
// 303711, stream 370 of channel 3011: 000001 at 15:08:15, phase A0, previous close 12.3400, 7
// trades, 1,500.00 shares, 18,510.0000; buy 12.340000 x 400.00, sell 12.340000 x 0.00.
constexpr std::string_view kFixedPrice =
    "0004a25f 00000069 0047fb7481512b18 0bc3 333730 3030303030312020 31303220 4130202020202020"
    "000000000001e208 0000000000000007 00000000000249f0 000000000b0866e0 00000002"
    "3020 0000000000bc4b20 0000000000009c40 3120 0000000000bc4b20 0000000000000000 00000039";
// 300611, stream 061 of channel 3001: 300750, one block of 200,000.00 shares; sell 250.000000 x
// 30,000.00.
constexpr std::string_view kBlock =
    "00049643 00000057 0047fb7481512b18 0bb9 303631 3330303735302020 31303220 4130202020202020"
    "00000000002625a0 0000000000000001 0000000001312d00 000000746a528800 00000001"
    "3120 000000000ee6b280 00000000002dc6c0 000000db";
// 300211, stream 410 of channel 1071: 019547, a bid of two orders, a last price that was negotiated
// (its size 0.01 is a code), two sub-phases, and the turnover of matched trading.
constexpr std::string_view kBondSnapshot =
    "000494b3 000000bb 0047fb7481512b18 042f 343130 3031393534372020 31303220 5430202020202020"
    "00000000000f9060 0000000000000005 00000000000186a0 00000000009c6710 00000002"
    "3020 00000000061a8000 0000000000001388 0001 0000000000000002 00000002"
    "0000000000000bb8 00000000000007d0"
    "3220 00000000061c06a0 0000000000000001 0000 0000000000000000 00000000"
    "00000002 5420202020202020 01 5320202020202020 05"
    "0000000000015f90 00000000008cc328 00000065";

Order order_of_golden() {
  return {.channel_no = 2011,
          .appl_seq_num = 12000,
          .md_stream_id = "011",
          .security_id = "000001  ",
          .security_id_source = "102 ",
          .price = 123'400,
          .order_qty = 20'000,
          .side = '1',
          .transact_time = 20250620093001000,
          .ord_type = '2'};
}

TradeMessage trade_of_golden() {
  return {.channel_no = 2011,
          .appl_seq_num = 12345,
          .md_stream_id = "011",
          .bid_appl_seq_num = 12000,
          .offer_appl_seq_num = 12001,
          .security_id = "000001  ",
          .security_id_source = "102 ",
          .last_px = 123'400,
          .last_qty = 20'000,
          .exec_type = kExecTrade,
          .transact_time = 20250620093003120};
}

TEST(SzseMessages, AnOrderIsTheKnownAnswer) {
  Message bytes;
  encode_order(order_of_golden(), bytes);
  EXPECT_EQ(bytes, from_hex(kGoldenOrder));
  Order decoded;
  ASSERT_EQ(decode_order(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded, order_of_golden());
}

TEST(SzseMessages, ATradeIsTheKnownAnswer) {
  Message bytes;
  encode_trade(trade_of_golden(), bytes);
  EXPECT_EQ(bytes, from_hex(kGoldenTrade));
  TradeMessage decoded;
  ASSERT_EQ(decode_trade(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded, trade_of_golden());
}

TEST(SzseMessages, AnIndexIsTheKnownAnswer) {
  const auto golden = from_hex(kGoldenIndex);
  Snapshot decoded;
  ASSERT_EQ(decode_common(golden, decoded), DecodeError::none);
  EXPECT_EQ(decoded.fields.md_stream_id, kStreamSzseIndex);
  std::vector<IndexEntry> entries;
  ASSERT_EQ(for_each_index_entry(decoded, [&](const IndexEntry& e) { entries.push_back(e); }),
            DecodeError::none);
  EXPECT_EQ(entries, (std::vector<IndexEntry>{{kEntryIndex, 10'060'123'400},
                                              {kEntryIndexPrevClose, 10'051'970'000}}));
  Message again;
  encode_index_snapshot(kMsgIndexSnapshot, decoded.fields, entries, again);
  EXPECT_EQ(again, golden);
}

TEST(SzseMessages, AResendIsItsFields) {
  const Resend asked{.resend_type = kResendTicks,
                     .channel_no = 2013,
                     .appl_beg_seq_num = 17,
                     .appl_end_seq_num = 42,
                     .news_id = "        ",
                     .resend_status = kResendPartlyDone,
                     .reject_text = "too old         "};
  Message bytes;
  encode_resend(asked, bytes);
  ASSERT_EQ(bytes.size(), 44u + 12u);
  Resend decoded;
  ASSERT_EQ(decode_resend(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded, asked);
}

TEST(SzseMessages, ABusinessRejectIsItsFields) {
  const BusinessReject reject{9, kMsgResend, "12        ", 3, "no such channel"};
  Message bytes;
  encode_business_reject(reject, bytes);
  ASSERT_EQ(bytes.size(), 74u + 12u);
  BusinessReject decoded;
  ASSERT_EQ(decode_business_reject(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded.ref_seq_num, 9);
  EXPECT_EQ(decoded.ref_msg_type, kMsgResend);
  EXPECT_EQ(decoded.business_reject_reason, 3);
  EXPECT_EQ(feed::trim_padding(decoded.business_reject_text), "no such channel");
}

TEST(SzseMessages, ASecurityStatusIsItsFields) {
  SecurityStatusMessage status;
  status.orig_time = 20250620093003000;
  status.channel_no = 1;
  status.security_id = "000001";
  status.security_id_source = kSourceSzse;
  status.financial_status = "A";
  Message bytes;
  encode_security_status(status, std::vector<SecuritySwitch>{{1, 1}, {35, 0}}, bytes);
  ASSERT_EQ(bytes.size(), 34u + 2 * 4u + 12u);
  SecurityStatusMessage decoded;
  ASSERT_EQ(decode_security_status(bytes, decoded), DecodeError::none);
  ASSERT_EQ(decoded.no_switch, 2u);
  EXPECT_EQ(decoded.security_switch(1).security_switch_type, 35);
  EXPECT_EQ(decoded.financial_status, "A       ");
  feed::store_be<std::uint32_t>(bytes.data() + 8 + security_status::kNoSwitch, 3);
  EXPECT_EQ(decode_security_status(bytes, decoded), DecodeError::bad_count);
}

TEST(SzseMessages, AMarketStatusIsItsFields) {
  const MarketStatus status{.orig_time = 20250620093003000,
                            .channel_no = 1,
                            .market_id = "XHKG    ",
                            .market_segment_id = "        ",
                            .trading_session_id = "1   ",
                            .trading_session_sub_id = "3   ",
                            .trad_ses_status = 0,
                            .trad_ses_start_time = 0,
                            .trad_ses_end_time = 0,
                            .threshold_amount = 420'000'000'000'000,
                            .pos_amt = 0,
                            .amount_status = "3"};
  Message bytes;
  encode_market_status(status, bytes);
  ASSERT_EQ(bytes.size(), 69u + 12u);
  MarketStatus decoded;
  ASSERT_EQ(decode_market_status(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded, status);
}

TEST(SzseMessages, AHongKongSnapshotIsItsFields) {
  SnapshotCommon fields = test::snapshot_fields("T", "00700");
  fields.md_stream_id = "630";
  fields.security_id_source = "103 ";
  const std::vector<HkEntry> entries{{kEntryBid, 500'000'000, 10'000, 1},
                                     {entry_type('x', 'h'), 501'000'000, 0, 0}};
  const ComplexEvent cooling{20250620100000000, 20250620100500000};
  Message bytes;
  encode_hk_snapshot(fields, entries, std::vector{cooling}, bytes);
  Snapshot decoded;
  ASSERT_EQ(decode_common(bytes, decoded), DecodeError::none);
  std::vector<HkEntry> seen;
  std::vector<ComplexEvent> events;
  const auto error = for_each_hk_entry(decoded, [&](const auto& item) {
    if constexpr (std::is_same_v<std::decay_t<decltype(item)>, HkEntry>) {
      seen.push_back(item);
    } else {
      events.push_back(item);
    }
  });
  ASSERT_EQ(error, DecodeError::none);
  EXPECT_EQ(seen, entries);
  EXPECT_EQ(events, std::vector{cooling});
}

std::string described(std::string_view hex) {
  const auto bytes = from_hex(hex);
  EXPECT_EQ(validate(bytes), DecodeError::none);
  FieldLog log;
  describe(bytes, log);
  return log.line;
}

// Protocol notes 2.8.
TEST(SzseMessages, AfterHoursFixedPriceIsShownFieldByField) {
  EXPECT_EQ(type_name(303711), "AfterHoursFixedPrice");
  EXPECT_EQ(described(kFixedPrice),
            "MsgType=303711 BodyLength=105 OrigTime=20261201150815000 ChannelNo=3011 "
            "MDStreamID=370 SecurityID=000001 SecurityIDSource=102 TradingPhaseCode=A0 "
            "PrevClosePx=12.3400 NumTrades=7 TotalVolumeTrade=1500.00 TotalValueTrade=18510.0000 "
            "NoMDEntries=2 MDEntries=[MDEntryType=0 MDEntryPx=12.340000 MDEntrySize=400.00;"
            "MDEntryType=1 MDEntryPx=12.340000 MDEntrySize=0.00;] ");
}

// Protocol notes 2.8.
TEST(SzseMessages, AfterHoursBlockIsShownFieldByField) {
  EXPECT_EQ(type_name(300611), "AfterHoursBlock");
  EXPECT_EQ(described(kBlock),
            "MsgType=300611 BodyLength=87 OrigTime=20261201150815000 ChannelNo=3001 "
            "MDStreamID=061 SecurityID=300750 SecurityIDSource=102 TradingPhaseCode=A0 "
            "PrevClosePx=250.0000 NumTrades=1 TotalVolumeTrade=200000.00 "
            "TotalValueTrade=50000000.0000 NoMDEntries=1 "
            "MDEntries=[MDEntryType=1 MDEntryPx=250.000000 MDEntrySize=30000.00;] ");
}

// Protocol notes 2.9: two lists and two fields behind the entries.
TEST(SzseMessages, ABondSnapshotIsShownFieldByField) {
  EXPECT_EQ(type_name(300211), "BondSnapshot");
  EXPECT_EQ(described(kBondSnapshot),
            "MsgType=300211 BodyLength=187 OrigTime=20261201150815000 ChannelNo=1071 "
            "MDStreamID=410 SecurityID=019547 SecurityIDSource=102 TradingPhaseCode=T0 "
            "PrevClosePx=102.0000 NumTrades=5 TotalVolumeTrade=1000.00 TotalValueTrade=1025.0000 "
            "NoMDEntries=2 MDEntries=[MDEntryType=0 MDEntryPx=102.400000 MDEntrySize=50.00 "
            "MDPriceLevel=1 NumberOfOrders=2 NoOrders=2 Orders=[OrderQty=30.00;OrderQty=20.00;];"
            "MDEntryType=2 MDEntryPx=102.500000 MDEntrySize=0.01 MDPriceLevel=0 NumberOfOrders=0 "
            "NoOrders=0;] NoSubTradingPhaseCodes=2 SubTradingPhaseCodes=["
            "SubTradingPhaseCode=T TradingType=1;SubTradingPhaseCode=S TradingType=5;] "
            "AuctionVolumeTrade=900.00 AuctionValueTrade=922.5000 ");
}

// Counts that do not fit, wherever they stand (2.8, 2.9).
TEST(SzseMessages, CountsOfAfterHoursAndBondsThatDoNotFitAreRefused) {
  struct Case {
    std::string_view hex;
    std::size_t count_at;  // in the message
  };
  constexpr std::size_t kCount = kHeaderSize + snapshot::kNoMDEntries;
  for (const Case& c :
       {Case{kFixedPrice, kCount}, Case{kBlock, kCount}, Case{kBondSnapshot, kCount},
        Case{kBondSnapshot, kHeaderSize + snapshot::kEntries + entry::kNoOrders},
        Case{kBondSnapshot, kHeaderSize + snapshot::kEntries + 80}}) {
    for (const std::uint32_t count : {20u, 0x1000'0000u, 0xffff'ffffu}) {
      auto bytes = from_hex(c.hex);
      feed::store_be(bytes.data() + c.count_at, count);
      EXPECT_EQ(validate_message(bytes), DecodeError::bad_count) << c.count_at << ' ' << count;
    }
  }
}

// Protocol notes 2.10 and 1.5: the lengths of the other types, each covered by its table.
TEST(SzseMessages, EveryTypeOfTheSpecificationHasATable) {
  struct Case {
    std::uint32_t type;
    std::size_t body;
  };
  for (const Case& c : {Case{300292, 51}, Case{300291, 66}, Case{300592, 100}, Case{300591, 66},
                        Case{300792, 53}, Case{300791, 66}, Case{300392, 377}, Case{300391, 69},
                        Case{300492, 407}, Case{300491, 95}, Case{390093, 26}}) {
    Message bytes(kHeaderSize + c.body, std::byte{});
    feed::store_be(bytes.data(), c.type);
    feed::store_be(bytes.data() + 4, static_cast<std::uint32_t>(c.body));
    EXPECT_TRUE(has_table(c.type)) << c.type;
    EXPECT_EQ(validate_message(bytes), DecodeError::none) << c.type;
    FieldLog log;
    describe(bytes, log);
    EXPECT_EQ(log.undescribed_bytes(), 0u) << log.line;
    feed::store_be(bytes.data() + 4, static_cast<std::uint32_t>(c.body - 1));
    EXPECT_EQ(validate_message(bytes), DecodeError::truncated) << c.type;
  }
}

// Every message of this file and of the session, whole and with any number of bytes missing: what
// describe() shows ends where the body does, and nothing shorter is taken for whole.
TEST(SzseMessages, EveryByteIsAccountedFor) {
  std::vector<Message> messages(13);
  encode_order(order_of_golden(), messages[0]);
  encode_trade(trade_of_golden(), messages[1]);
  messages[2] = from_hex(kGoldenIndex);
  encode_resend({}, messages[3]);
  encode_business_reject({}, messages[4]);
  encode_market_status({}, messages[5]);
  encode_volume_statistics(test::snapshot_fields(), 2800, messages[6]);
  encode_hk_snapshot(test::snapshot_fields(), std::vector<HkEntry>{{kEntryBid, 1, 2, 3}},
                     std::vector<ComplexEvent>{{1, 2}}, messages[7]);
  encode_security_status({}, std::vector<SecuritySwitch>{{1, 1}}, messages[8]);
  encode_bulletin(20250620093003000, 2, "1", "Headline", "", messages[9]);
  messages[10] = from_hex(kFixedPrice);
  messages[11] = from_hex(kBlock);
  messages[12] = from_hex(kBondSnapshot);
  for (const Message& message : messages) {
    SCOPED_TRACE(decode_header(message).msg_type);
    ASSERT_EQ(validate(message), DecodeError::none);
    FieldLog log;
    describe(message, log);
    EXPECT_EQ(log.line.find("UndescribedBytes"), std::string::npos) << log.line;
    for (std::uint32_t body = 0; body < decode_header(message).body_length; ++body) {
      Message cut(message.begin(), message.begin() + 8 + body);
      feed::store_be(cut.data() + 4, body);
      EXPECT_NE(validate_message(cut), DecodeError::none) << body;
    }
  }
}

// S117 4.1, rule 4.
TEST(SzseMessages, FieldsOfALaterVersionAreCounted) {
  Message bytes;
  encode_trade(trade_of_golden(), bytes);
  bytes.insert(bytes.end() - kTrailerSize, 5, std::byte{7});
  feed::store_be(bytes.data() + 4, decode_header(bytes).body_length + 5);
  FieldLog log;
  describe(bytes, log);
  EXPECT_NE(log.line.find("LastPx=12.3400 LastQty=200.00 ExecType=F"), std::string::npos)
      << log.line;
  EXPECT_NE(log.line.find("UndescribedBytes=5"), std::string::npos) << log.line;
}

}  // namespace
}  // namespace indexcast::szse
