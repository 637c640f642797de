// SSE messages by the names and scales of the specification.
#include "feedhandlers/sse/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "feedhandlers/transport/charset.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/field_log.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using indexcast::test::FieldLog;

TEST(SseDescribe, NamesEveryFieldOfASnapshot) {
  SnapshotFields fields = test::snapshot_fields();
  fields.symbol = "\xc8\xfd\xd2\xbb\xd6\xd8\xb9\xa4";  // GBK
  FieldLog log;
  describe(test::snapshot(12, fields, {{kEntryLast, 2'249'000, 0, 0}, {kEntryBid, 1, 37'100, 4}}),
           log);
  EXPECT_EQ(
      log.line,
      "MsgType=M102 SendingTime=20260114095351220 MsgSeqNum=12 BodyLength=111 SecurityType=1 "
      "TradSesMode=3 TradeDate=20260114 LastUpdateTime=95350610 MDStreamID=MD002 "
      "SecurityID=600031 Symbol=三一重工 PreClosePx=22.62000 TotalVolumeTraded=13525780 "
      "NumTrades=18871 TotalValueTraded=305865262.00 TradingPhaseCode=T111 NoMDEntries=2 "
      "MDEntries=[MDEntryType=2 MDEntryPx=22.49000 MDEntrySize=0 MDEntryPositionNo=0;"
      "MDEntryType=0 MDEntryPx=0.00001 MDEntrySize=37100 MDEntryPositionNo=4;] CheckSum=246 ");
}

TEST(SseDescribe, NamesSessionAndStatusMessages) {
  FieldLog log;
  describe(test::logon_answer(), log);
  EXPECT_NE(log.line.find("SenderCompID=MDGW TargetCompID=VSS HeartBtInt=3 ApplVerID=0.60"),
            std::string::npos);
  log.line.clear();
  describe(test::market_status(3, "T111", 20260114095300000), log);
  EXPECT_NE(
      log.line.find("SecurityType=1 TradSesMode=3 TradingSessionID=T111 TotNoRelatedSym=2400"),
      std::string::npos);
  EXPECT_EQ(type_name(kMsgSnapshot), "Snapshot");
  EXPECT_EQ(type_name(msg_type("M999")), "");
}

// Protocol notes 2.4, since 0.61: built by hand.
TEST(SseDescribe, NamesEveryFieldOfTheMessagesForBonds) {
  const auto shown = [](std::string_view body_hex, std::string_view type) {
    auto body = indexcast::test::from_hex(body_hex);
    std::vector<std::byte> frame(kHeaderSize + body.size() + kTrailerSize);
    feed::store_be(frame.data(), msg_type(type));
    feed::store_be(frame.data() + header::kBodyLength, static_cast<std::uint32_t>(body.size()));
    std::copy(body.begin(), body.end(), frame.begin() + kHeaderSize);
    const auto sum = feed::byte_sum(feed::Bytes(frame).first(frame.size() - kTrailerSize));
    feed::store_be(frame.data() + frame.size() - kTrailerSize, static_cast<std::uint32_t>(sum));
    EXPECT_EQ(validate(frame), feed::DecodeError::none);
    FieldLog log;
    describe(frame, log);
    return log.line.substr(log.line.find("BodyLength="));
  };
  // P001: type 13, channel 100, last 70000, not its end.
  EXPECT_THAT(shown("0d 0064 0000000000011170 4e", "P001"),
              testing::StartsWith("BodyLength=12 SecurityType=13 ChannelNO=100 "
                                  "ApplLastSeqNum=70000 EndOfChannel=N CheckSum="));
  // P002: channel 100, ticks 17 to the last, answered "no data" with the text NONE.
  EXPECT_THAT(shown("0064 01 0000000000000011 0000000000000000 04 4e4f4e45"
                    "20202020 20202020 20202020 20202020 20202020 20202020 20202020",
                    "P002"),
              testing::StartsWith("BodyLength=52 ChannelNO=100 ResendType=1 ApplBegSeqNum=17 "
                                  "ApplEndSeqNum=0 ResendStatus=4 RejectText=NONE CheckSum="));
  // M201: a trade of 1,000.000 at 101.25000, with an extension of three bytes.
  EXPECT_THAT(shown("0d 0064 0000000000000002 4d44323131 3031393534372020 05a94a3c 46"
                    "00000000009a7ec8 00000000000f4240 010203",
                    "M201"),
              testing::StartsWith("BodyLength=48 SecurityType=13 ChannelNO=100 ApplSeqNum=2 "
                                  "MDStreamID=MD211 SecurityID=019547 TransactTime=94980668 "
                                  "ExecType=F Price=101.25000 OrderQty=1000.000 "
                                  "UndescribedBytes=3 CheckSum="));
}

// Every byte is shown, for any type and length.
TEST(SseDescribe, CountsWhatNoFieldIsKnownFor) {
  auto later = test::market_status(3, "T111", 20260114095300000);
  later.insert(later.end() - 4, 5, std::byte{7});
  feed::store_be(later.data() + header::kBodyLength, std::uint32_t{19});
  FieldLog log;
  describe(later, log);
  EXPECT_NE(log.line.find("TotNoRelatedSym=2400 UndescribedBytes=5 CheckSum="), std::string::npos);
  for (const std::string_view type : {"P003", "M999", "S009"}) {
    feed::store_be(later.data(), msg_type(type));
    log.line.clear();
    describe(later, log);
    EXPECT_NE(log.line.find("BodyLength=19 UndescribedBytes=19 CheckSum="), std::string::npos);
  }
  auto crowded = test::snapshot(1, test::snapshot_fields(), {{kEntryIopv, 1, 0, 0}});
  feed::store_be(crowded.data() + snapshot::kNoMDEntries, std::uint16_t{2});
  log.line.clear();
  describe(crowded, log);
  EXPECT_NE(log.line.find("NoMDEntries=2 UndescribedBytes=19 CheckSum="), std::string::npos);
}

TEST(SseDescribe, ShowsIopvOfBothStreams) {
  SnapshotFields fields = test::snapshot_fields();
  fields.md_stream_id = kStreamFunds;
  FieldLog log;
  describe(
      test::snapshot(1, fields, {{kEntryIopv, 312'345, 0, 0}, {kEntryPreCloseIopv, 310'000, 0, 0}}),
      log);
  EXPECT_NE(log.line.find("MDEntryType=v MDEntryPx=3.12345"), std::string::npos);
  EXPECT_NE(log.line.find("MDEntryType=w MDEntryPx=3.10000"), std::string::npos);
  fields.security_type = kSecurityTypeIopv;
  fields.md_stream_id = kStreamIopv;
  log.line.clear();
  describe(test::snapshot(1, fields, {{kEntryIopv, 312'346, 0, 0}}), log);
  EXPECT_NE(log.line.find("SecurityType=14"), std::string::npos);
  EXPECT_NE(log.line.find("MDEntryType=v MDEntryPx=3.12346"), std::string::npos);
}

TEST(SseDescribe, SaysWhatIsWrong) {
  auto bytes = test::trade(1);
  EXPECT_EQ(validate(bytes), feed::DecodeError::none);
  bytes[30] ^= std::byte{1};
  EXPECT_EQ(validate(bytes), feed::DecodeError::bad_checksum);
  EXPECT_EQ(validate(feed::Bytes(bytes).first(20)), feed::DecodeError::truncated);
}

TEST(Charset, MakesValidTextOfAnyBytes) {
  EXPECT_EQ(feed::to_utf8("A\xff\xff  ", feed::Charset::gbk), "A\uFFFD\uFFFD");
  EXPECT_EQ(feed::to_utf8("\xc8", feed::Charset::gbk), "\uFFFD");
  EXPECT_EQ(feed::to_utf8("a\xc3\xa9\xc3", feed::Charset::utf8), "a\u00e9\uFFFD");
  EXPECT_EQ(feed::to_utf8(std::string(400, 'x'), feed::Charset::gbk), std::string(400, 'x'));
}

}  // namespace
}  // namespace indexcast::sse
