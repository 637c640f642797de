// SSE bytes: golden vectors, decode(encode(x)) == x, and everything that must not decode.
#include <gtest/gtest.h>

#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/transport/bytes.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FrameScan;
using indexcast::test::from_hex;
using test::Message;

std::vector<Entry> listed(const EntryRange& entries) {
  std::vector<Entry> list;
  for (const Entry& entry : entries) list.push_back(entry);
  return list;
}

// Protocol notes 2.1.
TEST(SseCodec, HeartbeatIsTheKnownAnswer) {
  const auto golden = from_hex("53303033 0047fa7767c325b4 0000000000000001 00000000 000000a2");
  Message out;
  encode_heartbeat({20260114095351220, 1}, out);
  EXPECT_EQ(out, golden);
  EXPECT_TRUE(checksum_ok(golden));
  EXPECT_EQ(decode_header(golden).sending_time, 20260114095351220u);
}

// Protocol notes 2.6: the body and header of a sibling frame whose sum is known.
TEST(SseCodec, ChecksumIsTheSumOfBytesMod256) {
  const auto summed = from_hex(
      "00000035 4d323031 0047fa7767c325b4 00000000001f3886 0000c73f 00000303 0000000000000000 "
      "01352512 313131 0000");
  EXPECT_EQ(feed::byte_sum(summed), 0xb9u);
}

TEST(SseCodec, ByteSumAgreesWithTheLoopAtEveryLength) {
  std::vector<std::byte> bytes;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(feed::byte_sum(bytes), sum % 256) << i;
    bytes.push_back(static_cast<std::byte>(i * 37 + 200));
    sum += static_cast<std::uint32_t>(bytes.back());
  }
}

TEST(SseCodec, LogonIsItsFields) {
  const Message bytes = test::logon_answer(7, 30);
  ASSERT_EQ(bytes.size(), 102u);
  Logon logon;
  ASSERT_EQ(decode_logon(bytes, logon), DecodeError::none);
  EXPECT_EQ(feed::trim_padding(logon.sender_comp_id), "MDGW");
  EXPECT_EQ(feed::trim_padding(logon.target_comp_id), "VSS");
  EXPECT_EQ(logon.heart_bt_int, 30);
  EXPECT_EQ(feed::trim_padding(logon.appl_ver_id), "0.60");
  EXPECT_EQ(decode_header(bytes).msg_seq_num, 7u);
}

TEST(SseCodec, LogoutIsItsFields) {
  Message bytes;
  encode_logout({1, 2}, {1001, "no such user"}, bytes);
  ASSERT_EQ(bytes.size(), 288u);
  Logout logout;
  ASSERT_EQ(decode_logout(bytes, logout), DecodeError::none);
  EXPECT_EQ(logout.session_status, 1001u);
  EXPECT_EQ(feed::trim_padding(logout.text), "no such user");
}

TEST(SseCodec, MarketStatusIsItsFields) {
  const Message bytes = test::market_status(3, "T100", 20260114131200000);
  ASSERT_EQ(bytes.size(), 42u);
  MarketStatus status;
  ASSERT_EQ(decode_market_status(bytes, status), DecodeError::none);
  EXPECT_EQ(status.security_type, 1);
  EXPECT_EQ(status.trad_ses_mode, 3);
  EXPECT_EQ(status.trading_session_id, "T100    ");
  EXPECT_EQ(status.tot_no_related_sym, 2400u);
}

TEST(SseCodec, SnapshotIsItsFields) {
  const std::vector<Entry> entries{{kEntryLast, 2'249'000, 0, 0},
                                   {entry_type('z', '9'), 1, 2, 3},
                                   {kEntryBid, 2'248'000, 37'100, 0},
                                   {kEntryAsk, kPriceOverflow, 1, 4}};
  const SnapshotFields fields = test::snapshot_fields();
  const Message bytes = test::snapshot(9, fields, entries);
  EXPECT_EQ(bytes.size(), snapshot::kEntries + 4 * entry::kSize + kTrailerSize);
  EXPECT_EQ(security_code(bytes), 600031u);
  Snapshot decoded;
  ASSERT_EQ(decode_snapshot(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded.fields.security_type, fields.security_type);
  EXPECT_EQ(decoded.fields.trad_ses_mode, fields.trad_ses_mode);
  EXPECT_EQ(decoded.fields.trade_date, fields.trade_date);
  EXPECT_EQ(decoded.fields.last_update_time, fields.last_update_time);
  EXPECT_EQ(decoded.fields.md_stream_id, fields.md_stream_id);
  EXPECT_EQ(decoded.fields.security_id, "600031  ");
  EXPECT_EQ(decoded.fields.symbol, "SANY    ");
  EXPECT_EQ(decoded.fields.pre_close_px, fields.pre_close_px);
  EXPECT_EQ(decoded.fields.total_volume_traded, fields.total_volume_traded);
  EXPECT_EQ(decoded.fields.num_trades, fields.num_trades);
  EXPECT_EQ(decoded.fields.total_value_traded, fields.total_value_traded);
  EXPECT_EQ(decoded.fields.trading_phase_code, "T111    ");
  EXPECT_EQ(listed(decoded.entries), entries);
}

TEST(SseCodec, StockSnapshotOfFourteenEntriesHas367Bytes) {
  const Message bytes =
      test::snapshot(1, test::snapshot_fields(), std::vector<Entry>(14, Entry{kEntryBid, 1, 1, 0}));
  EXPECT_EQ(bytes.size(), 367u);
  EXPECT_EQ(decode_header(bytes).body_length, 339u);
}

TEST(SseCodec, IndexEntriesAreTenBytes) {
  SnapshotFields fields = test::snapshot_fields("");
  fields.md_stream_id = kStreamIndex;
  const std::vector<Entry> entries{{kEntryLastIndex, 300'012'345, 0, 0}, {kEntryOpen, 1, 0, 0}};
  const Message bytes = test::snapshot(1, fields, entries);
  EXPECT_EQ(bytes.size(), snapshot::kEntries + 2 * entry::kIndexSize + kTrailerSize);
  Snapshot decoded;
  ASSERT_EQ(decode_snapshot(bytes, decoded), DecodeError::none);
  EXPECT_EQ(listed(decoded.entries), entries);
}

// Later versions may append fields: BodyLength, not our idea of the layout, ends a message.
TEST(SseCodec, LongerMessagesDecode) {
  Message bytes = test::snapshot(1, test::snapshot_fields(), {{kEntryLast, 5, 0, 0}});
  bytes.insert(bytes.end() - kTrailerSize, 7, std::byte{0x11});
  Snapshot decoded;
  ASSERT_EQ(decode_snapshot(bytes, decoded), DecodeError::none);
  EXPECT_EQ(decoded.entries.size(), 1u);
}

TEST(SseCodec, NoPrefixOfAMessageDecodes) {
  const Message bytes = test::snapshot(1, test::snapshot_fields(), {{kEntryLast, 5, 0, 0}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees any read behind it.
    const Message prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    Snapshot snapshot;
    EXPECT_NE(decode_snapshot(prefix, snapshot), DecodeError::none) << size;
    EXPECT_NE(scan_frame(prefix).status, FrameScan::Status::complete) << size;
    EXPECT_FALSE(checksum_ok(prefix)) << size;
    security_code(prefix);
    decode_header(prefix);
  }
}

TEST(SseCodec, ACountThatDoesNotFitIsRefused) {
  Message bytes = test::snapshot(1, test::snapshot_fields(), {{kEntryLast, 5, 0, 0}});
  feed::store_be<std::uint16_t>(bytes.data() + snapshot::kNoMDEntries, 2);
  Snapshot decoded;
  EXPECT_EQ(decode_snapshot(bytes, decoded), DecodeError::bad_count);
}

TEST(SseCodec, ACodeIsDigitsAndPadding) {
  for (const auto& [text, code] : std::vector<std::pair<std::string, std::optional<std::uint32_t>>>{
           {"600031", 600031}, {"10003801", 10003801}, {"60003A", {}}, {"", {}}, {"6 0031", {}}}) {
    SnapshotFields fields = test::snapshot_fields();
    fields.security_id = text;
    EXPECT_EQ(security_code(test::snapshot(1, fields, {})), code) << text;
  }
}

struct ScanCase {
  std::string name;
  std::string_view hex;
  FrameScan::Status status;
  std::size_t length;
  DecodeError error;
};

class SseScan : public testing::TestWithParam<ScanCase> {};

TEST_P(SseScan, Finds) {
  const auto bytes = from_hex(GetParam().hex);
  const FrameScan scan = scan_frame(bytes);
  EXPECT_EQ(scan.status, GetParam().status);
  EXPECT_EQ(scan.length, GetParam().length);
  EXPECT_EQ(scan.error, GetParam().error);
}

using enum FrameScan::Status;
INSTANTIATE_TEST_SUITE_P(
    Table, SseScan,
    testing::Values(ScanCase{"Nothing", "", incomplete, 0, DecodeError::none},
                    ScanCase{"HalfAType", "5330", incomplete, 0, DecodeError::none},
                    ScanCase{"HeaderOnly", "53303033 0047fa7767c325b4 0000000000000001 00000005",
                             incomplete, 33, DecodeError::none},
                    ScanCase{"Whole",
                             "53303033 0047fa7767c325b4 0000000000000001 00000000 000000a2",
                             complete, 28, DecodeError::none},
                    ScanCase{"LongestBody", "4d313032 0047fa7767c325b4 0000000000000001 00001fe4",
                             incomplete, 8192, DecodeError::none},
                    ScanCase{"TooLong", "4d313032 0047fa7767c325b4 0000000000000001 00001fe5",
                             malformed, 24, DecodeError::oversized},
                    ScanCase{"NoHeader", "0000ff 53303033", malformed, 3, DecodeError::bad_field},
                    ScanCase{"LowerCaseType", "6d313032 4d", malformed, 4, DecodeError::bad_field}),
    [](const auto& test_case) { return test_case.param.name; });

}  // namespace
}  // namespace indexcast::sse
