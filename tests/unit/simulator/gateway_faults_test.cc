// Effects of a faulty gateway on its clients, without sockets and in virtual time.
#include "feedhandlers/simulator/network/gateway_faults.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/simulator/network/gateway_server_session.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/encoder.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

using feed::Venue;

const TimeNs kNow = china_time(20250402, feed::hms(10, 0));

Fault fault_of(FaultKind kind, std::uint64_t count = 0, std::int64_t amount = -1) {
  Fault fault = make_fault(kind);
  fault.count = count;
  if (amount >= 0) fault.amount = amount;
  return fault;
}

// A gateway with one fault, and connections to it one after the other.
struct Gateway {
  Gateway(Venue tested, const Fault& fault)
      : venue(tested), book({fault}, 1), faults(book, tested, 1) {
    faults.on_time(kNow);
  }

  void connect() {
    auto protocol = venue == Venue::sse
                        ? make_sse_gateway(settings.sse, settings.sse.gateways[0])
                        : make_szse_gateway(settings.szse, settings.szse.gateways[0]);
    session = std::make_unique<GatewayServerSession>(std::move(protocol), kNow, &faults);
    answer.clear();
    open = session->on_bytes(test::logon_of(venue, settings), kNow, answer);
  }

  std::uint64_t happened() const { return book.counts()[0].happened; }

  Venue venue;
  Settings settings = test::make_settings();
  FaultBook book;
  GatewayFaults faults;
  std::unique_ptr<GatewayServerSession> session;
  feed::Outbox answer;
  bool open = false;
};

// The first image of a share in the day.
std::vector<std::byte> first_image(Venue venue) {
  const Universe universe = test::make_universe();
  SimulatedDay day(test::only(venue), universe);
  for (ExchangeMessage message; day.next(message);) {
    if (message.security != 0 && message.stream == 0) return message.bytes;
  }
  return {};
}

std::int64_t logout_code(Venue venue, feed::Bytes message) {
  if (venue == Venue::sse) {
    sse::Logout logout;
    EXPECT_EQ(sse::decode_logout(message, logout), feed::DecodeError::none);
    return logout.session_status;
  }
  szse::Logout logout;
  EXPECT_EQ(szse::decode_logout(message, logout), feed::DecodeError::none);
  return logout.session_status;
}

class GatewayFaultsTest : public testing::TestWithParam<Venue> {};

// The k-th connection breaks after k bytes of the message, for every k below its length.
TEST_P(GatewayFaultsTest, DisconnectsSweepEveryByteOfAMessage) {
  const std::vector<std::byte> image = first_image(GetParam());
  Gateway gateway(GetParam(), fault_of(FaultKind::disconnect_at_byte, image.size()));
  for (std::size_t k = 0; k < image.size(); ++k) {
    gateway.connect();
    ASSERT_TRUE(gateway.session->logged_on());
    feed::Outbox out;
    ASSERT_FALSE(gateway.session->send(image, kNow, out)) << k;
    ASSERT_EQ(out.size(), k);
  }
  EXPECT_EQ(gateway.happened(), image.size());
  gateway.connect();
  feed::Outbox out;
  EXPECT_TRUE(gateway.session->send(image, kNow, out)) << "so often and no more";
  EXPECT_EQ(out.size(), image.size());
}

TEST_P(GatewayFaultsTest, AStuckGatewayTakesTheLogonAndSaysNothing) {
  Gateway gateway(GetParam(), fault_of(FaultKind::stuck, 1));
  gateway.connect();
  EXPECT_TRUE(gateway.open);
  EXPECT_TRUE(gateway.answer.empty());
  feed::Outbox out;
  EXPECT_TRUE(gateway.session->on_time(kNow + 60 * kNsPerSecond, out));
  EXPECT_TRUE(out.empty());
  gateway.connect();
  EXPECT_TRUE(gateway.session->logged_on()) << "the next connection works";
}

TEST_P(GatewayFaultsTest, RefusesALogonWithTheCodeAskedFor) {
  Gateway gateway(GetParam(), fault_of(FaultKind::refuse_logon, 1, 7));
  gateway.connect();
  EXPECT_FALSE(gateway.open);
  EXPECT_TRUE(gateway.session->refused());
  EXPECT_EQ(logout_code(GetParam(), gateway.answer), 7);
  gateway.connect();
  EXPECT_TRUE(gateway.session->logged_on());
}

// No code asked for: then the one that the venue refuses with, which is not that of an ordinary
// end.
TEST_P(GatewayFaultsTest, RefusesALogonWithItsOwnCodeWhereNoneIsAskedFor) {
  Gateway gateway(GetParam(), fault_of(FaultKind::refuse_logon, 1, 0));
  gateway.connect();
  EXPECT_TRUE(gateway.session->refused());
  EXPECT_NE(logout_code(GetParam(), gateway.answer), 0);
}

TEST_P(GatewayFaultsTest, HeartbeatsStayAway) {
  Gateway gateway(GetParam(), fault_of(FaultKind::heartbeats_missing, 2));
  gateway.connect();
  std::vector<int> sent_at;
  for (int second = 1; second <= 12; ++second) {
    const TimeNs now = kNow + second * kNsPerSecond;
    feed::Outbox out, reply;
    gateway.session->on_bytes(test::logon_of(GetParam(), gateway.settings), now, reply);
    gateway.session->on_time(now, out);
    if (!out.empty()) sent_at.push_back(second);
  }
  EXPECT_EQ(sent_at, (std::vector<int>{9, 12})) << "those due after 3 and 6 s were left out";
}

TEST_P(GatewayFaultsTest, ABadChecksumIsBadAndTheNextIsGood) {
  Gateway gateway(GetParam(), fault_of(FaultKind::bad_checksum, 1));
  gateway.connect();
  const std::vector<std::byte> image = first_image(GetParam());
  const auto good = [&] {
    feed::Outbox out;
    gateway.session->send(image, kNow, out);
    return GetParam() == Venue::sse ? sse::checksum_ok(out) : szse::checksum_ok(out);
  };
  EXPECT_FALSE(good());
  EXPECT_TRUE(good());
}

TEST_P(GatewayFaultsTest, LogoutsSweepTheDocumentedCodes) {
  Fault fault = fault_of(FaultKind::logout, 5, 0);
  fault.begin_ms = feed::hms(9, 0);
  fault.end_ms = feed::hms(9, 50);
  Gateway gateway(GetParam(), fault);
  std::vector<std::int64_t> codes;
  while (const auto code = gateway.faults.logout_due()) {
    gateway.connect();
    feed::Outbox out;
    gateway.session->log_out("moved", kNow, out, code);
    codes.push_back(logout_code(GetParam(), out));
    gateway.faults.happened(FaultKind::logout);
  }
  EXPECT_EQ(codes, GetParam() == Venue::sse ? (std::vector<std::int64_t>{0, 1, 999, 1000, 9999})
                                            : (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(gateway.happened(), 5u);
}

TEST_P(GatewayFaultsTest, AnotherGatewaysFaultIsNotOurs) {
  Fault fault = fault_of(FaultKind::stuck);
  fault.channel = 2;
  Gateway gateway(GetParam(), fault);
  gateway.connect();
  EXPECT_TRUE(gateway.session->logged_on());
}

TEST_P(GatewayFaultsTest, ImageOfAnotherDayIsOlderAndCheaper) {
  const std::vector<std::byte> image = first_image(GetParam());
  if (GetParam() == Venue::sse) {
    const auto old = sse_image_of_day(image, 20250401);
    sse::Snapshot today, before;
    ASSERT_EQ(sse::decode_snapshot(image, today), feed::DecodeError::none);
    ASSERT_EQ(sse::decode_snapshot(old, before), feed::DecodeError::none);
    EXPECT_TRUE(sse::checksum_ok(old));
    EXPECT_EQ(today.fields.trade_date, 20250402u);
    EXPECT_EQ(before.fields.trade_date, 20250401u);
    return;
  }
  const auto old = szse_image_of_day(image, 20250401);
  szse::Snapshot before;
  ASSERT_EQ(szse::decode_snapshot(old, before), feed::DecodeError::none);
  EXPECT_TRUE(szse::checksum_ok(old));
  EXPECT_EQ(before.fields.orig_time / 1'000'000'000, 20250401);
}

INSTANTIATE_TEST_SUITE_P(Mainland, GatewayFaultsTest, testing::Values(Venue::sse, Venue::szse),
                         [](const auto& tested) {
                           return std::string(feed::name_of(tested.param));
                         });

TEST(GatewayFaults, ShanghaisNumbersJump) {
  Gateway gateway(Venue::sse, fault_of(FaultKind::sequence_jump, 1, 7));
  gateway.connect();
  const std::vector<std::byte> image = first_image(Venue::sse);
  feed::Outbox first, second;
  gateway.session->send(image, kNow, first);
  gateway.session->send(image, kNow, second);
  EXPECT_EQ(sse::decode_header(first).msg_seq_num, 9u) << "the logon was 1; 2 to 8 are missing";
  EXPECT_EQ(sse::decode_header(second).msg_seq_num, 10u);
}

// Resend: ten ticks of one channel are held.
struct Resend {
  explicit Resend(FaultPlan plan) : book(std::move(plan), 1), faults(book, Venue::szse, 1, false) {
    faults.on_time(kNow);
    for (std::int64_t number = 1; number <= 10; ++number) {
      std::vector<std::byte> bytes;
      szse::Order order;
      order.channel_no = 2011;
      order.appl_seq_num = number;
      szse::encode_order(order, bytes);
      store.add(2011, number, bytes);
    }
  }

  // The numbers that were sent, and how the request ended.
  std::vector<std::int64_t> ask(std::int64_t begin, std::int64_t end, szse::Resend* reply,
                                std::uint16_t channel = 2011) {
    GatewayServerSession session(
        make_szse_resend(settings.szse, settings.szse.gateways[0], store, &faults), kNow, &faults);
    feed::Outbox out;
    EXPECT_TRUE(session.on_bytes(test::logon_of(Venue::szse, settings), kNow, out));
    out.clear();
    std::vector<std::byte> request;
    szse::encode_resend({szse::kResendTicks, channel, begin, end, "", 0, ""}, request);
    EXPECT_TRUE(session.on_bytes(request, kNow, out));
    slow = session.take_answer_ms().has_value();
    answer.assign(out.begin(), out.end());
    std::vector<std::int64_t> numbers;
    for (feed::Bytes rest(answer); !rest.empty();) {
      const feed::FrameScan scan = szse::scan_frame(rest);
      if (scan.status != feed::FrameScan::Status::complete) break;
      const feed::Bytes frame = rest.first(scan.length);
      last_type = szse::decode_header(frame).msg_type;
      szse::Order order;
      if (last_type == szse::kMsgOrder &&
          szse::decode_order(frame, order) == feed::DecodeError::none) {
        numbers.push_back(order.appl_seq_num);
      }
      if (last_type == szse::kMsgResend) {
        EXPECT_EQ(szse::decode_resend(frame, *reply), feed::DecodeError::none);
      }
      rest = rest.subspan(scan.length);
    }
    return numbers;
  }

  Settings settings = test::make_settings();
  FaultBook book;
  GatewayFaults faults;
  TickStore store;
  std::vector<std::byte> answer;
  std::uint32_t last_type = 0;
  bool slow = false;
};

TEST(SzseResend, ServesTheRangeAndSaysDone) {
  Resend resend({});
  szse::Resend reply;
  EXPECT_EQ(resend.ask(3, 5, &reply), (std::vector<std::int64_t>{3, 4, 5}));
  EXPECT_EQ(reply.resend_status, szse::kResendDone);
  EXPECT_EQ(resend.ask(9, 0, &reply), (std::vector<std::int64_t>{9, 10}));
  EXPECT_EQ(reply.resend_status, szse::kResendDone);
}

TEST(SzseResend, SaysWhatItDoesNotHold) {
  Resend resend({});
  szse::Resend reply;
  EXPECT_EQ(resend.ask(9, 12, &reply), (std::vector<std::int64_t>{9, 10}));
  EXPECT_EQ(reply.resend_status, szse::kResendPartlyDone);
  EXPECT_TRUE(resend.ask(11, 12, &reply).empty());
  EXPECT_EQ(reply.resend_status, szse::kResendUnavailable);
  EXPECT_TRUE(resend.ask(1, 2, &reply, 2999).empty());
  EXPECT_EQ(reply.resend_status, szse::kResendUnavailable);
}

TEST(SzseResend, RejectsARequestThatMakesNoSense) {
  Resend resend({});
  szse::Resend reply;
  for (const auto& [begin, end] : {std::pair{5, 3}, std::pair{0, 3}}) {
    EXPECT_TRUE(resend.ask(begin, end, &reply).empty());
    EXPECT_EQ(resend.last_type, szse::kMsgBusinessReject);
    resend.last_type = 0;
  }
}

TEST(SzseResend, RefusesServesPartlyAndSlowlyWhenAskedTo) {
  Resend resend({fault_of(FaultKind::resend_refuse, 1, szse::kResendNoPermission),
                 fault_of(FaultKind::resend_partial, 1, 2), fault_of(FaultKind::resend_slow, 3)});
  szse::Resend reply;
  EXPECT_TRUE(resend.ask(1, 5, &reply).empty());
  EXPECT_EQ(reply.resend_status, szse::kResendNoPermission);
  EXPECT_EQ(resend.ask(1, 5, &reply), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(reply.resend_status, szse::kResendPartlyDone);
  EXPECT_TRUE(resend.slow);
  EXPECT_EQ(resend.ask(1, 5, &reply).size(), 5u);
  EXPECT_EQ(reply.resend_status, szse::kResendDone);
}

TEST(TickStore, ForgetsTheOldestBeyondItsBound) {
  TickStore store(3);
  const std::vector<std::byte> any(12);
  for (std::int64_t number = 1; number <= 5; ++number) store.add(2011, number, any);
  EXPECT_EQ(store.find(2011, 2), nullptr);
  EXPECT_NE(store.find(2011, 3), nullptr);
  EXPECT_EQ(store.last(2011), 5);
}

}  // namespace
}  // namespace indexcast::sim
