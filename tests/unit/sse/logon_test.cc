// Answers to the logon of an SSE session, and the lines that the log gets from them.
#include <gtest/gtest.h>

#include <string_view>

#include "feedhandlers/sse/handler.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using test::Message;

constexpr TimeNs kStart{1'768'352'400'000'000'000};

class SseLogon : public testing::Test {
 protected:
  const Universe universe_ = indexcast::test::universe_of(feed::Venue::sse, {"600031.SH"});
  const feed::SymbolTable symbols_{universe_, feed::Venue::sse};
  indexcast::test::EventLog log_;
  feed::Outbox out_;
  Handler handler_{Settings{}, symbols_, log_};
};

// IS120-B 2.1.3 (notes 2.2) defines SenderCompID and TargetCompID as codes of sender and receiver,
// and no names of the answer. S001, 102 bytes, MsgSeqNum 1, HeartBtInt 3.
TEST_F(SseLogon, AnyNamesInTheLogonAnswerWillDo) {
  handler_.on_connected(kStart, out_);
  Message answer(102, std::byte{' '});
  const auto text = [&](std::size_t offset, std::string_view value) {
    for (const char c : value) answer[offset++] = static_cast<std::byte>(c);
  };
  text(0, "S001");
  feed::store_be(answer.data() + 4, std::uint64_t{20260114091000000});
  feed::store_be(answer.data() + 12, std::uint64_t{1});
  feed::store_be(answer.data() + 20, std::uint32_t{74});
  text(24, "who");
  text(56, "ever");
  feed::store_be(answer.data() + 88, std::uint16_t{3});
  text(90, "0.60");
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 98; ++i) sum += static_cast<std::uint32_t>(answer[i]);
  feed::store_be(answer.data() + 98, sum % 256);
  EXPECT_TRUE(handler_.on_bytes(answer, kStart, out_));
  EXPECT_EQ(handler_.state(), FeedState::recovering);  // until the images come
  feed::SessionNotice notice;
  ASSERT_TRUE(handler_.take_notice(notice));
  EXPECT_EQ(describe(feed::Venue::sse, notice),
            "sse gateway 1 answered the logon: SenderCompID \"who\", TargetCompID \"ever\"");
}

// Each gateway has its own names. SenderCompID at 24, TargetCompID at 56.
TEST_F(SseLogon, EachGatewayIsAskedByItsOwnNames) {
  Settings settings;
  settings.gateways = {{.address = {}, .sender_comp_id = "VSS1", .target_comp_id = "MDGW1"},
                       {.address = {}, .sender_comp_id = "VSS2", .target_comp_id = "MDGW2"}};
  Handler handler(settings, symbols_, log_);
  for (const std::size_t place : {1u, 0u}) {
    out_.clear();
    handler.use_gateway(place);
    handler.on_connected(kStart, out_);
    ASSERT_EQ(out_.size(), 102u);
    EXPECT_EQ(feed::trim_padding(feed::text_at(out_.data() + 24, 32)),
              settings.gateways[place].sender_comp_id);
    EXPECT_EQ(feed::trim_padding(feed::text_at(out_.data() + 56, 32)),
              settings.gateways[place].target_comp_id);
    handler.on_disconnected(kStart);
  }
}

// S002 with text in GBK; a text cannot forge a line of the log.
TEST_F(SseLogon, ARefusalIsReportedWithItsStatusAndText) {
  handler_.on_connected(kStart, out_);
  Message refusal;
  encode_logout({20260114091000000, 1}, {1001, "\xc3\xdc\xc2\xeb\n\"x"}, refusal);
  EXPECT_FALSE(handler_.on_bytes(refusal, kStart, out_));
  feed::SessionNotice notice;
  ASSERT_TRUE(handler_.take_notice(notice));
  EXPECT_TRUE(is_warning(notice));
  EXPECT_EQ(describe(feed::Venue::sse, notice),
            "sse gateway 1 refused our logon: status 1001 (severe: another server), text "
            "\"\u5bc6\u7801??x\"");
}

}  // namespace
}  // namespace indexcast::sse
