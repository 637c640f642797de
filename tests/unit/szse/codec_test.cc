// SZSE bytes: golden vectors, decode(encode(x)) == x, and everything that must not decode.
#include <gtest/gtest.h>

#include <array>

#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/describe.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/field_log.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::DecodeError;
using feed::FrameScan;
using indexcast::test::FieldLog;
using indexcast::test::from_hex;
using test::Message;

// Protocol notes 2.15.
constexpr std::string_view kGoldenSnapshot =
    "0004944f000000b50047f1d4e91ff4f803f3303130303030303031202031303220543020202020202000000000"
    "0001e20800000000000000640000000000bc4b20000000038ba220400000000330200000000000bc4b20000000"
    "000004e200000100000000000000020000000200000000000493e00000000000004e2031200000000000bc7230"
    "0000000000002710000100000000000000000000000032200000000000bc4b2000000000000000000000000000"
    "0000000000000000000000002b";

const std::array<std::int64_t, 2> kBidOrders{300'000, 20'000};

std::vector<EntryValue> golden_entries() {
  return {{kEntryBid, 12'340'000, 320'000, 1, 2, kBidOrders},
          {kEntryAsk, 12'350'000, 10'000, 1, 0, {}},
          test::price_entry(kEntryLast, 12'340'000)};
}

TEST(SzseCodec, HeartbeatIsTheKnownAnswer) {
  EXPECT_EQ(test::heartbeat(), from_hex("000000030000000000000003"));
}

TEST(SzseCodec, ChannelHeartbeatIsTheKnownAnswer) {
  const auto golden = from_hex("0005f3cf0000000c07db000000000000270f0000000000eb");
  Message out;
  encode_channel_heartbeat({2011, 9999, 0}, out);
  EXPECT_EQ(out, golden);
  ChannelHeartbeat decoded;
  ASSERT_EQ(decode_channel_heartbeat(golden, decoded), DecodeError::none);
  EXPECT_EQ(decoded, (ChannelHeartbeat{2011, 9999, 0}));
}

TEST(SzseCodec, SnapshotIsTheKnownAnswer) {
  Message out;
  encode_snapshot(test::snapshot_fields(), golden_entries(), out);
  ASSERT_EQ(decode_header(out).body_length, 181u);
  EXPECT_EQ(out, from_hex(kGoldenSnapshot));
}

TEST(SzseCodec, SnapshotIsItsFields) {
  const Message bytes = test::snapshot(test::snapshot_fields(), golden_entries());
  EXPECT_EQ(security_code(bytes), 1u);
  Snapshot decoded;
  ASSERT_EQ(decode_snapshot(bytes, decoded), DecodeError::none);
  const SnapshotCommon& f = decoded.fields;
  EXPECT_EQ(f.orig_time, 20250620093003000);
  EXPECT_EQ(f.channel_no, 1011);
  EXPECT_EQ(f.md_stream_id, "010");
  EXPECT_EQ(f.security_id, "000001  ");
  EXPECT_EQ(f.security_id_source, "102 ");
  EXPECT_EQ(f.trading_phase_code, "T0      ");
  EXPECT_EQ(f.prev_close_px, 123'400);
  EXPECT_EQ(f.num_trades, 100);
  EXPECT_EQ(f.total_volume_trade, 12'340'000);
  EXPECT_EQ(f.total_value_trade, 15'227'560'000);
  const auto wanted = golden_entries();
  std::size_t i = 0;
  for (const SnapshotEntry& entry : decoded.entries) {
    ASSERT_LT(i, wanted.size());
    EXPECT_EQ(entry.md_entry_type, wanted[i].md_entry_type);
    EXPECT_EQ(entry.md_entry_px, wanted[i].md_entry_px);
    EXPECT_EQ(entry.md_entry_size, wanted[i].md_entry_size);
    EXPECT_EQ(entry.md_price_level, wanted[i].md_price_level);
    EXPECT_EQ(entry.number_of_orders, wanted[i].number_of_orders);
    ASSERT_EQ(entry.order_qty.size(), wanted[i].order_qty.size());
    for (std::size_t k = 0; k < entry.order_qty.size(); ++k) {
      EXPECT_EQ(entry.order_qty[k], wanted[i].order_qty[k]);
    }
    ++i;
  }
  EXPECT_EQ(i, 3u);
}

TEST(SzseCodec, LogonIsItsFields) {
  Message bytes;
  encode_logon({"VSS", "MDGW", 30, "secret", "1.02"}, bytes);
  ASSERT_EQ(bytes.size(), 92u + 12u);
  Logon logon;
  ASSERT_EQ(decode_logon(bytes, logon), DecodeError::none);
  EXPECT_EQ(feed::trim_padding(logon.sender_comp_id), "VSS");
  EXPECT_EQ(feed::trim_padding(logon.target_comp_id), "MDGW");
  EXPECT_EQ(logon.heart_bt_int, 30);
  EXPECT_EQ(feed::trim_padding(logon.password), "secret");
  EXPECT_EQ(feed::trim_padding(logon.default_appl_ver_id), "1.02");
}

TEST(SzseCodec, LogoutIsItsFields) {
  Message bytes;
  encode_logout({-5, "locked"}, bytes);
  ASSERT_EQ(bytes.size(), 204u + 12u);
  Logout logout;
  ASSERT_EQ(decode_logout(bytes, logout), DecodeError::none);
  EXPECT_EQ(logout.session_status, -5);
  EXPECT_EQ(feed::trim_padding(logout.text), "locked");
}

TEST(SzseCodec, ChannelStatisticsIsItsFields) {
  Message bytes;
  encode_channel_statistics(20250620093015000, 1011,
                            std::vector<StreamStatistics>{{"010", 2800, "T"}, {"020", 3, "E"}},
                            bytes);
  ChannelStatistics decoded;
  ASSERT_EQ(decode_channel_statistics(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded.orig_time, 20250620093015000);
  EXPECT_EQ(decoded.channel_no, 1011);
  ASSERT_EQ(decoded.no_md_stream_id, 2u);
  EXPECT_EQ(decoded.stream(1).md_stream_id, "020");
  EXPECT_EQ(decoded.stream(1).stock_num, 3u);
  EXPECT_EQ(decoded.stream(1).trading_phase_code, "E       ");
  feed::store_be<std::uint32_t>(bytes.data() + 8 + channel_statistics::kNoMDStreamID, 3);
  EXPECT_EQ(decode_channel_statistics(bytes, decoded), DecodeError::bad_count);
}

// S117 4.1, rule 4: new fields come at the end.
TEST(SzseCodec, LongerMessagesDecode) {
  Message bytes = test::trade();
  bytes.insert(bytes.end() - kTrailerSize, 9, std::byte{0x11});
  feed::store_be(bytes.data() + 4, decode_header(bytes).body_length + 9);
  Snapshot decoded;
  ASSERT_EQ(decode_snapshot(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded.entries.size(), 1u);
}

TEST(SzseCodec, NoPrefixOfAMessageDecodes) {
  const Message bytes = test::snapshot(test::snapshot_fields(), golden_entries());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Message prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    Snapshot snapshot;
    const bool whole = size >= bytes.size() - kTrailerSize;
    EXPECT_EQ(decode_snapshot(prefix, snapshot) == DecodeError::none, whole) << size;
    EXPECT_NE(scan_frame(prefix).status, FrameScan::Status::complete) << size;
    EXPECT_FALSE(checksum_ok(prefix)) << size;
    security_code(prefix);
    decode_header(prefix);
  }
}

TEST(SzseCodec, CountsThatDoNotFitAreRefused) {
  for (const std::uint32_t count : {4u, 0xffff'ffffu}) {
    Message bytes = test::snapshot(test::snapshot_fields(), golden_entries());
    feed::store_be(bytes.data() + 8 + snapshot::kNoMDEntries, count);
    Snapshot decoded;
    EXPECT_EQ(decode_snapshot(bytes, decoded), DecodeError::bad_count) << count;
  }
  for (const std::uint32_t orders : {3u, 100u, 0xffff'ffffu}) {
    Message bytes = test::snapshot(test::snapshot_fields(), golden_entries());
    feed::store_be(bytes.data() + 8 + snapshot::kEntries + entry::kNoOrders, orders);
    Snapshot decoded;
    EXPECT_EQ(decode_snapshot(bytes, decoded), DecodeError::bad_count) << orders;
  }
}

struct ScanCase {
  std::string name;
  std::string_view hex;
  FrameScan::Status status;
  std::size_t length;
  DecodeError error;
};

class SzseScan : public testing::TestWithParam<ScanCase> {};

TEST_P(SzseScan, Finds) {
  const auto bytes = from_hex(GetParam().hex);
  const FrameScan scan = scan_frame(bytes);
  EXPECT_EQ(scan.status, GetParam().status);
  EXPECT_EQ(scan.length, GetParam().length);
  EXPECT_EQ(scan.error, GetParam().error);
}

using enum FrameScan::Status;
INSTANTIATE_TEST_SUITE_P(
    Table, SzseScan,
    testing::Values(
        ScanCase{"Nothing", "", incomplete, 0, DecodeError::none},
        ScanCase{"TypeOnly", "00000003", incomplete, 0, DecodeError::none},
        ScanCase{"HeaderOnly", "0004944f 00000004", incomplete, 16, DecodeError::none},
        ScanCase{"Whole", "00000003 00000000 00000003", complete, 12, DecodeError::none},
        ScanCase{"LongestBody", "0004944f 00010000", incomplete, 65548, DecodeError::none},
        ScanCase{"TooLong", "0004944f 00010001", malformed, 5, DecodeError::oversized},
        ScanCase{"Bulletin", "0005f37c 01000000", incomplete, 16777228, DecodeError::none},
        ScanCase{"NotAType", "00000007 00000000", malformed, 5, DecodeError::bad_field},
        ScanCase{"FindsTheNext", "ffffff 00000003 00000000", malformed, 3, DecodeError::bad_field}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(SzseDescribe, NamesEveryFieldOfASnapshot) {
  FieldLog log;
  describe(test::snapshot(test::snapshot_fields(), golden_entries()), log);
  EXPECT_EQ(log.line,
            "MsgType=300111 BodyLength=181 OrigTime=20250620093003000 ChannelNo=1011 "
            "MDStreamID=010 SecurityID=000001 SecurityIDSource=102 TradingPhaseCode=T0 "
            "PrevClosePx=12.3400 NumTrades=100 TotalVolumeTrade=123400.00 "
            "TotalValueTrade=1522756.0000 NoMDEntries=3 MDEntries=["
            "MDEntryType=0 MDEntryPx=12.340000 MDEntrySize=3200.00 MDPriceLevel=1 "
            "NumberOfOrders=2 NoOrders=2 Orders=[OrderQty=3000.00;OrderQty=200.00;];"
            "MDEntryType=1 MDEntryPx=12.350000 MDEntrySize=100.00 MDPriceLevel=1 "
            "NumberOfOrders=0 NoOrders=0;"
            "MDEntryType=2 MDEntryPx=12.340000 MDEntrySize=0.00 MDPriceLevel=0 "
            "NumberOfOrders=0 NoOrders=0;] ");
}

TEST(SzseDescribe, HidesThePassword) {
  Message bytes;
  encode_logon({"VSS", "MDGW", 3, "secret", "1.02"}, bytes);
  FieldLog log;
  describe(bytes, log);
  EXPECT_NE(log.line.find("Password=******"), std::string::npos);
  EXPECT_EQ(log.line.find("secret"), std::string::npos);
}

TEST(SzseDescribe, SaysWhatIsWrong) {
  Message bytes = test::trade();
  EXPECT_EQ(validate(bytes), DecodeError::none);
  bytes[40] ^= std::byte{1};
  EXPECT_EQ(validate(bytes), DecodeError::bad_checksum);
  EXPECT_EQ(type_name(kMsgChannelStatistics), "ChannelStatistics");
  EXPECT_EQ(type_name(300192), "Order");
  EXPECT_EQ(type_name(399998), "");
  EXPECT_FALSE(has_table(399998));
}

}  // namespace
}  // namespace indexcast::szse
