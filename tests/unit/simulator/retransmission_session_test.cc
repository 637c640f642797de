// HKEX's retransmission service without sockets, in virtual time.
#include "feedhandlers/simulator/hkex_services/retransmission_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/hkex_services/hkex_raw_packet.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;

constexpr std::uint32_t kChannel = 11;
constexpr std::uint32_t kPerPacket = 5;
const TimeNs kStart = china_time(20250402, feed::hms(10, 0));

std::vector<std::byte> logon(const std::string& user) {
  HkexRawPacket packet(0, 0);
  std::byte* message = packet.add_message(wire::logon::kType, wire::logon::kSize);
  std::transform(user.begin(), user.end(), message + wire::logon::Username.offset,
                 [](char c) { return static_cast<std::byte>(c); });
  return packet.bytes();
}

std::vector<std::byte> request(const RetransmissionRange& range) {
  namespace field = wire::retransmission_request;
  HkexRawPacket packet(0, 0);
  std::byte* message = packet.add_message(field::kType, field::kSize);
  field::ChannelID.put(message, range.channel);
  field::BeginSeqNum.put(message, range.begin);
  field::EndSeqNum.put(message, range.end);
  return packet.bytes();
}

// Result of a client's reading: whole packets, and the rest of a broken one.
struct Reading {
  std::vector<std::vector<std::byte>> packets;
  std::size_t rest = 0;
};

Reading read(const feed::Outbox& out) {
  Reading reading;
  std::size_t at = 0;
  while (out.size() - at >= wire::packet::kHeaderSize) {
    const std::size_t size = wire::packet::PktSize.of(out.data() + at);
    if (out.size() - at < size) break;
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(at);
    reading.packets.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += size;
  }
  reading.rest = out.size() - at;
  return reading;
}

// The numbers of the messages of a packet whose nominal prices are their own numbers.
std::vector<std::uint32_t> numbers(const std::vector<std::byte>& bytes) {
  hkex::PacketHeader header;
  EXPECT_EQ(hkex::check_packet(bytes, header), feed::DecodeError::none);
  std::vector<std::uint32_t> result;
  hkex::for_each_message(bytes, header, [&](const hkex::MessageView& message) {
    EXPECT_EQ(wire::nominal_price::SecurityCode.of(message.bytes.data()), message.sequence);
    result.push_back(message.sequence);
  });
  return result;
}

const std::byte* response_of(const std::vector<std::byte>& packet) {
  return packet.data() + wire::packet::kHeaderSize;
}

class RetransmissionSessionTest : public testing::Test {
 protected:
  explicit RetransmissionSessionTest() {
    settings_ = test::only(feed::Venue::hkex);
    settings_.hkex.retransmission.username = "INDEXCAST";
  }

  void start(const FaultPlan& plan = {}) {
    book_ = std::make_unique<FaultBook>(plan, 1);
    retransmission_state_ = std::make_unique<RetransmissionState>(settings_.hkex, *book_, counts_);
  }
  // Packets of five messages, whose first is number 1.
  void publish(std::uint32_t packets, std::uint32_t channel = kChannel) {
    for (std::uint32_t i = 0; i < packets; ++i) {
      HkexRawPacket packet(i * kPerPacket + 1, static_cast<std::uint64_t>(kStart.ns));
      for (std::uint32_t m = 1; m <= kPerPacket; ++m) {
        std::vector<std::byte> message(wire::nominal_price::kSize);
        wire::message::MsgSize.put(message.data(), wire::nominal_price::kSize);
        wire::message::MsgType.put(message.data(), wire::nominal_price::kType);
        wire::nominal_price::SecurityCode.put(message.data(), i * kPerPacket + m);
        packet.add(message);
      }
      retransmission_state_->on_packet(
          {kStart, feed::Venue::hkex, channel, 0, 0, 0, packet.bytes()});
    }
  }
  std::unique_ptr<RetransmissionSession> connect() {
    return std::make_unique<RetransmissionSession>(*retransmission_state_, kStart);
  }
  std::unique_ptr<RetransmissionSession> logged_on() {
    auto session = connect();
    feed::Outbox out;
    EXPECT_TRUE(session->on_bytes(logon("INDEXCAST"), kStart, out));
    EXPECT_TRUE(session->logged_on());
    return session;
  }
  std::uint8_t logon_status(RetransmissionSession& session, const std::string& user) {
    feed::Outbox out;
    session.on_bytes(logon(user), kStart, out);
    const Reading reading = read(out);
    EXPECT_EQ(reading.packets.size(), 1u);
    return wire::logon_response::SessionStatus.of(response_of(reading.packets.at(0)));
  }
  // The answer to a request: its status, and the numbers that followed.
  struct Answer {
    int status = -1;
    std::vector<std::uint32_t> numbers;
    std::size_t rest = 0;
    bool open = true;
  };
  Answer ask(RetransmissionSession& session, const RetransmissionRange& range) {
    feed::Outbox out;
    Answer answer;
    answer.open = session.on_bytes(request(range), kStart, out);
    Reading reading = read(out);
    answer.rest = reading.rest;
    if (reading.packets.empty()) return answer;
    const std::byte* response = response_of(reading.packets.front());
    answer.status = wire::retransmission_response::RetransStatus.of(response);
    EXPECT_EQ(wire::retransmission_response::ChannelID.of(response), range.channel);
    EXPECT_EQ(wire::retransmission_response::BeginSeqNum.of(response), range.begin);
    EXPECT_EQ(wire::retransmission_response::EndSeqNum.of(response), range.end);
    reading.packets.erase(reading.packets.begin());
    for (const auto& packet : reading.packets) {
      EXPECT_EQ(wire::packet::SendTime.of(packet.data()), static_cast<std::uint64_t>(kStart.ns))
          << "the original stamp";
      for (const std::uint32_t number : numbers(packet)) answer.numbers.push_back(number);
    }
    return answer;
  }

  Settings settings_;
  TransportCounts counts_;
  std::unique_ptr<FaultBook> book_;
  std::unique_ptr<RetransmissionState> retransmission_state_;
};

std::vector<std::uint32_t> range_of(std::uint32_t begin, std::uint32_t end) {
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = begin; i <= end; ++i) result.push_back(i);
  return result;
}

TEST_F(RetransmissionSessionTest, LogonStatuses) {
  start();
  auto session = connect();
  EXPECT_EQ(logon_status(*session, "INDEXCAST"), kSessionActive);
  auto stranger = connect();
  EXPECT_EQ(logon_status(*stranger, "STRANGER"), kInvalidUser);
  // NUL pads the name (OMD-C 3.5.1).
  auto padded_with_spaces = connect();
  EXPECT_EQ(logon_status(*padded_with_spaces, "INDEXCAST   "), kInvalidUser);
  // One session of a user over all servers (OMD-C 4.3).
  auto twin = connect();
  EXPECT_EQ(logon_status(*twin, "INDEXCAST"), kAlreadyConnected);
  session.reset();
  auto successor = connect();
  EXPECT_EQ(logon_status(*successor, "INDEXCAST"), kSessionActive);
  EXPECT_EQ(counts_.retransmission.logons, 2u);
  EXPECT_EQ(counts_.retransmission.logons_refused, 3u);
}

TEST_F(RetransmissionSessionTest, ARefusedLogonEndsTheConnection) {
  start();
  auto session = connect();
  feed::Outbox out;
  EXPECT_FALSE(session->on_bytes(logon("STRANGER"), kStart, out));
}

TEST_F(RetransmissionSessionTest, SendsExactlyTheRangeWithItsOriginalNumbers) {
  start();
  publish(20);
  auto session = logged_on();
  const Answer whole = ask(*session, {kChannel, 1, 100});
  EXPECT_EQ(whole.status, kAccepted);
  EXPECT_EQ(whole.numbers, range_of(1, 100));
  const Answer part = ask(*session, {kChannel, 13, 27});
  EXPECT_EQ(part.numbers, range_of(13, 27));
  EXPECT_EQ(ask(*session, {kChannel, 44, 44}).numbers, range_of(44, 44));
  EXPECT_EQ(counts_.retransmission.served, 3u);
  EXPECT_EQ(counts_.retransmission.messages, 116u);
}

TEST_F(RetransmissionSessionTest, RequestsCutAnywhereAreServed) {
  start();
  publish(4);
  auto session = logged_on();
  const auto bytes = request({kChannel, 1, 20});
  feed::Outbox out;
  for (const std::byte byte : bytes) {
    ASSERT_TRUE(session->on_bytes(feed::Bytes(&byte, 1), kStart, out));
  }
  EXPECT_EQ(read(out).packets.size(), 5u);
}

TEST_F(RetransmissionSessionTest, RefusesWhatTheServiceDoesNotHave) {
  settings_.hkex.retransmission.messages_per_request = 50;
  settings_.hkex.retransmission.messages_available = 60;
  start();
  publish(20);
  auto session = logged_on();
  EXPECT_EQ(ask(*session, {99, 1, 2}).status, kUnknownChannel);
  EXPECT_EQ(ask(*session, {kChannel, 41, 91}).status, kRangeTooLong);
  EXPECT_EQ(ask(*session, {kChannel, 41, 90}).status, kAccepted);
  EXPECT_EQ(ask(*session, {kChannel, 40, 45}).status, kNotAvailable);
  EXPECT_EQ(ask(*session, {kChannel, 99, 101}).status, kNotAvailable);
  EXPECT_EQ(ask(*session, {kChannel, 60, 50}).status, kNotAvailable);
  EXPECT_EQ(ask(*session, {10, 1, 1}).status, kNotAvailable) << "nothing was sent there yet";
  EXPECT_EQ(counts_.retransmission.refused, 6u);
  EXPECT_EQ(retransmission_state_->store().messages(kChannel), 60u);
}

TEST_F(RetransmissionSessionTest, TheDaysQuotaIsSharedAndCounted) {
  settings_.hkex.retransmission.requests_per_day = 3;
  start();
  publish(2);
  auto session = logged_on();
  publish(2, kChannel + 1);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask(*session, {kChannel, 1, 1}).status, kAccepted);
  EXPECT_EQ(ask(*session, {kChannel + 1, 1, 1}).status, kAccepted);
  // Over all channels together, and the server ends the session (OMD-C 4.3).
  feed::Outbox out;
  EXPECT_FALSE(session->on_bytes(request({kChannel + 1, 1, 1}), kStart, out));
  const Reading reading = read(out);
  ASSERT_EQ(reading.packets.size(), 1u);
  EXPECT_EQ(wire::retransmission_response::RetransStatus.of(response_of(reading.packets[0])),
            kQuotaReached);
}

TEST_F(RetransmissionSessionTest, HeartbeatsWantTheirEcho) {
  start();
  auto session = logged_on();
  feed::Outbox out;
  const TimeNs due = kStart + settings_.hkex.retransmission.heartbeat_ns;
  EXPECT_TRUE(session->on_time(due + -1, out));
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(session->on_time(due, out));
  ASSERT_EQ(out.size(), wire::packet::kHeaderSize);
  const feed::Outbox heartbeat = out;
  const std::int64_t patience = settings_.hkex.retransmission.response_timeout_ns;
  EXPECT_TRUE(session->on_bytes(heartbeat, due + 1, out));
  EXPECT_TRUE(session->on_time(due + patience, out)) << "echoed";
  const TimeNs next = due + settings_.hkex.retransmission.heartbeat_ns;
  EXPECT_TRUE(session->on_time(next, out));
  EXPECT_TRUE(session->on_time(next + patience + -1, out));
  EXPECT_FALSE(session->on_time(next + patience, out)) << "not echoed";
  EXPECT_EQ(counts_.retransmission.heartbeats, 2u);
  EXPECT_EQ(counts_.retransmission.disconnects, 1u);
}

TEST_F(RetransmissionSessionTest, WhoDoesNotLogOnIsDisconnected) {
  start();
  auto session = connect();
  feed::Outbox out;
  EXPECT_FALSE(session->on_time(kStart + settings_.hkex.retransmission.logon_timeout_ns, out));
}

TEST_F(RetransmissionSessionTest, NonsenseEndsTheConnection) {
  start();
  feed::Outbox out;
  auto before_logon = connect();
  EXPECT_FALSE(before_logon->on_bytes(request({kChannel, 1, 1}), kStart, out));
  auto garbage = logged_on();
  const std::vector<std::byte> ones(64, std::byte{0xff});
  EXPECT_FALSE(garbage->on_bytes(ones, kStart, out));
}

TEST_F(RetransmissionSessionTest, NumbersThatBeginAgainForgetWhatWas) {
  start();
  publish(20);
  HkexRawPacket reset(1, static_cast<std::uint64_t>(kStart.ns));
  reset.add_message(wire::sequence_reset::kType, wire::sequence_reset::kSize);
  retransmission_state_->on_packet({kStart, feed::Venue::hkex, kChannel, 0, 0, 0, reset.bytes()});
  publish(2);
  ExchangeMessage on_b{kStart, feed::Venue::hkex, kChannel, 0, 0, 0, reset.bytes()};
  on_b.lines = Lines::b;
  retransmission_state_->on_packet(on_b);
  auto session = logged_on();
  EXPECT_EQ(ask(*session, {kChannel, 1, 10}).status, kAccepted);
  EXPECT_EQ(ask(*session, {kChannel, 11, 12}).status, kNotAvailable);
}

Fault fault(FaultKind kind, std::int64_t amount, std::uint64_t count = 1) {
  Fault result = make_fault(kind);
  result.amount = amount;
  result.count = count;
  return result;
}

TEST_F(RetransmissionSessionTest, FaultRefusesTheLogon) {
  start({fault(FaultKind::retransmission_refuse_logon, 100)});
  auto first = connect();
  EXPECT_EQ(logon_status(*first, "INDEXCAST"), kAlreadyConnected);
  auto second = connect();
  EXPECT_EQ(logon_status(*second, "INDEXCAST"), kSessionActive);
  EXPECT_TRUE(book_->counts().missing().empty());
}

struct Refusal {
  FaultKind kind;
  std::int64_t amount;
  int status;
};

TEST_F(RetransmissionSessionTest, FaultsRefuseOneRequest) {
  for (const Refusal& refusal : {Refusal{FaultKind::retransmission_refuse, 1, 1},
                                 Refusal{FaultKind::retransmission_refuse, 100, 100},
                                 Refusal{FaultKind::retransmission_over_quota, 0, 101}}) {
    start({fault(refusal.kind, refusal.amount)});
    publish(2);
    auto session = logged_on();
    EXPECT_EQ(ask(*session, {kChannel, 1, 10}).status, refusal.status);
    EXPECT_EQ(ask(*session, {kChannel, 1, 10}).numbers, range_of(1, 10));
    EXPECT_TRUE(book_->counts().missing().empty());
    session.reset();
  }
}

TEST_F(RetransmissionSessionTest, FaultLeavesOutTheEndOfTheRange) {
  start({fault(FaultKind::retransmission_partial, 7)});
  publish(4);
  auto session = logged_on();
  EXPECT_EQ(ask(*session, {kChannel, 1, 7}).numbers, range_of(1, 7));
  EXPECT_FALSE(book_->counts().missing().empty()) << "that was all of it";
  EXPECT_EQ(ask(*session, {kChannel, 3, 20}).numbers, range_of(3, 9));
  EXPECT_EQ(counts_.retransmission.partial, 1u);
  EXPECT_TRUE(book_->counts().missing().empty());
}

TEST_F(RetransmissionSessionTest, FaultAnswersSlowly) {
  start({fault(FaultKind::retransmission_slow, 100)});
  publish(3);
  auto session = logged_on();
  const Answer at_once = ask(*session, {kChannel, 1, 15});
  EXPECT_EQ(at_once.status, kAccepted);
  EXPECT_TRUE(at_once.numbers.empty());
  for (int packet = 1; packet <= 3; ++packet) {
    feed::Outbox out;
    EXPECT_TRUE(session->on_time(kStart + (packet * 100 - 1) * kNsPerMs, out));
    EXPECT_TRUE(out.empty());
    EXPECT_TRUE(session->on_time(kStart + packet * 100 * kNsPerMs, out));
    EXPECT_EQ(read(out).packets.size(), 1u);
  }
}

// The answer is a response of 32 bytes and two packets of 76: wherever it is cut, no byte more.
TEST_F(RetransmissionSessionTest, FaultDisconnectsAtEveryByte) {
  for (std::int64_t cut = 0; cut <= 184; ++cut) {
    SCOPED_TRACE(cut);
    start({fault(FaultKind::retransmission_disconnect, cut)});
    publish(2);
    auto session = logged_on();
    feed::Outbox out;
    EXPECT_FALSE(session->on_bytes(request({kChannel, 1, 10}), kStart, out));
    EXPECT_EQ(out.size(), static_cast<std::size_t>(cut));
    session.reset();
  }
}

TEST_F(RetransmissionSessionTest, FaultIgnoresARequest) {
  start({fault(FaultKind::retransmission_silent, 0)});
  publish(2);
  auto session = logged_on();
  EXPECT_EQ(ask(*session, {kChannel, 1, 10}).status, -1);
  EXPECT_EQ(ask(*session, {kChannel, 1, 10}).numbers, range_of(1, 10));
  EXPECT_EQ(counts_.retransmission.ignored, 1u);
  EXPECT_EQ(counts_.retransmission.requests, 2u);
}

}  // namespace
}  // namespace indexcast::sim
