// SSE messages by the names and scales of the specification.
#include "feedhandlers/sse/describe.h"

#include <gtest/gtest.h>

#include "feedhandlers/common/charset.h"
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
  EXPECT_EQ(log.line,
            "MsgType=M102 SendingTime=20260114095351220 MsgSeqNum=12 BodyLength=111 SecurityType=1 "
            "TradSesMode=3 TradeDate=20260114 LastUpdateTime=95350610 MDStreamID=MD002 "
            "SecurityID=600031 Symbol=三一重工 PreClosePx=22.62000 TotalVolumeTraded=13525780 "
            "NumTrades=18871 TotalValueTraded=305865262.00 TradingPhaseCode=T111 NoMDEntries=2 "
            "MDEntries=[MDEntryType=2 MDEntryPx=22.49000 MDEntrySize=0 MDEntryPositionNo=0;"
            "MDEntryType=0 MDEntryPx=0.00001 MDEntrySize=37100 MDEntryPositionNo=4;] ");
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
  EXPECT_EQ(type_name(msg_type("M201")), "");
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
