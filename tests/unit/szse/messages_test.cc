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

Trade trade_of_golden() {
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
  Trade decoded;
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
  SecurityStatus status;
  status.orig_time = 20250620093003000;
  status.channel_no = 1;
  status.security_id = "000001";
  status.security_id_source = kSourceSzse;
  status.financial_status = "A";
  Message bytes;
  encode_security_status(status, std::vector<SecuritySwitch>{{1, 1}, {35, 0}}, bytes);
  ASSERT_EQ(bytes.size(), 34u + 2 * 4u + 12u);
  SecurityStatus decoded;
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
  SnapshotFields fields = test::snapshot_fields("T", "00700");
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

// Every message of this file and of the session, whole and with any number of bytes missing: what
// describe() shows ends where the body does, and nothing shorter is taken for whole.
TEST(SzseMessages, EveryByteIsAccountedFor) {
  std::vector<Message> messages(10);
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
